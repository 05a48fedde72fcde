#include "frontend/statements.hpp"

#include "frontend/names.hpp"
#include "frontend/suggest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <vector>

namespace nabla::syntax {

namespace {

constexpr std::array<std::string_view, 10> statement_words{
    "dim", "param", "var", "minimize", "maximize", "solve", "assert", "show", "export", "import"};

struct Synonym {
    std::string_view word;
    std::string_view statement;
};

constexpr std::array<Synonym, 30> synonyms{{
    {"minimise", "minimize"}, {"min", "minimize"},      {"argmin", "minimize"},
    {"optimize", "minimize"}, {"optimise", "minimize"}, {"maximise", "maximize"},
    {"max", "maximize"},      {"argmax", "maximize"},   {"parameter", "param"},
    {"parameters", "param"},  {"params", "param"},      {"const", "param"},
    {"constant", "param"},    {"given", "param"},       {"input", "param"},
    {"declare", "param"},     {"variable", "var"},      {"variables", "var"},
    {"vars", "var"},          {"print", "show"},        {"display", "show"},
    {"disp", "show"},         {"output", "show"},       {"echo", "show"},
    {"dimension", "dim"},     {"dims", "dim"},          {"check", "assert"},
    {"include", "import"},    {"compile", "export"},    {"load", "import"},
}};

}  // namespace

namespace {

std::string_view after_blanks(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(" \t\r\n");
    return begin == std::string_view::npos ? std::string_view() : text.substr(begin);
}

/// The names that a declaration lists: `x[n], y[n]`.
void add_listed(std::string_view list, std::vector<std::string>& names) {
    for (;;) {
        list = after_blanks(list);
        const std::size_t length = name_length(list);
        if (length == 0) return;
        names.push_back(canonical_name(list.substr(0, length)));
        int depth = 0;
        std::size_t at = length;
        for (; at < list.size() && (depth > 0 || list[at] != ','); ++at) {
            depth += list[at] == '[' || list[at] == '(' ? 1 : 0;
            depth -= list[at] == ']' || list[at] == ')' ? 1 : 0;
        }
        if (at == list.size()) return;
        list.remove_prefix(at + 1);
    }
}

/// What follows `x` or `f(x)` where a definition is meant.
bool begins_definition(std::string_view rest) {
    constexpr std::array<std::string_view, 9> signs{"=",  ":=", "<-", "->", "=>",
                                                    "+=", "-=", "*=", "/="};
    return std::any_of(signs.begin(), signs.end(),
                       [&](std::string_view sign) { return rest.starts_with(sign); });
}

bool declares(std::string_view word) {
    constexpr std::array<std::string_view, 8> words{"let",    "set",      "def",  "define",
                                                    "lambda", "function", "func", "auto"};
    return word == "param" || word == "var" || word == "dim" ||
           std::find(words.begin(), words.end(), word) != words.end();
}

}  // namespace

LostNames lost_names(std::string_view line) {
    LostNames lost;
    const std::string_view word = line.substr(0, name_length(line));
    if (word.empty()) return lost;
    const std::string_view rest = after_blanks(line.substr(word.size()));
    const std::string_view synonym = statement_synonym(word);
    const std::string_view statement = synonym.empty() ? word : synonym;
    std::string_view after = rest;
    if (const std::size_t close = rest.find(')');
        rest.starts_with("(") && close != std::string_view::npos) {
        after = after_blanks(rest.substr(close + 1));
    }
    if (!is_reserved(word) && begins_definition(after)) {
        lost.values.push_back(canonical_name(word));
    } else if (declares(statement) && !rest.empty()) {
        add_listed(rest, lost.values);
        if (statement == "dim" && !lost.values.empty() && !is_reserved(lost.values.front())) {
            lost.size = lost.values.front();
            lost.values.clear();
        }
    }
    std::erase_if(lost.values, [](const std::string& name) { return is_reserved(name); });
    return lost;
}

std::string_view statement_synonym(std::string_view word) {
    std::string lower(word);
    for (char& c : lower) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    for (const Synonym& synonym : synonyms) {
        if (synonym.word == lower) return synonym.statement;
    }
    return {};
}

std::string meant_statement(std::string_view word) {
    if (const std::string_view synonym = statement_synonym(word); !synonym.empty()) {
        return std::string(synonym);
    }
    const std::vector<std::string> words(statement_words.begin(), statement_words.end());
    return nearest(word, words).value_or("");
}

namespace {

/// `in (0, 1)`, `> = 0`, `>= 1/2`, `x[n; m]`, `x, y` in a declaration.
std::string slip_in_bounds(std::string_view rest, std::string_view found) {
    const std::string_view before =
        rest.substr(0, rest.size() - std::min(rest.size(), found.size()));
    const std::size_t last = before.find_last_not_of(" \t");
    const std::string_view kept =
        last == before.npos ? before.substr(0, 0) : before.substr(0, last + 1);
    if (found.starts_with("(") && kept.ends_with(" in")) return "an interval is written in [0, 1]";
    if (found.starts_with("=>")) return "write >=";
    if (found.starts_with("=") && (kept.ends_with(">") || kept.ends_with("<")))
        return fmt::format("write {}= without a blank", kept.back());
    const bool bounds = kept.find_first_of("<>") != kept.npos || kept.find("≥") != kept.npos ||
                        kept.find("≤") != kept.npos || kept.find(" in ") != kept.npos;
    if (bounds && found.find_first_of("/*^") == 0) return "a bound is one number, such as 0.5";
    const bool open = kept.rfind('[') != kept.npos && kept.find(']', kept.rfind('[')) == kept.npos;
    if (open && found.starts_with(";"))
        return bounds ? "the ends of an interval have a comma between them: in [0, 1]"
                      : "sizes have a comma between them: X[m, n]";
    if (found.starts_with(",") && !open) return "a line declares one name";
    return {};
}

}  // namespace

std::string slip_in_statement(std::string_view word, std::string_view rest,
                              std::string_view found) {
    const auto is_one_of = [&](std::initializer_list<std::string_view> words) {
        return std::find(words.begin(), words.end(), word) != words.end();
    };
    const std::size_t start = rest.find_first_not_of(" \t");
    const std::string_view next = start == rest.npos ? std::string_view() : rest.substr(start);
    for (std::string_view sign : {"<-", ":=", "==", "+=", "-=", "*="}) {
        if (!is_statement_word(word) && next.starts_with(sign))
            return "a definition is written `NAME = EXPR`, once for each name";
    }
    if (is_one_of({"let", "set", "def", "define", "function", "func", "lambda"}) &&
        name_length(next) != 0) {
        return "a definition is written `NAME = EXPR`, a function `f(x) = EXPR`, without a word "
               "before it";
    }
    const std::string_view meant = statement_synonym(word);
    if ((meant == "param" || meant == "var") &&
        after_blanks(next.substr(name_length(next))).starts_with("=")) {
        return "a definition is written `NAME = EXPR`, without a word before it";
    }
    if (!is_statement_word(word) && found.starts_with("->"))
        return "a definition is written `f(x) = EXPR`";
    if (word.empty() && rest.starts_with("--")) return "comments begin with # or //";
    if (is_one_of({"for", "while"}))
        return "there are no loops: a sum over an index is sum(i in 1..n: …)";
    if (is_one_of({"if", "else", "end", "return"}) && name_length(next) + start != 0)
        return "there are no branches: a choice between values is where(condition, a, b)";
    if (is_one_of({"subject", "st", "s"}) &&
        (word == "subject" || found.starts_with(".") || next.find_first_of("<>=") != next.npos)) {
        return "constraints belong to a problem: minimize f over x subject to A x <= b";
    }
    if (word == "param" || word == "var") {
        if (std::string slip = slip_in_bounds(rest, found); !slip.empty()) return slip;
    }
    if ((word == "param" || word == "var") && found.starts_with("("))
        return "sizes stand in square brackets: X[m, n]";
    if ((word == "param" || word == "var") && found.starts_with("="))
        return "a value is given with --data when the file is run, or by a definition without "
               "`param`";
    if ((word == "param" || word == "var") && (found.starts_with("R") || found.starts_with("ℝ")) &&
        rest.find(" in ") != rest.npos) {
        return "sizes stand in square brackets: x[n], X[m, n]";
    }
    if (word == "import" && !found.empty()) return "write import \"model.nabla\"";
    if ((word == "minimize" || word == "maximize") && rest.find("over") == rest.npos)
        return "say which variables move: minimize f over x, y";
    if (word == "solve" && rest.find(" for ") == rest.npos)
        return "say what is unknown: solve A x == b for x";
    if (word == "export" && rest.find(" as ") == rest.npos)
        return "give it a name: export f, grad(f, x) as NAME";
    return {};
}

bool is_statement_word(std::string_view word) noexcept {
    return std::find(statement_words.begin(), statement_words.end(), word) != statement_words.end();
}

}  // namespace nabla::syntax
