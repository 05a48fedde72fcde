// Simplification that says which of its named rules applied where.
#include <algorithm>

#include "ir/traverse.hpp"
#include "passes/rules.hpp"
#include "passes/simplify.hpp"
#include "passes/steps_board.hpp"

namespace nabla::passes {

using namespace ir;

namespace {

// A line names a few rules; more are no explanation.
constexpr std::size_t most_rules = 4;
constexpr std::int64_t largest_piece = 20;

using Tables = std::vector<std::span<const RewriteRule>>;

const RewriteRule* first_that_applies(Expr node, const Tables& tables) {
    for (auto table : tables) {
        for (const RewriteRule& rule : table) {
            Expr replaced = rule.apply(node);
            if (replaced && replaced != node) return &rule;
        }
    }
    return nullptr;
}

}  // namespace

Expr simplify_aloud(Expr e, bool finally, NotationBuilder& builder, std::vector<StepRule>& rules) {
    Expr result = finally ? simplify_finally(e) : simplify(e);
    if (result == e) return e;
    Tables tables{structural_rules(), stable_rules(), exponential_rules()};
    if (finally) tables.push_back(constraint_rules());
    // What applies to the expression as it stands; rules that the first ones open the way for are
    // part of the same line.
    for (Expr node : post_order(e)) {
        const RewriteRule* rule = first_that_applies(node, tables);
        if (!rule || rules.size() >= most_rules) continue;
        NotationPtr piece = builder.notation(node);
        if (piece->size > largest_piece) piece = nullptr;
        rules.push_back(StepRule{std::string(rule->name), piece, nullptr, nullptr});
    }
    return result;
}

}  // namespace nabla::passes
