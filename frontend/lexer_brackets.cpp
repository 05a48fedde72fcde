// Tokens that depend on what is open around them: brackets, bars, angles, and the marks that only
// an index, a call or a binder may hold.

#include "frontend/lexer.hpp"

#include <algorithm>

namespace nabla::syntax {

namespace {

char closer_of(char open) { return open == '(' ? ')' : open == '[' ? ']' : '}'; }

}  // namespace

// --- brackets and bars ---------------------------------------------------------------------------

bool Lexer::open_frame(const char*& at, Lexeme& out, std::string_view bracket) {
    frames_.push_back({closer_of(bracket[0]), offset(at), false, false, {}});
    return take(at, bracket.size(), out);
}

bool Lexer::open(const char*& at, Lexeme& out, std::string_view word) {
    at = skip(at);
    return rest(at).starts_with(word) && open_frame(at, out, word);
}

bool Lexer::open_touching(const char*& at, Lexeme& out, std::string_view word) {
    return rest(at).starts_with(word) && open_frame(at, out, word);
}

bool Lexer::open_arguments(const char*& at, Lexeme& out, std::string_view) {
    if (!open(at, out, "(")) return false;
    frames_.back().comparisons = where_next_;
    frames_.back().first_only = true;
    return true;
}

bool Lexer::close(const char*& at, Lexeme& out, std::string_view word) {
    at = skip(at);
    if (!rest(at).starts_with(word)) return false;
    if (frames_.size() > 1) frames_.pop_back();
    return take(at, word.size(), out);
}

bool Lexer::comma(const char*& at, Lexeme& out, std::string_view) {
    at = skip(at);
    if (!rest(at).starts_with(",")) return false;
    if (frames_.back().first_only) frames_.back().comparisons = false;
    return take(at, 1, out);
}

bool Lexer::open_angle(const char*& at, Lexeme& out, std::string_view) {
    at = skip(at);
    for (std::string_view spelling : {"<", "⟨"}) {
        if (!rest(at).starts_with(spelling)) continue;
        frames_.push_back({'>', offset(at), false, false, {}});
        return take(at, spelling.size(), out);
    }
    return false;
}

bool Lexer::close_angle(const char*& at, Lexeme& out, std::string_view) {
    at = skip(at);
    for (std::string_view spelling : {">", "⟩"}) {
        if (!rest(at).starts_with(spelling)) continue;
        if (frames_.size() > 1) frames_.pop_back();
        return take(at, spelling.size(), out);
    }
    return false;
}

bool Lexer::open_norm(const char*& at, Lexeme& out, std::string_view) {
    at = skip(at);
    std::size_t length = rest(at).starts_with("‖") ? std::string_view("‖").size() : 0;
    if (length == 0) {
        std::size_t run = 0;
        while (at + run != last_ && at[run] == '|') ++run;
        if (run < 2 || run % 2 == 1) return false;  // an odd run opens with a single bar
        length = 2;
    }
    frames_.back().bars.push_back(span(at, at + length));
    return take(at, length, out);
}

bool Lexer::open_bar(const char*& at, Lexeme& out, std::string_view) {
    at = skip(at);
    if (!rest(at).starts_with("|")) return false;
    frames_.back().bars.push_back(span(at, at + 1));
    return take(at, 1, out);
}

bool Lexer::close_norm(const char*& at, Lexeme& out, std::string_view) {
    at = skip(at);
    for (std::string_view spelling : {"||", "‖"}) {
        if (!rest(at).starts_with(spelling)) continue;
        frames_.back().bars.pop_back();
        return take(at, spelling.size(), out);
    }
    if (rest(at).starts_with("|")) {
        throw SyntaxError{span(at, at + 1),
                          "a single bar meets an open `||`",
                          {"write `abs(…)` for an absolute value inside a norm",
                           {{frames_.back().bars.back(), "the norm opens here"}}}};
    }
    return false;
}

bool Lexer::close_bar(const char*& at, Lexeme& out, std::string_view) {
    at = skip(at);
    if (!rest(at).starts_with("|")) return false;
    frames_.back().bars.pop_back();
    return take(at, 1, out);
}

bool Lexer::norm_subscript(const char*& at, Lexeme& out, std::string_view) {
    const std::string_view text = rest(at);
    if (text.starts_with("₁") || text.starts_with("₂")) {
        const bool one = text.starts_with("₁");
        take(at, std::string_view("₁").size(), out);
        out.text = one ? "1" : "2";
        return true;
    }
    for (std::string_view name : {"inf", "∞", "1", "2", "F"}) {
        for (const std::string& spelling :
             {"_{" + std::string(name) + "}", "_" + std::string(name)}) {
            if (!text.starts_with(spelling)) continue;
            take(at, spelling.size(), out);
            out.text = name == "∞" ? "inf" : std::string(name);
            return true;
        }
    }
    if (!text.starts_with("_")) return false;
    throw SyntaxError{span(at, at + 1),
                      "unknown kind of norm",
                      {"the norms are ||x||_1, ||x||_2, ||x||_inf and ||X||_F", {}}};
}

// --- context -------------------------------------------------------------------------------------

bool Lexer::all(const char*& at, Lexeme& out, std::string_view) {
    at = skip(at);
    if (!rest(at).starts_with(":")) return false;
    const std::string_view next = rest(skip(at + 1));
    return (next.starts_with(",") || next.starts_with("]")) && take(at, 1, out);
}

bool Lexer::range(const char*& at, Lexeme& out, std::string_view) {
    at = skip(at);
    if (rest(at).starts_with("..")) return take(at, 2, out);
    const bool index = frames_.back().closer == ']';
    return index && rest(at).starts_with(":") && take(at, 1, out);
}

bool Lexer::binder_ahead(const char*& at, Lexeme& out, std::string_view) {
    const char* cursor = at;
    const std::uint32_t end = last_end_;
    const bool found = name(cursor, out, {}) && keyword(cursor, out, "in");
    last_end_ = end;
    return found;
}

bool Lexer::keyword_ahead(const char*& at, Lexeme& out, std::string_view) {
    const char* cursor = at;
    const std::uint32_t end = last_end_;
    const bool found = name(cursor, out, {}) && definition_sign(cursor, out, {});
    last_end_ = end;
    return found;
}

bool Lexer::tensor_ahead(const char*& at, Lexeme& out, std::string_view) {
    const char* cursor = skip(at);
    const std::uint32_t end = last_end_;
    if (!rest(cursor).starts_with("[")) return false;
    ++cursor;
    while (name(cursor, out, {}) && rest(skip(cursor)).starts_with(",")) cursor = skip(cursor) + 1;
    last_end_ = end;
    return rest(skip(cursor)).starts_with(":");
}

bool Lexer::nabla(const char*& at, Lexeme& out, std::string_view) {
    const char* cursor = skip(at);
    const std::string_view sign = "∇";
    if (!rest(cursor).starts_with(sign)) return false;
    const char* begin = cursor;
    cursor += sign.size();
    Lexeme variable;
    if (rest(cursor).starts_with("_{")) {
        cursor += 2;
        const bool closed = name(cursor, variable, {}) && rest(cursor).starts_with("}");
        cursor += closed ? 1 : 0;
        if (!closed) variable.text.clear();
    } else if (rest(cursor).starts_with("_")) {
        ++cursor;
        name(cursor, variable, {});
    }
    if (variable.text.empty()) {
        throw SyntaxError{span(begin, begin + sign.size()),
                          "expected a variable after ∇",
                          {"write ∇_x f for the gradient of f by x", {}}};
    }
    at = cursor;
    out = variable;
    last_end_ = offset(at);
    return true;
}

}  // namespace nabla::syntax
