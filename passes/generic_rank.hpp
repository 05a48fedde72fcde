// Whether a linear map can be inverted at all: X ↦ X + X^T cannot, whatever the data are.
#pragma once

#include "ir/expr.hpp"

namespace nabla::passes {

/// True if the square matrix that `jacobian` is (its first half of axes by its second half) is
/// singular at every one of many random points, of several sizes. Entries of structured symbols
/// are drawn freely: what is singular for all matrices is so for symmetric ones. False where it
/// cannot be told.
bool always_singular(ir::Expr jacobian);

}  // namespace nabla::passes
