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
/// that `continues` belongs to the one before it.
std::vector<Span> join_lines(const Source& source, std::size_t segment, LineTest starts,
                             LineTest continues);

/// The text of a span on one line, without comments.
std::string one_line(const Source& source, Span span);

}  // namespace nabla::syntax
