#include "frontend/lexer.hpp"

#include "frontend/builtins.hpp"
#include "frontend/limits.hpp"
#include "frontend/names.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace nabla::syntax {

namespace {

bool blank(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f' || c == '\v';
}
bool digit(char c) { return c >= '0' && c <= '9'; }

/// Bytes of the number at the start of `text`, by the language's rules for `.` and `e`.
std::size_t number_length(std::string_view text) {
    std::size_t at = 0;
    while (at < text.size() && digit(text[at])) ++at;
    const bool whole = at > 0;
    if (at < text.size() && text[at] == '.') {
        const char next = at + 1 < text.size() ? text[at + 1] : ' ';
        constexpr std::string_view operators = "*/\\^'.";
        if (digit(next) || (whole && operators.find(next) == std::string_view::npos)) {
            ++at;
            while (at < text.size() && digit(text[at])) ++at;
        }
    }
    if (at == 0) return 0;
    if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
        std::size_t digits = at + 1;
        if (digits < text.size() && (text[digits] == '+' || text[digits] == '-')) ++digits;
        if (digits < text.size() && digit(text[digits])) {
            at = digits;
            while (at < text.size() && digit(text[at])) ++at;
        }
    }
    return at;
}

struct Superscript {
    std::string_view letter;
    std::string_view meaning;
};

constexpr std::array<Superscript, 13> superscripts{{{"ᵀ", "T"},
                                                    {"⊤", "T"},
                                                    {"⁻", "-"},
                                                    {"⁰", "0"},
                                                    {"¹", "1"},
                                                    {"²", "2"},
                                                    {"³", "3"},
                                                    {"⁴", "4"},
                                                    {"⁵", "5"},
                                                    {"⁶", "6"},
                                                    {"⁷", "7"},
                                                    {"⁸", "8"},
                                                    {"⁹", "9"}}};

const Superscript* superscript_at(std::string_view text) {
    const auto* row =
        std::find_if(superscripts.begin(), superscripts.end(),
                     [&](const Superscript& s) { return text.starts_with(s.letter); });
    return row == superscripts.end() ? nullptr : row;
}

}  // namespace

Lexer::Lexer(const Source& source, Span span, const KnownNames& names)
    : source_(&source),
      names_(&names),
      base_(source.text().data()),
      first_(base_ + span.begin),
      last_(base_ + span.end),
      frames_(1),
      last_end_(span.begin),
      farthest_(first_) {}

std::string_view Lexer::rest(const char* at) const {
    return {at, static_cast<std::size_t>(last_ - at)};
}

const char* Lexer::skip(const char* at) const {
    while (at != last_) {
        if (blank(*at)) {
            ++at;
        } else if (*at == '#' || rest(at).starts_with("//")) {
            while (at != last_ && *at != '\n') ++at;
        } else {
            break;
        }
    }
    return at;
}

bool Lexer::blank_before(const char* at) const { return at != first_ && blank(at[-1]); }

bool Lexer::match(Matcher matcher, const char*& at, Lexeme& out, std::string_view word,
                  std::string_view label) {
    const char* cursor = at;
    if ((this->*matcher)(cursor, out, word)) {
        at = cursor;
        return true;
    }
    if (label.empty()) return false;
    const char* place = skip(at);
    if (place > farthest_) {
        farthest_ = place;
        expected_.clear();
    }
    if (place == farthest_ &&
        std::find(expected_.begin(), expected_.end(), label) == expected_.end()) {
        expected_.push_back(label);
    }
    return false;
}

void Lexer::enter(const char* at) {
    if (++depth_ <= limits::nesting) return;
    const char* place = skip(at);
    throw SyntaxError{span(place, std::min(place + 1, last_)),
                      "the expression is nested too deeply (more than " +
                          std::to_string(limits::nesting) + " levels)",
                      {"give inner parts names of their own", {}}};
}

bool Lexer::take(const char*& at, std::size_t length, Lexeme& out) {
    const char* begin = at;
    at += length;
    out.span = span(begin, at);
    out.op = Op::none;
    out.text.assign(begin, at);
    last_end_ = out.span.end;
    return true;
}

