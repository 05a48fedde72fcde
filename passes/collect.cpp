#include "passes/collect.hpp"

#include "ir/traverse.hpp"
#include "passes/collect_steps.hpp"

namespace nabla::passes {
namespace {

// Every step shortens the notation; the bound only guards against a mistake in that argument.
constexpr int max_rounds = 16;

constexpr std::int64_t ones_weight = 4;

}  // namespace

std::int64_t effort(NotationBuilder& builder, ir::Expr e) {
    NotationPtr notation = builder.notation(e);
    return notation->size + ones_weight * notation->spreads;
}

std::vector<ir::Expr> collect(std::vector<ir::Expr> expressions) {
    NotationBuilder builder;
    for (int round = 0; round < max_rounds; ++round) {
        std::vector<ir::Expr> next = ir::rewrite_dag(expressions, [&](ir::Expr node) {
            if (node.op() == ir::Op::sum)
                return join_reshapes(builder, pull_out_factors(builder, node));
            if (node.op() == ir::Op::einsum)
                return distribute(builder, absorb_scalings(builder, node));
            return node;
        });
        if (next == expressions) break;
        expressions = std::move(next);
    }
    return expressions;
}

ir::Expr collect(ir::Expr e) { return collect(std::vector<ir::Expr>{e})[0]; }

}  // namespace nabla::passes
