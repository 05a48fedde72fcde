#include "passes/pipeline.hpp"

#include "ir/build.hpp"
#include "ir/traverse.hpp"
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
    Expr f = simplify(d.arguments[0]);
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
    Expr result = rewrite_dag(e, [](Expr node) {
        return node.op() == Op::derivative ? simplify(carry_out(node)) : node;
    });
    return simplify(result);
}

Expr finish(Expr e) { return collect(simplify_finally(derive(e))); }

}  // namespace nabla::passes
