#include "frontend/statements.hpp"

#include "frontend/names.hpp"
#include "frontend/suggest.hpp"

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
    if (is_one_of({"for", "while"}))
        return "there are no loops: a sum over an index is sum(i in 1..n: …)";
    if (is_one_of({"if", "else", "end", "return"}) && name_length(next) + start != 0)
        return "there are no branches: a choice between values is where(condition, a, b)";
    if (is_one_of({"subject", "st", "s"}) &&
        (word == "subject" || found.starts_with(".") || next.find_first_of("<>=") != next.npos)) {
        return "constraints belong to a problem: minimize f over x subject to A x <= b";
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
