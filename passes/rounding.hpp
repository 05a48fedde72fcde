// How far rounding can carry a computed value from the true one: an expression for the largest
// error of first order, in units of the relative rounding error of one operation. It is the value's
// own size where nothing cancels, and far larger where something does (x - x, the inverse of a
// nearly singular matrix, the determinant of a singular one).
#pragma once

#include "ir/expr.hpp"

namespace nabla::passes {

/// Of the shape of `e`, nonnegative; `e` is free of Derivative nodes. Of eigenvalues, Cholesky
/// factors and exponentials of matrices the size alone is taken.
ir::Expr rounding_scale(ir::Expr e);

}  // namespace nabla::passes
