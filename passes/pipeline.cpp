#include "passes/pipeline.hpp"

#include <unordered_map>
#include <utility>

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

/// Carries out Derivative nodes, innermost first.
class Deriver {
public:
    explicit Deriver(std::vector<Expr> order) : order_(std::move(order)) {
        for (Expr e : order_) {
            if (needs_gradient(e)) wanted_[e.child(0)].push_back(e.child(1));
        }
    }

    /// What each node of the order becomes.
    const std::unordered_map<Expr, Expr, ExprHash>& run() {
        std::vector<Expr> children;
        for (Expr e : order_) {
            children.clear();
            for (int i = 0; i < e.child_count(); ++i) children.push_back(result_.at(e.child(i)));
            Expr node = rebuild(e, children);
            result_[e] = node.op() == Op::derivative ? carry_out(node, e) : node;
        }
        return result_;
    }

private:
    static bool needs_gradient(Expr e) {
        if (e.op() != Op::derivative) return false;
        const DerivativeMode mode = e.derivative().mode;
        return mode == DerivativeMode::gradient || mode == DerivativeMode::hessian ||
               mode == DerivativeMode::hvp;
    }

    /// One Derivative node whose arguments are free of them; `asked` is the node before they were.
    Expr carry_out(Expr node, Expr asked) {
        const DerivativeData& d = node.derivative();
        Expr f =
            d.mode == DerivativeMode::at ? simplify(d.arguments[0]) : simplified(d.arguments[0]);
        Expr x = d.arguments[1];
        Expr last = d.arguments.back();
        switch (d.mode) {
            case DerivativeMode::gradient:
                return gradient_of(f, x, asked);
            case DerivativeMode::jacobian:
                return simplify(jacobian(f, x));
            case DerivativeMode::hessian:
                return simplify(jacobian(gradient_of(f, x, asked), last));
            case DerivativeMode::directional:
                return simplify(directional(f, x, last));
            case DerivativeMode::vjp:
                return simplify(vjp(f, x, last));
            case DerivativeMode::at:
                return simplify(substitute(f, {{x, last}}));
            case DerivativeMode::hvp:
                // ∇(∇f · v) with v held fixed is the directional derivative of the gradient.
                return simplify(directional(gradient_of(f, x, asked), x, last));
        }
        throw InternalError("derive: unknown derivative");
    }

    /// A network has as many gradients as layers, of one function.
    Expr simplified(Expr f) {
        Expr& known = simplified_[f];
        if (!known) known = simplify_before(f);
        return known;
    }

    /// The first question about f is answered for all variables that are asked for.
    Expr gradient_of(Expr f, Expr x, Expr asked) {
        auto& known = gradients_[f];
        if (auto found = known.find(x); found != known.end()) return found->second;
        const std::vector<Expr>& variables = wanted_.at(asked.child(0));
        const std::vector<Expr> all = simplify(gradients(f, variables));
        for (std::size_t i = 0; i < all.size(); ++i) known[variables[i]] = all[i];
        return known.at(x);
    }

    std::vector<Expr> order_;
    std::unordered_map<Expr, Expr, ExprHash> result_;
    std::unordered_map<Expr, Expr, ExprHash> simplified_;
    std::unordered_map<Expr, std::vector<Expr>, ExprHash> wanted_;  // variables by function
    std::unordered_map<Expr, std::unordered_map<Expr, Expr, ExprHash>, ExprHash> gradients_;
};

}  // namespace

std::vector<Expr> derive(std::vector<Expr> expressions) {
    if (expressions.empty()) return expressions;
    const WorkLimit limit(expressions[0].context());
    Deriver deriver(post_order(expressions));
    const auto& derived = deriver.run();
    for (Expr& e : expressions) e = derived.at(e);
    return simplify(std::move(expressions));
}

Expr derive(Expr e) { return derive(std::vector<Expr>{e})[0]; }

namespace {

/// Factors that are pulled out leave sums in brackets to which a rule may apply.
constexpr int max_rounds = 8;

}  // namespace

std::vector<Expr> finish(std::vector<Expr> expressions) {
    if (expressions.empty()) return expressions;
    const WorkLimit limit(expressions[0].context());
    expressions = simplify_finally(derive(std::move(expressions)));
    for (int round = 0; round < max_rounds; ++round) {
        std::vector<Expr> collected = collect(expressions);
        std::vector<Expr> next = simplify_finally(collected);
        if (next == collected) return collected;
        expressions = std::move(next);
    }
    return expressions;
}

Expr finish(Expr e) { return finish(std::vector<Expr>{e})[0]; }

}  // namespace nabla::passes
