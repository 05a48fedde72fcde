// Forward rules: from the tangents of a node's children to its own.
#include <algorithm>
#include <array>

#include "nabla/error.hpp"
#include "passes/local_rules.hpp"

namespace nabla::passes {

using namespace ir;

namespace {

struct Request {
    Expr node;
    const std::vector<Expr>& tangents;
    const Shape& batch;
};

using Tangent = Expr (*)(const Request&);

/// Labels for the batch axes, appended to a product's labels.
Labels batch_labels(EinsumData& data, const Shape& batch) {
    Labels labels;
    for (Dim d : batch) {
        labels.push_back(static_cast<LabelId>(data.dims.size()));
        data.dims.push_back(d);
    }
    return labels;
}

Labels joined(Labels a, const Labels& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
}

Expr accumulate(Expr total, Expr more) { return total ? add(total, more) : more; }

Expr nothing(const Request&) { return {}; }

Expr unexpected(const Request&) {
    throw InternalError("differentiate: a derivative that no pass has replaced");
}

Expr of_sum(const Request& r) {
    Expr total;
    for (std::size_t k = 0; k < r.tangents.size(); ++k)
        if (r.tangents[k])
            total = accumulate(total, scale(r.node.sum().terms[k].coefficient, r.tangents[k]));
    return total;
}

Expr of_einsum(const Request& r) {
    const EinsumData& node = r.node.einsum();
    Expr total;
    for (std::size_t k = 0; k < r.tangents.size(); ++k) {
        if (!r.tangents[k]) continue;
        const Factor& f = node.factors[k];
        EinsumData data{{}, node.output, node.dims};
        Labels batch = batch_labels(data, r.batch);
        data.output = joined(data.output, batch);
        for (std::size_t j = 0; j < node.factors.size(); ++j)
            if (j != k) data.factors.push_back(node.factors[j]);
        if (f.exponent != Rational(1))
            data.factors.push_back(Factor{power_derivative(f.base, f.exponent), 1, f.labels});
        data.factors.push_back(Factor{r.tangents[k], 1, joined(f.labels, batch)});
        total = accumulate(total, einsum(r.node.context(), std::move(data)));
    }
    return total;
}

Expr of_map(const Request& r) {
    const MapData& node = r.node.map();
    const Function& row = function(node.function);
    Expr total;
    for (std::size_t i = 0; i < r.tangents.size(); ++i) {
        if (!r.tangents[i] || row.partial[i] == nullptr) continue;
        Expr local = row.partial[i](node.arguments);
        EinsumData data{{}, {}, r.node.shape()};
        Labels own;
        for (LabelId l = 0; l < r.node.rank(); ++l) own.push_back(l);
        Labels batch = batch_labels(data, r.batch);
        data.output = joined(own, batch);
        data.factors.push_back(Factor{local, 1, local.is_scalar() ? Labels{} : own});
        bool scalar = node.arguments[i].is_scalar();
        data.factors.push_back(Factor{r.tangents[i], 1, joined(scalar ? Labels{} : own, batch)});
        total = accumulate(total, einsum(r.node.context(), std::move(data)));
    }
    return total;
}

Expr of_reduce(const Request& r) {
    const ReduceData& node = r.node.reduce();
    bool share = node.kind == ReduceKind::max_share || node.kind == ReduceKind::min_share;
    if (!r.tangents[0] || share) return {};
    Expr argument = r.node.child(0);
    EinsumData data{{}, {}, argument.shape()};
    Labels own;
    for (LabelId l = 0; l < argument.rank(); ++l) {
        own.push_back(l);
        if (std::find(node.axes.begin(), node.axes.end(), l) == node.axes.end())
            data.output.push_back(l);
    }
    Labels batch = batch_labels(data, r.batch);
    data.output = joined(data.output, batch);
    data.factors = {Factor{reduce_weight(r.node), 1, own},
                    Factor{r.tangents[0], 1, joined(own, batch)}};
    return einsum(r.node.context(), std::move(data));
}

/// Labels i, j of a matrix function's value, k, l of its argument, then the batch.
struct MatrixProduct {
    EinsumData data;
    Labels batch;

    explicit MatrixProduct(const Request& r) {
        Dim n = r.node.child(0).shape()[0];
        data.dims = {n, n, n, n};
        batch = batch_labels(data, r.batch);
        data.factors.push_back(Factor{r.tangents[0], 1, joined({2, 3}, batch)});
    }
    void times(Expr base, Labels labels) { data.factors.push_back(Factor{base, 1, labels}); }
    Expr finish(Context& context, Labels output) {
        data.output = joined(std::move(output), batch);
        if (data.output.size() == batch.size()) {
            // A scalar result carries no i, j.
            data.dims.erase(data.dims.begin(), data.dims.begin() + 2);
            auto shift = [](Labels& labels) {
                for (LabelId& l : labels) l = static_cast<LabelId>(l - 2);
            };
            shift(data.output);
            for (Factor& f : data.factors) shift(f.labels);
        }
        return einsum(context, std::move(data));
    }
};

/// dY = −Y dA Y.
Expr of_inverse(const Request& r) {
    if (!r.tangents[0]) return {};
    MatrixProduct p(r);
    p.times(r.node, {0, 2});
    p.times(r.node, {3, 1});
    return negate(p.finish(r.node.context(), {0, 1}));
}

/// d det A = tr(adj(A) dA).
Expr of_det(const Request& r) {
    if (!r.tangents[0]) return {};
    MatrixProduct p(r);
    p.times(adjugate(r.node.child(0)), {3, 2});
    return p.finish(r.node.context(), {});
}

/// dC_ij = det(A) (Y_lk Y_ij − Y_ik Y_lj) dA_kl, Y = A^-1.
Expr of_adjugate(const Request& r) {
    if (!r.tangents[0]) return {};
    Expr matrix = r.node.child(0);
    Expr inv = inverse(matrix), d = det(matrix);
    MatrixProduct first(r), second(r);
    first.times(d, {});
    first.times(inv, {3, 2});
    first.times(inv, {0, 1});
    second.times(d, {});
    second.times(inv, {0, 2});
    second.times(inv, {3, 1});
    Context& context = r.node.context();
    return subtract(first.finish(context, {0, 1}), second.finish(context, {0, 1}));
}

Expr of_reshape(const Request& r) {
    if (!r.tangents[0]) return {};
    Shape shape = r.node.shape();
    shape.insert(shape.end(), r.batch.begin(), r.batch.end());
    return reshape(r.tangents[0], std::move(shape));
}

// In the order of enum Op.
constexpr std::array<Tangent, 16> tangents{
    nothing,      // constant
    nothing,      // pi
    nothing,      // dim_value
    nothing,      // symbol
    nothing,      // identity
    of_sum,       // sum
    of_einsum,    // einsum
    of_map,       // map
    of_reduce,    // reduce
    of_inverse,   // inverse
    of_det,       // det
    of_adjugate,  // adjugate
    unexpected,   // derivative
    nothing,      // selection
    nothing,      // iota
    of_reshape,   // reshape
};
static_assert(tangents.size() == op_count, "one rule for each Op, in its order");

}  // namespace

Expr propagate_tangent(Expr node, const std::vector<Expr>& list, const Shape& batch) {
    return tangents[static_cast<std::size_t>(node.op())](Request{node, list, batch});
}

}  // namespace nabla::passes
