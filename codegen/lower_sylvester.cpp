// Sylvester's equation, A X + X B = C, and A X B + C X D = E: a routine each.
#include <string>

#include "codegen/lowering.hpp"

namespace nabla::codegen {

namespace {

/// E with its batch axes first: an m×n matrix for each.
Formula batch_first(Lowering& lowering, ir::Expr e) {
    const std::vector<std::int64_t> extents = lowering.extents(e.shape());
    const std::size_t batch = extents.size() - 2;
    Formula formula;
    formula.rank = static_cast<std::uint32_t>(extents.size());
    std::vector<AxisId> axes{static_cast<AxisId>(batch), static_cast<AxisId>(batch + 1)};
    for (std::size_t k = 0; k < batch; ++k) {
        formula.label_extents.push_back(extents[k + 2]);
        axes.push_back(static_cast<AxisId>(k));
    }
    formula.label_extents.push_back(extents[0]);
    formula.label_extents.push_back(extents[1]);
    formula.body = load_body(lowering.value(e), std::move(axes));
    return formula;
}

bool is_plain(ir::Expr e) {
    return e.child(1).op() == ir::Op::identity && e.child(2).op() == ir::Op::identity;
}

std::string explanation(Lowering& lowering, ir::Expr e) {
    const auto named = [&](int k) { return describe_matrix(lowering, e.child(k)); };
    if (!is_plain(e)) return "the equation A X B + C X D = E is singular for its matrices";
    return "the equation A X + X B = C is singular for the " + named(0) + " and the " + named(3) +
           ": an eigenvalue of the one is minus an eigenvalue of the other";
}

}  // namespace

ValueId lower_sylvester(Lowering& lowering, ir::Expr e) {
    Graph& graph = lowering.graph();
    const ir::Expr right = e.child(4);
    Value value;
    value.make = Make::sylvester;
    for (int k = 0; k < 4; ++k) {
        if (!is_plain(e) || k % 3 == 0) value.operands.push_back(lowering.value(e.child(k)));
    }
    value.formula = batch_first(lowering, right);
    value.extents = value.formula.label_extents;
    value.error = lowering.error(explanation(lowering, e));
    const ValueId whole = graph.routine(std::move(value));
    if (right.rank() == 2) return whole;
    const std::size_t batch = right.rank() - 2;
    Formula formula;
    formula.label_extents = lowering.extents(e.shape());
    formula.rank = static_cast<std::uint32_t>(right.rank());
    std::vector<AxisId> axes;
    for (std::size_t k = 0; k < batch; ++k) axes.push_back(static_cast<AxisId>(k + 2));
    axes.push_back(0);
    axes.push_back(1);
    formula.body = load_body(whole, std::move(axes));
    return graph.formula(std::move(formula));
}

}  // namespace nabla::codegen
