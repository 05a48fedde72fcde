#include "passes/pipeline.hpp"

#include "ir/build.hpp"
#include "ir/traverse.hpp"
#include "ir/work_limit.hpp"
#include "nabla/error.hpp"
#include "passes/collect.hpp"
#include "passes/differentiate.hpp"
#include "passes/simplify.hpp"

namespace nabla::passes {

using namespace ir;

namespace {

/// One Derivative node whose arguments are free of them.
Expr carry_out(Expr node) {
    const DerivativeData& d = node.derivative();
    Expr f =
        d.mode == DerivativeMode::at ? simplify(d.arguments[0]) : simplify_before(d.arguments[0]);
    Expr x = d.arguments[1];
    Expr last = d.arguments.back();
    switch (d.mode) {
        case DerivativeMode::gradient:
            return gradient(f, x);
        case DerivativeMode::jacobian:
            return jacobian(f, x);
        case DerivativeMode::hessian:
            return hessian(f, x, last);
        case DerivativeMode::directional:
            return directional(f, x, last);
        case DerivativeMode::vjp:
            return vjp(f, x, last);
        case DerivativeMode::at:
            return substitute(f, {{x, last}});
        case DerivativeMode::hvp:
            // ∇(∇f · v) with v held fixed is the directional derivative of the gradient.
            return directional(simplify(gradient(f, x)), x, last);
    }
    throw InternalError("derive: unknown derivative");
}

}  // namespace

Expr derive(Expr e) {
    const WorkLimit limit(e.context());
    Expr result = rewrite_dag(e, [](Expr node) {
        return node.op() == Op::derivative ? simplify(carry_out(node)) : node;
    });
    return simplify(result);
}

namespace {

/// Factors that are pulled out leave sums in brackets to which a rule may apply.
constexpr int max_rounds = 8;

}  // namespace

Expr finish(Expr e) {
    const WorkLimit limit(e.context());
    e = simplify_finally(derive(e));
    for (int round = 0; round < max_rounds; ++round) {
        Expr collected = collect(e);
        Expr next = simplify_finally(collected);
        if (next == collected) return collected;
        e = next;
    }
    return e;
}

}  // namespace nabla::passes