bool Lexer::is_function(const std::string& word) const {
    if (names_->values.contains(word)) return false;
    return names_->functions.contains(word) || is_function_name(word);
}

bool Lexer::comparisons_here() const {
    return frames_.back().comparisons && frames_.back().bars.empty();
}

bool Lexer::operator_at(const char* at, Op& op, std::size_t& length) const {
    const std::string_view text = rest(at);
    for (const Spelling& spelling : spellings) {
        if (text.starts_with(spelling.text)) {
            op = spelling.op;
            length = spelling.text.size();
            return true;
        }
    }
    return false;
}

// --- words and numbers ---------------------------------------------------------------------------

bool Lexer::number(const char*& at, Lexeme& out, std::string_view) {
    at = skip(at);
    const std::size_t length = number_length(rest(at));
    if (length == 0) return false;
    if (length > limits::number_bytes) {
        throw SyntaxError{span(at, at + length), "the number has too many digits", {}};
    }
    return take(at, length, out);
}

bool Lexer::name(const char*& at, Lexeme& out, std::string_view) {
    at = skip(at);
    const std::size_t length = name_length(rest(at));
    if (length == 0) return false;
    if (length > limits::identifier_bytes) {
        throw SyntaxError{span(at, at + length), "the name is too long", {}};
    }
    std::string text = canonical_name(rest(at).substr(0, length));
    if (is_reserved(text)) return false;
    take(at, length, out);
    out.text = std::move(text);
    return true;
}

bool Lexer::function_name(const char*& at, Lexeme& out, std::string_view) {
    const char* cursor = skip(at);
    const std::size_t length = name_length(rest(cursor));
    if (length == 0 || length > limits::identifier_bytes) return false;
    const std::string text = canonical_name(rest(cursor).substr(0, length));
    if (!is_function(text)) return false;
    at = cursor;
    take(at, length, out);
    out.text = text;
    where_next_ = text == "where";
    function_ = out.span;
    return true;
}

bool Lexer::keyword(const char*& at, Lexeme& out, std::string_view word) {
    at = skip(at);
    const std::size_t length = name_length(rest(at));
    return rest(at).substr(0, length) == word && take(at, length, out);
}

bool Lexer::plain_word(const char*& at, Lexeme& out, std::string_view) {
    at = skip(at);
    const std::string_view text = rest(at);
    std::size_t length = name_length(text);
    while (length != 0 && text.substr(length).starts_with("-")) {
        const std::size_t more = name_length(text.substr(length + 1));
        if (more == 0) break;
        length += 1 + more;
    }
    return length != 0 && take(at, length, out);
}

bool Lexer::quoted(const char*& at, Lexeme& out, std::string_view) {
    at = skip(at);
    if (at == last_ || *at != '"') return false;
    const std::size_t close = rest(at).find('"', 1);
    if (close == std::string_view::npos) return false;
    take(at, close + 1, out);
    out.text = out.text.substr(1, out.text.size() - 2);
    return true;
}

bool Lexer::punctuation(const char*& at, Lexeme& out, std::string_view word) {
    at = skip(at);
    return rest(at).starts_with(word) && take(at, word.size(), out);
}

bool Lexer::end(const char*& at, Lexeme&, std::string_view) {
    at = skip(at);
    return at == last_;
}

// --- operators -----------------------------------------------------------------------------------

bool Lexer::sign(const char*& at, Lexeme& out, std::string_view) { return additive(at, out, {}); }

bool Lexer::additive(const char*& at, Lexeme& out, std::string_view) {
    at = skip(at);
    Op op{};
    std::size_t length = 0;
    if (!operator_at(at, op, length) || (op != Op::plus && op != Op::minus)) return false;
    take(at, length, out);
    out.op = op;
    return true;
}

bool Lexer::multiplicative(const char*& at, Lexeme& out, std::string_view) {
    at = skip(at);
    Op op{};
    std::size_t length = 0;
    if (!operator_at(at, op, length)) return false;
    const bool fits = op == Op::times || op == Op::divide || op == Op::solve ||
                      op == Op::element_times || op == Op::element_divide || op == Op::kronecker;
    if (!fits) return false;
    if (op == Op::solve) reject_latex(at);
    take(at, length, out);
    out.op = op;
    return true;
}

