#include "passes/simplify.hpp"

#include <initializer_list>
#include <vector>

#include "ir/context.hpp"
#include "ir/einsum.hpp"
#include "ir/traverse.hpp"
#include "passes/rewrite_log.hpp"

namespace nabla::passes {

using namespace ir;

namespace {

using Tables = std::vector<std::span<const RewriteRule>>;

/// Every rule shrinks its node or leaves a form for good; the bound guards that argument.
constexpr int max_applications = 200;

Expr first_that_applies(Expr e, const Tables& tables) {
    for (auto table : tables) {
        for (const RewriteRule& rule : table) {
            Expr replaced = rule.apply(e);
            if (!replaced) continue;
            RewriteWatcher* watcher = e.context().watcher();
            if (watcher && replaced != e) watcher->rewritten(rule.name, e, replaced);
            return replaced;
        }
    }
    return {};
}

Expr apply_rules(Expr e, const Tables& tables) {
    for (int count = 0; count < max_applications; ++count) {
        Expr replaced = first_that_applies(e, tables);
        // The functions in 1 − σ(Z)^T are seen in its transpose.
        if (!replaced && e.op() == Op::sum && e.rank() == 2 && prefers_transpose(e)) {
            replaced = first_that_applies(transpose(e), tables);
            if (replaced) replaced = transpose(replaced);
        }
        if (!replaced || replaced == e) return e;
        e = replaced;
    }
    return e;
}

std::vector<Expr> run(std::vector<Expr> expressions, const Tables& tables) {
    // A rule's result may hold new nodes below its top, so go over it again until it stands still.
    for (int round = 0; round < max_applications; ++round) {
        std::vector<Expr> next =
            rewrite_dag(expressions, [&](Expr node) { return apply_rules(node, tables); });
        for (Expr& e : next) e = without_strong_zero(e);
        if (next == expressions) break;
        expressions = std::move(next);
    }
    return expressions;
}

}  // namespace

std::vector<Expr> simplify(std::vector<Expr> expressions) {
    return run(std::move(expressions), {structural_rules(), stable_rules(), exponential_rules(),
                                        product_rules(), selector_rules()});
}

Expr simplify(Expr e) { return simplify(std::vector<Expr>{e})[0]; }

Expr simplify_before(Expr e) {
    const RewriteLog::Stage stage(e.context(), RewriteStage::before);
    return run({e}, {before_rules(), structural_rules(), stable_rules(), exponential_rules(),
                     product_rules(), selector_rules()})[0];
}

std::vector<Expr> simplify_finally(std::vector<Expr> expressions) {
    return run(std::move(expressions), {structural_rules(), stable_rules(), exponential_rules(),
                                        product_rules(), selector_rules(), constraint_rules()});
}

Expr simplify_finally(Expr e) { return simplify_finally(std::vector<Expr>{e})[0]; }

}  // namespace nabla::passes
