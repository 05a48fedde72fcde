#include "runtime/session/line.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include "frontend/builtins.hpp"
#include "frontend/names.hpp"
#include "frontend/statements.hpp"

namespace nabla::runtime {
namespace {

bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}

std::size_t skip_blanks(std::string_view text, std::size_t at) {
    while (at < text.size() && is_blank(text[at])) ++at;
    return at;
}

// The end of the comment that begins at `at`, or `at` if none does.
std::size_t skip_comment(std::string_view text, std::size_t at) {
    const bool comment = text[at] == '#' || text.substr(at).starts_with("//");
    return comment ? std::min(text.find('\n', at), text.size()) : at;
}

struct Sign {
    std::size_t at = 0;
    bool assigns = false;  // `:=` rather than `=`
};

// The first `=` or `:=` outside of brackets that is no part of a comparison.
std::optional<Sign> find_sign(std::string_view text) {
    int depth = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        i = skip_comment(text, i);
        if (i >= text.size()) break;
        const char c = text[i];
        if (c == '(' || c == '[' || c == '{') ++depth;
        if (c == ')' || c == ']' || c == '}') --depth;
        if (c != '=' || depth > 0) continue;
        const char before = i == 0 ? ' ' : text[i - 1];
        const char after = i + 1 < text.size() ? text[i + 1] : ' ';
        if (after == '=') return std::nullopt;
        if (before == '<' || before == '>' || before == '!') return std::nullopt;
        if (before == ':') return Sign{i - 1, true};
        return Sign{i, false};
    }
    return std::nullopt;
}

std::string name_at(std::string_view text, std::size_t at) {
    at = skip_blanks(text, at);
    return syntax::canonical_name(text.substr(at, syntax::name_length(text.substr(at))));
}

LineKind statement_kind(std::string_view word) {
    if (word == "dim") return LineKind::dim;
    if (word == "param" || word == "var") return LineKind::declaration;
    if (word == "import") return LineKind::import;
    if (word == "export") return LineKind::keep;
    return LineKind::request;
}

// The last word of `export E, E as NAME`.
std::string exported_name(std::string_view text) {
    const std::size_t as = text.rfind(" as ");
    return as == std::string_view::npos ? std::string() : name_at(text, as + 4);
}

// `minimise f over x`, `print x`: better an error that offers the statement than one about a name.
bool looks_like_statement(std::string_view text, std::string_view word) {
    if (syntax::statement_synonym(word).empty() || syntax::is_function_name(word)) return false;
    const std::size_t next = skip_blanks(text, word.size());
    return next > word.size() && next < text.size() && syntax::letter_length(text.substr(next)) > 0;
}

bool is_empty(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        i = skip_comment(text, i);
        if (i < text.size() && !is_blank(text[i])) return false;
    }
    return true;
}

}  // namespace

Line classify(const Typed& typed) {
    const std::string_view all = typed.part();
    if (is_empty(all)) return {};
    std::size_t start = skip_blanks(all, 0);
    // Comments and blank lines may stand before what is meant.
    while (skip_comment(all, start) != start) start = skip_blanks(all, skip_comment(all, start));
    const std::string_view text = all.substr(start);
    const std::size_t base = typed.begin + start;

    const std::string_view word = text.substr(0, syntax::name_length(text));
    if (syntax::is_statement_word(word)) {
        const LineKind kind = statement_kind(word);
        const std::size_t next = skip_blanks(text, word.size());
        if (word == "show" && next < text.size()) return {LineKind::expression, {}, base + next};
        if (kind == LineKind::keep) return {kind, exported_name(text), base};
        return {kind, name_at(text, word.size()), base};
    }
    if (const auto sign = find_sign(text)) {
        if (sign->assigns) {
            // Everything before the sign is the name, so that a wrong one is shown as a whole.
            std::string_view left = text.substr(0, sign->at);
            while (!left.empty() && is_blank(left.back())) left.remove_suffix(1);
            return {LineKind::assignment, syntax::canonical_name(left), base + sign->at + 2};
        }
        const std::size_t next = skip_blanks(text, word.size());
        const bool function = next < sign->at && text[next] == '(';
        return {function ? LineKind::function : LineKind::definition, syntax::canonical_name(word),
                base + sign->at + 1};
    }
    if (looks_like_statement(text, word)) return {LineKind::request, {}, base};
    return {LineKind::expression, {}, base};
}

void GrowingInput::add(std::string_view line) {
    if (text_.empty()) {
        std::string_view word = line.substr(skip_blanks(line, 0));
        if (word.starts_with(':')) word.remove_prefix(1);
        const std::size_t length = syntax::name_length(word);
        const bool more = word.find_first_not_of(" \t", length) != std::string_view::npos;
        word = word.substr(0, length);
        is_problem_ = more && (word == "minimize" || word == "maximize");
    } else {
        text_ += '\n';
    }
    text_ += line;
    lines_.add(line);
    if (!is_problem_ || has_variables_) return;
    const std::vector<std::string> words = words_of(line);
    has_variables_ = std::find(words.begin(), words.end(), "over") != words.end();
}

bool GrowingInput::is_ended_by(std::string_view line) const {
    const std::string_view text = line.substr(skip_blanks(line, 0));
    if (syntax::begins_statement(line) || text.starts_with(':')) return true;
    const std::size_t next = skip_blanks(text, syntax::name_length(text));
    if (next == 0 || next == text.size()) return false;
    if (text.substr(next).starts_with(":=")) return true;
    return text[next] == '=' && !text.substr(next).starts_with("==") && !lines_.has_open_bracket();
}

std::vector<std::string> words_of(std::string_view text) {
    std::vector<std::string> words;
    std::set<std::string> seen;
    for (std::size_t i = 0; i < text.size();) {
        i = skip_comment(text, i);
        if (i >= text.size()) break;
        const std::size_t length = syntax::name_length(text.substr(i));
        if (length == 0) {
            // `x_1` and `∇_x`: what follows the sign begins a name of its own.
            const std::size_t character = syntax::utf8_length(text.substr(i));
            i += std::max<std::size_t>(1, character);
            continue;
        }
        std::string word = syntax::canonical_name(text.substr(i, length));
        i += length;
        if (seen.insert(word).second) words.push_back(std::move(word));
    }
    return words;
}

}  // namespace nabla::runtime
