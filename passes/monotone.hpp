// In which of its variables a scalar only grows, or only falls, and between which numbers it lies:
// from the sign of its gradient, where it is continuous on a convex set.
#pragma once

#include "ir/expr.hpp"
#include "passes/signs.hpp"

namespace nabla::passes {

/// In every entry of `x`, not strictly; `none` where neither is proved. `f` may hold derivatives.
ir::Trend monotone_in(ir::Expr f, ir::Expr x, const Bounds& bounds = {});

/// Numbers that `f` lies between wherever it is defined.
ir::Interval range_of(ir::Expr f, const Bounds& bounds = {});

}  // namespace nabla::passes
