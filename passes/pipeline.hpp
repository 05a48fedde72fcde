// The ordered passes from what the frontend built to what is shown and compiled.
#pragma once

#include "ir/expr.hpp"

namespace nabla::passes {

/// Replaces every Derivative node (innermost first) by its derivative, with stable rewrites and
/// simplification before and after each; the result is canonical and derivative-free.
ir::Expr derive(ir::Expr e);

/// derive(), then facts that hold only after the last derivative (simplex), then common factors
/// pulled out: the form to print and to compile.
ir::Expr finish(ir::Expr e);

}  // namespace nabla::passes
