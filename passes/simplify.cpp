#include "passes/simplify.hpp"

#include <initializer_list>
#include <vector>

#include "ir/traverse.hpp"

namespace nabla::passes {

using namespace ir;

namespace {

using Tables = std::vector<std::span<const RewriteRule>>;

/// Every rule shrinks its node or leaves a form for good; the bound guards that argument.
constexpr int max_applications = 200;

Expr apply_rules(Expr e, const Tables& tables) {
    for (int count = 0; count < max_applications; ++count) {
        Expr replaced;
        for (auto table : tables) {
            for (const RewriteRule& rule : table)
                if ((replaced = rule.apply(e))) break;
            if (replaced) break;
        }
        if (!replaced || replaced == e) return e;
        e = replaced;
    }
    return e;
}

Expr run(Expr e, const Tables& tables) {
    // A rule's result may hold new nodes below its top, so go over it again until it stands still.
    for (int round = 0; round < max_applications; ++round) {
        Expr next = without_strong_zero(
            rewrite_dag(e, [&](Expr node) { return apply_rules(node, tables); }));
        if (next == e) return e;
        e = next;
    }
    return e;
}

}  // namespace

Expr simplify(Expr e) {
    return run(e, {structural_rules(), cancelling_rules(), fact_rules(), stable_rules(),
                   exponential_rules(), selector_rules()});
}

Expr simplify_finally(Expr e) {
    return determinant_alone(
        run(e, {structural_rules(), cancelling_rules(), fact_rules(), stable_rules(),
                exponential_rules(), selector_rules(), constraint_rules(), final_rules()}));
}

}  // namespace nabla::passes
