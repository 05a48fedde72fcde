// The driver of the rule tables: bottom-up, until no rule applies. Constructors keep everything
// else canonical already (ir/einsum.hpp). Returns the same handle if nothing changed.
#pragma once

#include <vector>

#include "ir/expr.hpp"
#include "passes/rules.hpp"

namespace nabla::passes {

/// Structural and stable rules.
ir::Expr simplify(ir::Expr e);
/// Several at once: what they share is looked at once.
std::vector<ir::Expr> simplify(std::vector<ir::Expr> expressions);

/// Also the rules for what will be differentiated and is not itself an answer.
ir::Expr simplify_before(ir::Expr e);

/// Also the equations between entries: for expressions that will not be differentiated again.
ir::Expr simplify_finally(ir::Expr e);
std::vector<ir::Expr> simplify_finally(std::vector<ir::Expr> expressions);

}  // namespace nabla::passes
