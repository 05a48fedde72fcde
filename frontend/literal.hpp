// Numbers as typed. A literal that no double can hold (beyond limits::largest_number, or so small
// that it would be read as 0) is an error with its place: it never turns into infinity or 0.
#pragma once

#include "frontend/diagnostics.hpp"
#include "ir/number.hpp"

#include <string>

namespace nabla::syntax {

/// The value of a literal without a sign (`0.1`, `2e-3`). Throws SyntaxError at `span` if it is too
/// large or too small.
ir::Number read_number(const std::string& text, Span span);

}  // namespace nabla::syntax
