// Sylvester's equation. A X + X B = C has a routine of its own; what has four different matrices is
// solved for the entries of X.
#include <nabla/error.hpp>

#include "codegen/lowering.hpp"
#include "ir/build.hpp"
#include "ir/einsum.hpp"

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

ValueId by_schur_forms(Lowering& lowering, ir::Expr e) {
    Graph& graph = lowering.graph();
    const ir::Expr right = e.child(4);
    Value value;
    value.make = Make::sylvester;
    value.operands = {lowering.value(e.child(0)), lowering.value(e.child(3))};
    value.formula = batch_first(lowering, right);
    value.extents = value.formula.label_extents;
    value.error = lowering.error("the equation A X + X B = C is singular for the " +
                                 describe_matrix(lowering, e.child(0)) + " and the " +
                                 describe_matrix(lowering, e.child(3)) +
                                 ": an eigenvalue of the one is minus an eigenvalue of the other");
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

/// J[i, j, p, q] = A[i, p] B[q, j] + C[i, p] D[q, j] as a matrix, row-major.
ir::Expr jacobian_of(ir::Expr e) {
    const ir::Dim n = e.shape()[0], k = e.shape()[1];
    const auto product = [&](ir::Expr a, ir::Expr b) {
        ir::EinsumData data{
            {ir::Factor{a, 1, {0, 2}}, ir::Factor{b, 1, {3, 1}}}, {0, 1, 2, 3}, {n, k, n, k}};
        return ir::einsum(e.context(), std::move(data));
    };
    const ir::Expr j = ir::add(product(e.child(0), e.child(1)), product(e.child(2), e.child(3)));
    return ir::reshape(j, {n * k, n * k});
}

ValueId by_entries(Lowering& lowering, ir::Expr e) {
    const ir::Expr right = e.child(4);
    ir::Dim batch = e.context().dim(1);
    for (std::size_t axis = 2; axis < right.rank(); ++axis) batch = batch * right.shape()[axis];
    const ir::Dim count = e.shape()[0] * e.shape()[1];
    const ir::Expr columns = ir::reshape(right, {count, batch});
    const ir::Expr solution = ir::matmul(ir::inverse(jacobian_of(e)), columns);
    return lowered(lowering, ir::reshape(solution, e.shape()));
}

}  // namespace

ValueId lower_sylvester(Lowering& lowering, ir::Expr e) {
    const bool plain = e.child(1).op() == ir::Op::identity && e.child(2).op() == ir::Op::identity;
    return plain ? by_schur_forms(lowering, e) : by_entries(lowering, e);
}

}  // namespace nabla::codegen
