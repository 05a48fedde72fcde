// Cuts a file into logical lines. A line goes on inside open brackets, after a trailing operator or
// comma, and where the next one begins with a word that only continues a statement (`over`,
// `subject to`, `using`). Comments run from `#` or `//` to the end of the line. A bracket that is
// never closed does not swallow the statements after it.
#pragma once

#include "frontend/source.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace nabla::syntax {

/// The spans of the logical lines that hold anything but blanks and comments, in order. A span may
/// contain newlines and comments.
std::vector<Span> logical_lines(const Source& source, std::size_t segment = 0);

/// Says something about a physical line without its comment.
using LineTest = bool (*)(std::string_view line);

/// The same for other notations: a line that `starts` begins a logical one whatever is open, one
/// that `continues` belongs to the one before it, and one that `defines` belongs to it only within
/// a bracket.
std::vector<Span> join_lines(const Source& source, std::size_t segment, LineTest starts,
                             LineTest continues, LineTest defines);

/// The text of a span on one line, without comments.
std::string one_line(const Source& source, Span span);

/// For input that comes a line at a time: whether it waits for another line, because of an open
/// bracket or what stands at the end of its last line.
class Continuation {
public:
    void add(std::string_view line);
    bool goes_on() const { return waits_ || !closers_.empty(); }
    bool has_open_bracket() const { return !closers_.empty(); }

private:
    std::vector<char> closers_;  // of the open brackets
    bool waits_ = false;
};

/// Whether a line begins with a statement's first word: no bracket left open before it reaches it.
bool begins_statement(std::string_view line);

}  // namespace nabla::syntax
