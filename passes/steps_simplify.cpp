// Simplification that says which of its named rules applied where.
#include <algorithm>

#include "passes/rewrite_log.hpp"
#include "passes/simplify.hpp"
#include "passes/steps_board.hpp"

namespace nabla::passes {

using namespace ir;

namespace {

// A line names a few rules; more are no explanation.
constexpr std::size_t most_rules = 4;
constexpr std::int64_t largest_piece = 20;

}  // namespace

Expr simplify_aloud(Expr e, bool finally, NotationBuilder& builder, std::vector<StepRule>& rules) {
    const RewriteLog log(e.context());
    Expr result = finally ? simplify_finally(e) : simplify_before(e);
    if (result == e) return e;
    for (const Rewrite& rewrite : log.rewrites()) {
        if (rules.size() >= most_rules) break;
        const std::string name(rewrite.rule);
        const bool told = std::any_of(rules.begin(), rules.end(),
                                      [&](const StepRule& rule) { return rule.name == name; });
        if (told) continue;
        NotationPtr piece = builder.notation(rewrite.before);
        if (piece->size > largest_piece) piece = nullptr;
        rules.push_back(StepRule{name, piece, nullptr, nullptr});
    }
    return result;
}

}  // namespace nabla::passes
