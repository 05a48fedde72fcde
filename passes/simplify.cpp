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

struct Applied {
    const RewriteRule* rule = nullptr;
    Expr result;
};

Applied first_that_applies(Expr e, const Tables& tables) {
    for (auto table : tables)
        for (const RewriteRule& rule : table)
            if (Expr replaced = rule.apply(e)) return {&rule, replaced};
    return {};
}

Expr apply_rules(Expr e, const Tables& tables) {
    for (int count = 0; count < max_applications; ++count) {
        Applied applied = first_that_applies(e, tables);
        // The functions in 1 − σ(Z)^T are seen in its transpose.
        if (!applied.rule && e.op() == Op::sum && e.rank() == 2 && prefers_transpose(e)) {
            applied = first_that_applies(transpose(e), tables);
            if (applied.rule) applied.result = transpose(applied.result);
        }
        if (!applied.rule || applied.result == e) return e;
        if (RewriteWatcher* watcher = e.context().watcher())
            watcher->rewritten(applied.rule->name, e, applied.result);
        e = applied.result;
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
    return run(std::move(expressions),
               {structural_rules(), cancelling_rules(), fact_rules(), stable_rules(),
                exponential_rules(), product_rules(), selector_rules()});
}

Expr simplify(Expr e) { return simplify(std::vector<Expr>{e})[0]; }

Expr simplify_before(Expr e) {
    const RewriteLog::Stage stage(e.context(), RewriteStage::before);
    return run({e}, {before_rules(), structural_rules(), cancelling_rules(), fact_rules(),
                     stable_rules(), exponential_rules(), product_rules(), selector_rules()})[0];
}

std::vector<Expr> simplify_finally(std::vector<Expr> expressions) {
    std::vector<Expr> result =
        run(std::move(expressions), {structural_rules(), cancelling_rules(), fact_rules(),
                                     stable_rules(), exponential_rules(), product_rules(),
                                     selector_rules(), constraint_rules(), final_rules()});
    for (Expr& e : result) e = determinant_alone(e);
    return result;
}

Expr simplify_finally(Expr e) { return simplify_finally(std::vector<Expr>{e})[0]; }

}  // namespace nabla::passes
