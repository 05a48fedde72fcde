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

ir::Expr collect(ir::Expr e) {
    NotationBuilder builder;
    for (int round = 0; round < max_rounds; ++round) {
        ir::Expr next = ir::rewrite_dag(e, [&](ir::Expr node) {
            if (node.op() == ir::Op::sum)
                return join_reshapes(builder, pull_out_factors(builder, node));
            if (node.op() == ir::Op::einsum)
                return distribute(builder, absorb_scalings(builder, node));
            return node;
        });
        if (next == e) break;
        e = next;
    }
    return e;
}

}  // namespace nabla::passes