bool Lexer::comparison(const char*& at, Lexeme& out, std::string_view) {
    return comparisons_here() && relation(at, out, {});
}

bool Lexer::relation(const char*& at, Lexeme& out, std::string_view) {
    at = skip(at);
    Op op{};
    std::size_t length = 0;
    if (!operator_at(at, op, length)) return false;
    const bool fits = op == Op::equal || op == Op::less_equal || op == Op::greater_equal ||
                      op == Op::less || op == Op::greater || op == Op::not_equal;
    if (!fits) return false;
    take(at, length, out);
    out.op = op;
    return true;
}

bool Lexer::definition_sign(const char*& at, Lexeme& out, std::string_view) {
    at = skip(at);
    return rest(at).starts_with("=") && !rest(at).starts_with("==") && take(at, 1, out);
}

bool Lexer::juxtaposed(const char*& at, Lexeme& out, std::string_view) {
    const char* place = skip(at);
    const std::string_view text = rest(place);
    if (text.empty()) return false;
    if (const std::size_t length = number_length(text); length != 0) {
        throw SyntaxError{span(place, place + length),
                          "a number cannot follow an operand directly",
                          {"write `*` for a product, or a comma between entries", {}}};
    }
    out.span = span(place, place);
    out.op = Op::juxtapose;
    if (const std::size_t length = name_length(text); length != 0) {
        return !is_reserved(text.substr(0, length));
    }
    if (text[0] == '(' || text[0] == '[' || text.starts_with("∇") || text.starts_with("⟨")) {
        return true;
    }
    if (text[0] == '<') return !comparisons_here() && !text.starts_with("<=");
    if (text[0] == '|' || text.starts_with("‖")) return frames_.back().bars.empty();
    return false;
}

bool Lexer::quote(const char*& at, Lexeme& out, std::string_view) {
    at = skip(at);
    const std::string_view text = rest(at);
    for (std::string_view spelling : {"'", ".'", "′", "’"}) {
        if (text.starts_with(spelling)) return take(at, spelling.size(), out);
    }
    return false;
}

bool Lexer::superscript(const char*& at, Lexeme& out, std::string_view) {
    const char* place = skip(at);
    std::string meaning;
    std::size_t length = 0;
    while (const Superscript* row = superscript_at(rest(place + length))) {
        // `²ᵀ` are two marks: a transpose stands alone, or after a minus sign.
        const bool letter = row->meaning == "T";
        if (letter && !meaning.empty() && meaning != "-") break;
        if (row->meaning == "-" && !meaning.empty()) break;
        meaning += row->meaning;
        length += row->letter.size();
        if (letter) break;
    }
    if (meaning.empty() || meaning == "-") return false;
    at = place;
    take(at, length, out);
    out.text = meaning;
    return true;
}

bool Lexer::caret(const char*& at, Lexeme& out, std::string_view) {
    at = skip(at);
    for (std::string_view spelling : {".^", "^", "**"}) {
        if (!rest(at).starts_with(spelling)) continue;
        take(at, spelling.size(), out);
        out.op = spelling == ".^" ? Op::element_power : Op::power;
        return true;
    }
    return false;
}

bool Lexer::transpose_exponent(const char*& at, Lexeme& out, std::string_view) {
    at = skip(at);
    std::string_view text = rest(at);
    for (std::string_view spelling : {"{T}", "{-T}", "{⊤}", "{-⊤}", "⊤", "-⊤"}) {
        if (!text.starts_with(spelling)) continue;
        take(at, spelling.size(), out);
        out.text = spelling.find('-') == std::string_view::npos ? "T" : "-T";
        return true;
    }
    const std::size_t minus = text.starts_with("-") ? 1 : 0;
    const std::string_view word = text.substr(minus, name_length(text.substr(minus)));
    if (!word.starts_with("T")) return false;
    if (word.size() > 1) {
        const std::string name = canonical_name(word);
        if (names_->values.contains(name) || is_greek_name(name)) return false;
    }
    take(at, minus + 1, out);
    out.text = minus == 0 ? "T" : "-T";
    return true;
}

}  // namespace nabla::syntax
