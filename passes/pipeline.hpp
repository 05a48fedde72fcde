// The ordered passes from what the frontend built to what is shown and compiled.
#pragma once

#include <vector>

#include "ir/expr.hpp"

namespace nabla::passes {

/// Replaces every Derivative node (innermost first) by its derivative, with stable rewrites and
/// simplification before and after each; the result is canonical and derivative-free.
ir::Expr derive(ir::Expr e);
/// Several at once: gradients of one function share its reverse sweep, and all passes what the
/// expressions have in common, so that all gradients of a network cost as much as one.
std::vector<ir::Expr> derive(std::vector<ir::Expr> expressions);

/// derive(), then facts that hold only after the last derivative (simplex), then common factors
/// pulled out: the form to print and to compile.
ir::Expr finish(ir::Expr e);
std::vector<ir::Expr> finish(std::vector<ir::Expr> expressions);

}  // namespace nabla::passes
