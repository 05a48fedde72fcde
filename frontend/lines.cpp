#include "frontend/lines.hpp"

#include "frontend/names.hpp"
#include "frontend/statements.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace nabla::syntax {

namespace {

/// One physical line without its comment and without trailing blanks.
struct Physical {
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
};

bool blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v'; }

std::vector<Physical> physical_lines(std::string_view text, Span part) {
    std::vector<Physical> lines;
    std::size_t at = part.begin;
    while (at <= part.end) {
        const std::size_t newline = std::min<std::size_t>(text.find('\n', at), part.end);
        std::size_t end = newline;
        bool quoted = false;
        for (std::size_t i = at; i < newline; ++i) {
            if (text[i] == '"') quoted = !quoted;
            const bool slashes = text[i] == '/' && i + 1 < newline && text[i + 1] == '/';
            if (!quoted && (text[i] == '#' || slashes)) {
                end = i;
                break;
            }
        }
        std::size_t begin = at;
        while (begin < end && blank(text[begin])) ++begin;
        while (end > begin && blank(text[end - 1])) --end;
        lines.push_back({static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)});
        at = newline + 1;
    }
    return lines;
}

std::string_view first_word(std::string_view line) { return line.substr(0, name_length(line)); }

bool starts_statement(std::string_view line) { return is_statement_word(first_word(line)); }

bool continues_statement(std::string_view line) {
    const std::string_view word = first_word(line);
    return word == "over" || word == "using" || word == "subject";
}

/// `y = …`, `f(x, y) = …`: an operator at the end of the line before has lost its operand.
bool starts_definition(std::string_view line) {
    const std::size_t word = name_length(line);
    if (word == 0) return false;
    std::string_view rest = line.substr(word);
    const auto skip_blanks = [&] {
        while (!rest.empty() && blank(rest.front())) rest.remove_prefix(1);
    };
    skip_blanks();
    if (rest.starts_with("(")) {
        const std::size_t close = rest.find_first_not_of(
            " \t,_0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", 1);
        if (close == std::string_view::npos || rest[close] != ')') return false;
        rest.remove_prefix(close + 1);
        skip_blanks();
    }
    return rest.starts_with("=") && !rest.starts_with("==");
}

/// A trailing bar or `'` closes, and so may `>`; every other operator waits for an operand.
bool waits_for_operand(std::string_view line) {
    // MATLAB's `...` goes on too, so that the error is one.
    constexpr std::array<std::string_view, 25> trailing{
        "+", "-", "*", "/", "\\", "^", ",", "=", "<",  "≤",  "≥",  "−",  "·",
        "×", "⊙", "⊘", "⊗", "⋅",  "∘", ";", ":", "<=", ">=", "==", "..."};
    if (line.ends_with("*/")) return false;  // C's comments: said where the line stands
    return std::any_of(trailing.begin(), trailing.end(),
                       [&](std::string_view op) { return line.ends_with(op); });
}

char closer_of(char open) { return open == '(' ? ')' : open == '[' ? ']' : '}'; }

/// For every byte that opens a bracket: whether it is closed before the file, or the run of lines
/// up to the next statement word, ends.
std::vector<bool> closed_brackets(std::string_view text, const std::vector<Physical>& lines,
                                  LineTest starts) {
    std::vector<bool> closed(text.size(), false);
    std::vector<std::uint32_t> open;
    for (const Physical& line : lines) {
        const std::string_view content = text.substr(line.begin, line.end - line.begin);
        if (starts(content)) open.clear();
        for (std::uint32_t i = line.begin; i < line.end; ++i) {
            const char c = text[i];
            if (c == '(' || c == '[' || c == '{') open.push_back(i);
            if (c != ')' && c != ']' && c != '}') continue;
            if (!open.empty() && closer_of(text[open.back()]) == c) {
                closed[open.back()] = true;
                open.pop_back();
            }
        }
    }
    return closed;
}

}  // namespace

std::vector<Span> join_lines(const Source& source, std::size_t segment, LineTest starts,
                             LineTest continues, LineTest defines) {
    const std::string_view text = source.text();
    const std::vector<Physical> lines = physical_lines(text, source.segments()[segment].span);
    const std::vector<bool> closed = closed_brackets(text, lines, starts);

    std::vector<Span> result;
    bool open_line = false;
    long depth = 0;
    for (const Physical& line : lines) {
        if (line.begin == line.end) continue;
        const std::string_view content = text.substr(line.begin, line.end - line.begin);
        const bool open = open_line && (depth > 0 || !defines(content));
        const bool joins = open || (!result.empty() && continues(content));
        if (joins && !starts(content)) {
            result.back().end = line.end;
        } else {
            result.push_back({line.begin, line.end});
            depth = 0;
        }
        for (std::uint32_t i = line.begin; i < line.end; ++i) {
            const char c = text[i];
            if ((c == '(' || c == '[' || c == '{') && closed[i]) ++depth;
            if ((c == ')' || c == ']' || c == '}') && depth > 0) --depth;
        }
        open_line = depth > 0 || waits_for_operand(content);
    }
    return result;
}

void Continuation::add(std::string_view text) {
    for (const Physical& line :
         physical_lines(text, {0, static_cast<std::uint32_t>(text.size())})) {
        if (line.begin == line.end) continue;
        const std::string_view content = text.substr(line.begin, line.end - line.begin);
        if (starts_statement(content)) closers_.clear();
        for (const char c : content) {
            if (c == '(' || c == '[' || c == '{') closers_.push_back(closer_of(c));
            if (!closers_.empty() && closers_.back() == c) closers_.pop_back();
        }
        waits_ = waits_for_operand(content);
    }
}

bool begins_statement(std::string_view line) {
    while (!line.empty() && blank(line.front())) line.remove_prefix(1);
    return starts_statement(line);
}

std::vector<Span> logical_lines(const Source& source, std::size_t segment) {
    return join_lines(source, segment, starts_statement, continues_statement, starts_definition);
}

std::string one_line(const Source& source, Span span) {
    std::string out;
    bool blank = false;
    const std::string_view text = source.text(span);
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool comment = text[i] == '#' || text.substr(i).starts_with("//");
        if (comment) {
            i = std::min(text.find('\n', i), text.size() - 1);
            blank = true;
            continue;
        }
        const bool space = text[i] == ' ' || text[i] == '\t' || text[i] == '\n' || text[i] == '\r';
        if (!space && blank && !out.empty()) out += ' ';
        blank = space;
        if (!space) out += text[i];
    }
    return out;
}

}  // namespace nabla::syntax
