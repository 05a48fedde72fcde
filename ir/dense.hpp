// Small dense linear algebra for the interpreter alone: plain elimination, easy to check by eye.
#pragma once

#include "ir/interpret.hpp"

namespace nabla::ir {

Tensor dense_inverse(const Tensor& matrix);
double dense_det(const Tensor& matrix);
/// The transposed matrix of cofactors, each a determinant of its own: finite for singular matrices.
Tensor dense_adjugate(const Tensor& matrix);

}  // namespace nabla::ir
