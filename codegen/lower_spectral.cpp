// Triangles, Cholesky factors, the largest eigenvalue with what its derivatives need, exponentials.
#include <nabla/error.hpp>

#include "codegen/lowering.hpp"

namespace nabla::codegen {

namespace {

/// Routine `make` on (A + A^T)/2.
Value on_symmetric_part(Lowering& lowering, Make make, ir::Expr matrix) {
    Value value;
    value.make = make;
    value.extents = lowering.extents(matrix.shape());
    value.formula.label_extents = value.extents;
    value.formula.rank = 2;
    const ValueId a = lowering.value(matrix);
    BodyBuilder body;
    const auto entry = body.load(a, {0, 1});
    if (!matrix.has(ir::Fact::symmetric)) {
        const auto both = body.add(entry, body.load(a, {1, 0}));
        body.mul(body.constant(0.5), both);
    }
    value.formula.body = body.take();
    return value;
}

ValueId eigen(Lowering& lowering, ir::Expr matrix) {
    Value value = on_symmetric_part(lowering, Make::eigen, matrix);
    value.error = lowering.error("the eigenvalues of the " + describe_matrix(lowering, matrix) +
                                 " did not converge");
    return lowering.graph().routine(std::move(value));
}

/// 1/(λ − λ_k), and 0 where that is λ itself but for rounding.
ValueId reciprocal_gaps(Lowering& lowering, ValueId eigenvectors) {
    Graph& graph = lowering.graph();
    const ValueId values = graph.part(eigenvectors, 2);
    const std::int64_t n = graph[values].extents[0];
    BodyBuilder size;
    size.function(ir::Fn::abs, {size.load(values, {0})});
    const ValueId most = reduce_all(graph, Combine::max, {n}, size.take());
    const double epsilon = lowering.options().precision == Precision::f64 ? 0x1p-52 : 0x1p-23;
    BodyBuilder body;
    const auto gap = body.sub(body.load(graph.part(eigenvectors, 0), {}), body.load(values, {0}));
    const auto tolerance =
        body.mul(body.constant(4 * static_cast<double>(n) * epsilon), body.load(most, {}));
    const auto apart = body.function(ir::Fn::step, {body.sub(gap, tolerance)});
    body.select_zero(apart, body.div(body.constant(1), gap));
    Formula formula;
    formula.label_extents = {n};
    formula.rank = 1;
    formula.body = body.take();
    return graph.formula(std::move(formula));
}

}  // namespace

ValueId lower_trimask(Lowering& lowering, ir::Expr e) {
    BodyBuilder body;
    body.at_least(0, 1);
    Formula formula;
    formula.label_extents = lowering.extents(e.shape());
    formula.rank = 2;
    formula.body = body.take();
    return lowering.graph().formula(std::move(formula));
}

/// The routine leaves U with U^T U = A in the upper triangle, and anything below.
ValueId lower_chol(Lowering& lowering, ir::Expr matrix) {
    Graph& graph = lowering.graph();
    const ValueId factor = graph.routine(on_symmetric_part(lowering, Make::cholesky, matrix));
    graph.set_error(factor, lowering.error("the " + describe_matrix(lowering, matrix) +
                                           " is not positive definite"));
    BodyBuilder body;
    const auto inside = body.at_least(0, 1);
    body.select_zero(inside, body.load(factor, {1, 0}));
    Formula formula;
    formula.label_extents = lowering.extents(matrix.shape());
    formula.rank = 2;
    formula.body = body.take();
    return graph.formula(std::move(formula));
}

ValueId lower_eigenvalue(Lowering& lowering, ir::Expr matrix) {
    return lowering.graph().part(eigen(lowering, matrix), 0);
}

ValueId lower_eigenvector(Lowering& lowering, ir::Expr matrix) {
    return lowering.graph().part(eigen(lowering, matrix), 1);
}

/// Σ_k v_k v_k^T/(λ − λ_k).
ValueId lower_shifted_pinv(Lowering& lowering, ir::Expr matrix) {
    Graph& graph = lowering.graph();
    const ValueId vectors = eigen(lowering, matrix);
    const ValueId gaps = reciprocal_gaps(lowering, vectors);
    const std::int64_t n = graph[vectors].extents[0];
    BodyBuilder body;
    const auto scaled = body.mul(body.load(gaps, {2}), body.load(vectors, {2, 0}));
    body.mul(scaled, body.load(vectors, {2, 1}));
    Formula formula;
    formula.label_extents = {n, n, n};
    formula.rank = 2;
    formula.combine = Combine::sum;
    formula.body = body.take();
    return graph.formula(std::move(formula));
}

namespace {

/// The labels of a block matrix per entry of the batch: batch, then row = (bits p, i), then column
/// = (bits q, j). A bit is an axis of extent 2.
struct BlockLabels {
    std::vector<std::vector<AxisId>> batch;  ///< of each direction
    std::vector<AxisId> p, q;
    AxisId i = 0, j = 0;
    std::vector<std::int64_t> extents;
};

BlockLabels block_labels(Lowering& lowering, ir::Expr e) {
    BlockLabels labels;
    const std::int64_t n = lowering.extent(e.child(0).shape()[0]);
    const auto add = [&](std::int64_t extent) {
        labels.extents.push_back(extent);
        return static_cast<AxisId>(labels.extents.size() - 1);
    };
    for (int k = 1; k < e.child_count(); ++k) {
        labels.batch.emplace_back();
        for (std::size_t axis = 2; axis < e.child(k).rank(); ++axis) {
            labels.batch.back().push_back(add(lowering.extent(e.child(k).shape()[axis])));
        }
    }
    for (int k = 1; k < e.child_count(); ++k) labels.p.push_back(add(2));
    labels.i = add(n);
    for (int k = 1; k < e.child_count(); ++k) labels.q.push_back(add(2));
    labels.j = add(n);
    return labels;
}

/// 1 where bit m goes from 0 in the row to 1 in the column.
BodyBuilder::Index rises(BodyBuilder& body, AxisId p, AxisId q) {
    return body.sub(body.constant(1), body.at_least(p, q));
}

/// The largest magnitude in each direction, to divide it by: the result is linear in it, and large
/// entries would ask for many halvings, each of which costs exp(A) a bit.
std::vector<ValueId> direction_scales(Lowering& lowering, ir::Expr e) {
    Graph& graph = lowering.graph();
    const double least = lowering.options().precision == Precision::f64 ? 0x1p-1000 : 0x1p-120;
    std::vector<ValueId> scales;
    for (int k = 1; k < e.child_count(); ++k) {
        BodyBuilder size;
        size.function(ir::Fn::abs,
                      {size.load(lowering.value(e.child(k)), first_labels(e.child(k).rank()))});
        const ValueId most =
            reduce_all(graph, Combine::max, lowering.extents(e.child(k).shape()), size.take());
        BodyBuilder body;
        body.function(ir::Fn::max, {body.load(most, {}), body.constant(least)});
        Formula formula;
        formula.body = body.take();
        scales.push_back(graph.formula(std::move(formula)));
    }
    return scales;
}

/// A in the diagonal blocks; direction m where its bit rises and the others stay.
std::vector<Instr> block_body(Lowering& lowering, ir::Expr e, const BlockLabels& labels,
                              const std::vector<ValueId>& scales) {
    BodyBuilder body;
    const std::size_t count = labels.p.size();
    const auto masked = [&](std::size_t risen, BodyBuilder::Index value) {
        BodyBuilder::Index mask = body.constant(1);
        for (std::size_t m = 0; m < count; ++m) {
            mask = body.mul(mask, m == risen ? rises(body, labels.p[m], labels.q[m])
                                             : body.equal(labels.p[m], labels.q[m]));
        }
        return body.select_zero(mask, value);
    };
    auto total = masked(count, body.load(lowering.value(e.child(0)), {labels.i, labels.j}));
    for (std::size_t m = 0; m < count; ++m) {
        std::vector<AxisId> axes{labels.i, labels.j};
        axes.insert(axes.end(), labels.batch[m].begin(), labels.batch[m].end());
        const ValueId direction = lowering.value(e.child(static_cast<int>(m) + 1));
        const auto entry =
            body.div(body.load(direction, std::move(axes)), body.load(scales[m], {}));
        total = body.add(total, masked(m, entry));
    }
    return extract(body.code(), total);
}

}  // namespace

ValueId lower_expm(Lowering& lowering, ir::Expr e) {
    Graph& graph = lowering.graph();
    const BlockLabels labels = block_labels(lowering, e);
    const std::vector<ValueId> scales = direction_scales(lowering, e);
    Value value;
    value.make = Make::expm;
    value.position =
        static_cast<std::uint32_t>(lowering.extent(e.child(0).shape()[0]) << labels.p.size());
    value.error = lowering.error("the exponential of the " + describe_matrix(lowering, e.child(0)) +
                                 " cannot be computed");
    value.extents = labels.extents;
    value.formula.label_extents = labels.extents;
    value.formula.rank = static_cast<std::uint32_t>(labels.extents.size());
    value.formula.body = block_body(lowering, e, labels, scales);
    const ValueId whole = graph.routine(std::move(value));
    if (labels.p.empty()) return whole;
    // The upper right block: every bit rises.
    Formula formula;
    std::vector<AxisId> at(labels.extents.size());
    const auto number = [&](AxisId label) {
        at[label] = static_cast<AxisId>(formula.label_extents.size());
        formula.label_extents.push_back(labels.extents[label]);
    };
    number(labels.i);
    number(labels.j);
    for (const auto& batch : labels.batch) {
        for (const AxisId label : batch) number(label);
    }
    formula.rank = static_cast<std::uint32_t>(formula.label_extents.size());
    for (const AxisId label : labels.p) number(label);
    for (const AxisId label : labels.q) number(label);
    BodyBuilder body;
    BodyBuilder::Index mask = body.constant(1);
    for (std::size_t m = 0; m < labels.p.size(); ++m) {
        mask = body.mul(mask, rises(body, at[labels.p[m]], at[labels.q[m]]));
    }
    auto block = body.load(whole, at);
    for (const ValueId scale : scales) block = body.mul(body.load(scale, {}), block);
    body.select_zero(mask, block);
    formula.combine = Combine::sum;
    formula.body = body.take();
    return graph.formula(std::move(formula));
}

}  // namespace nabla::codegen
