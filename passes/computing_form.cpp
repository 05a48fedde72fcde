#include "passes/computing_form.hpp"

#include <array>

#include "ir/context.hpp"
#include "ir/traverse.hpp"
#include "passes/rewrite_log.hpp"

namespace nabla::passes {

using namespace ir;

namespace {

Expr apply_first(Expr e) {
    const std::array tables{computing_share_rules(), computing_sum_rules(), computing_log_rules(),
                            computing_product_rules()};
    for (const auto& table : tables) {
        for (const RewriteRule& rule : table) {
            Expr replaced = rule.apply(e);
            if (!replaced || replaced == e) continue;
            if (RewriteWatcher* watcher = e.context().watcher())
                watcher->rewritten(rule.name, e, replaced);
            return replaced;
        }
    }
    return e;
}

}  // namespace

std::vector<Expr> computing_form(std::span<const Expr> roots) {
    if (roots.empty()) return {};
    const RewriteLog::Stage stage(roots[0].context(), RewriteStage::computing);
    std::unordered_map<Expr, Expr, ExprHash> form;
    for (Expr e : post_order(roots)) {
        std::vector<Expr> children;
        for (int i = 0; i < e.child_count(); ++i) children.push_back(form.at(e.child(i)));
        form.emplace(e, apply_first(rebuild(e, children)));
    }
    std::vector<Expr> result;
    for (Expr e : roots) result.push_back(form.at(e));
    return result;
}

Expr computing_form(Expr root) { return computing_form(std::span(&root, 1)).front(); }

}  // namespace nabla::passes
