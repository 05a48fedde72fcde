// C99 that needs libm alone: sizes first, then scalars by value and arrays as row-major pointers,
// then the result's pointer. Products are plain loops, written from the expression itself rather
// than from notation. A function takes one block of memory for what it computes on the way and
// returns 0, 1 where there was no memory, or 2 where a matrix was singular or not positive
// definite.
#pragma once

#include "codegen/source/languages.hpp"

namespace nabla::codegen {

std::string c_text(const SourceRequest& request);

}  // namespace nabla::codegen
