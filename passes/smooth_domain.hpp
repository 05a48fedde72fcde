// Where a scalar is twice differentiable, so that its Hessian tells its curvature: on an open
// convex set of its variables. Checked node by node; a function with kinks or with poles that no
// fact excludes is refused, never guessed at.
#pragma once

#include <vector>

#include "passes/curvature.hpp"

namespace nabla::passes {

/// Whether functions that are only continuous (abs, relu, max) are taken too.
enum class Kinks : std::uint8_t { refused, allowed };

/// The conditions under which `e` is defined and smooth (each a convex set); nothing if it is not
/// known to be smooth on a convex set.
std::optional<std::vector<DomainCondition>> smooth_domain(Curvatures& all, ir::Expr e,
                                                          Kinks kinks = Kinks::refused);

/// Those of `symbols` that must be positive (negative: `negative`) wherever `e` is defined, since
/// it holds log(x), sqrt(x) and the like; none where a choice may leave such a part out.
struct Forced {
    std::vector<ir::Expr> positive, negative;
};
Forced forced_signs(ir::Expr e, const std::vector<ir::Expr>& symbols);

/// The same symbol with other facts.
ir::Expr with_facts(ir::Expr symbol, ir::Facts facts);

/// What of the facts of a variable describes a convex set.
ir::Facts convex_facts(ir::Facts facts);

}  // namespace nabla::passes
