// Values as a mathematician writes them: aligned matrices, long ones cut. What is shown whole reads
// back as the same kind of value.
#pragma once

#include <string>

#include <nabla/array.hpp>

namespace nabla::cli {

/// A scalar as a number, a vector as `[1, 2, 3]` (a row with `'` behind it), a matrix as rows under
/// each other in columns, each after `indent` blanks; more axes as the matrices of the last two.
std::string value_text(const Array& array, bool row = false, std::size_t indent = 0);

}  // namespace nabla::cli
