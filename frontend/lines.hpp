// Cuts a file into logical lines. A line goes on inside open brackets, after a trailing operator or
// comma, and where the next one begins with a word that only continues a statement (`over`,
// `subject to`, `using`). Comments run from `#` or `//` to the end of the line. A bracket that is
// never closed does not swallow the statements after it.
#pragma once

#include "frontend/source.hpp"

#include <vector>

namespace nabla::syntax {

/// The spans of the logical lines that hold anything but blanks and comments, in order. A span may
/// contain newlines and comments.
std::vector<Span> logical_lines(const Source& source);

}  // namespace nabla::syntax
