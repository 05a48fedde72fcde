// Division with remainder by what is inverted: for Y = (A + B)^-1 the product Y A is I - Y B, and
// x (1 + x)^-1 is 1 - (1 + x)^-1. One term of the sum, its lead, never stands beside the inverse in
// a normal form.
#pragma once

#include "ir/expr.hpp"

namespace nabla::passes {

/// One such step with an inverse matrix in the product, or null.
ir::Expr divide_by_inverses(ir::Expr product);

/// The same with an entrywise denominator.
ir::Expr divide_by_denominators(ir::Expr product);

}  // namespace nabla::passes
