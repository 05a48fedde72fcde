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

/// ½ (p + p^T) in the tangent's two labels: only the symmetric part of the argument matters.
Expr symmetric_in_tangent(const MatrixProduct& p, Context& context, const Labels& output) {
    MatrixProduct straight = p, turned = p;
    Labels& labels = turned.data.factors[0].labels;
    std::swap(labels[0], labels[1]);
    return scale(Rational(1, 2),
                 add(straight.finish(context, output), turned.finish(context, output)));
}

/// dL = L Φ(Y dS Y^T), Y = L^-1, Φ the lower triangle with half the diagonal.
Expr of_chol(const Request& r) {
    if (!r.tangents[0]) return {};
    Dim n = r.node.shape()[0];
    Expr inv = inverse(r.node);
    MatrixProduct triangle(r);
    triangle.data.dims.push_back(n);
    auto a = static_cast<LabelId>(triangle.data.dims.size() - 1);
    MatrixProduct diagonal = triangle;
    for (MatrixProduct* p : {&triangle, &diagonal}) {
        p->times(r.node, {0, a});
        p->times(inv, {a, 2});
        p->times(inv, {1, 3});
    }
    triangle.times(trimask(n), {a, 1});
    diagonal.times(identity(n), {a, 1});
    Context& context = r.node.context();
    return subtract(symmetric_in_tangent(triangle, context, {0, 1}),
                    scale(Rational(1, 2), symmetric_in_tangent(diagonal, context, {0, 1})));
}

/// dλ = v^T dA v.
Expr of_eigenvalue(const Request& r) {
    if (!r.tangents[0]) return {};
    Expr v = eigenvector(r.node.child(0));
    MatrixProduct p(r);
    p.times(v, {2});
    p.times(v, {3});
    return p.finish(r.node.context(), {});
}

/// The labels 0, 1 of a MatrixProduct that its result carries not both.
Expr vector_result(MatrixProduct p, Context& context) {
    p.data.output = {0};
    p.data.output.insert(p.data.output.end(), p.batch.begin(), p.batch.end());
    // Label 1 is carried by nothing: it must not count as a free sum.
    p.data.dims.erase(p.data.dims.begin() + 1);
    auto shift = [](Labels& labels) {
        for (LabelId& l : labels)
            if (l > 1) l = static_cast<LabelId>(l - 1);
    };
    shift(p.data.output);
    for (Factor& f : p.data.factors) shift(f.labels);
    return einsum(context, std::move(p.data));
}

/// dv = P dS v.
Expr of_eigenvector(const Request& r) {
    if (!r.tangents[0]) return {};
    MatrixProduct p(r);
    p.times(shifted_pinv(r.node.child(0)), {0, 2});
    p.times(r.node, {3});
    MatrixProduct turned = p;
    std::swap(turned.data.factors[0].labels[0], turned.data.factors[0].labels[1]);
    Context& context = r.node.context();
    return scale(Rational(1, 2),
                 add(vector_result(std::move(p), context), vector_result(turned, context)));
}

/// dP = P dS P − P^2 (v^T dS v) − P^2 dS v v^T − v v^T dS P^2.
Expr of_shifted_pinv(const Request& r) {
    if (!r.tangents[0]) return {};
    Expr pinv = r.node, v = eigenvector(r.node.child(0));
    auto squared = [&](MatrixProduct& p, LabelId from, LabelId to) {
        p.data.dims.push_back(r.node.shape()[0]);
        auto k = static_cast<LabelId>(p.data.dims.size() - 1);
        p.times(pinv, {from, k});
        p.times(pinv, {k, to});
    };
    MatrixProduct both(r), value(r), left(r), right(r);
    both.times(pinv, {0, 2});
    both.times(pinv, {3, 1});
    squared(value, 0, 1);
    for (LabelId l : {2, 3}) value.times(v, {l});
    squared(left, 0, 2);
    for (LabelId l : {3, 1}) left.times(v, {l});
    squared(right, 3, 1);
    for (LabelId l : {0, 2}) right.times(v, {l});
    Context& context = r.node.context();
    Expr total = symmetric_in_tangent(both, context, {0, 1});
    for (const MatrixProduct* p : {&value, &left, &right})
        total = subtract(total, symmetric_in_tangent(*p, context, {0, 1}));
    return total;
}

/// d exp(A) = D exp(A)[dA]; of a derivative, one direction more, and each direction's own.
Expr of_expm(const Request& r) {
    Expr matrix = r.node.child(0);
    std::vector<Expr> directions;
    for (int k = 1; k < r.node.child_count(); ++k) directions.push_back(r.node.child(k));
    Expr total;
    if (r.tangents[0]) {
        std::vector<Expr> more = directions;
        more.push_back(r.tangents[0]);
        total = expm(matrix, std::move(more));
    }
    std::size_t after = 2;  // axes of the result up to and with those of direction k
    for (std::size_t k = 0; k < directions.size(); ++k) {
        after += directions[k].rank() - 2;
        Expr tangent = r.tangents[k + 1];
        if (!tangent) continue;
        std::vector<Expr> changed = directions;
        changed[k] = tangent;
        Expr part = expm(matrix, std::move(changed));
        // The tangent's batch stands behind direction k's axes; it belongs at the end.
        std::vector<std::uint8_t> axes;
        for (std::size_t a = 0; a < part.rank(); ++a)
            if (a < after || a >= after + r.batch.size())
                axes.push_back(static_cast<std::uint8_t>(a));
        for (std::size_t a = 0; a < r.batch.size(); ++a)
            axes.push_back(static_cast<std::uint8_t>(after + a));
        total = accumulate(total, permute(part, axes));
    }
    return total;
}

/// left · M · right for each entry of the batch that M has after its two axes; the factor numbered
/// `batched` (0 or 2) carries the tangent's batch, which comes last.
Expr around(Expr left, Expr middle, Expr right, const Shape& batch, int batched) {
    const Expr factors[] = {left, middle, right};
    EinsumData data;
    data.dims.push_back(left.shape()[0]);
    for (Expr f : factors) data.dims.push_back(f.shape()[1]);
    Labels own;
    for (std::size_t axis = 2; axis < middle.rank(); ++axis) {
        own.push_back(static_cast<LabelId>(data.dims.size()));
        data.dims.push_back(middle.shape()[axis]);
    }
    Labels last = batch_labels(data, batch);
    for (int k = 0; k < 3; ++k) {
        Labels labels{static_cast<LabelId>(k), static_cast<LabelId>(k + 1)};
        if (k == 1) labels = joined(labels, own);
        if (k == batched) labels = joined(labels, last);
        data.factors.push_back(Factor{factors[k], 1, labels});
    }
    data.output = joined(joined({0, 3}, own), last);
    return einsum(left.context(), std::move(data));
}

/// A dX B + C dX D = dE − dA X B − A X dB − dC X D − C X dD.
Expr of_sylvester(const Request& r) {
    const auto at = [&](int k) { return r.node.child(k); };
    Expr right = r.tangents[4];
    for (int k = 0; k < 4; ++k) {
        Expr t = r.tangents[static_cast<std::size_t>(k)];
        if (!t) continue;
        const bool on_left = k % 2 == 0;
        Expr term = on_left ? around(t, r.node, at(k + 1), r.batch, 0)
                            : around(at(k - 1), r.node, t, r.batch, 2);
        right = right ? subtract(right, term) : negate(term);
    }
    return right ? sylvester(at(0), at(1), at(2), at(3), right) : Expr();
}

// In the order of enum Op.
constexpr std::array tangents{
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
    nothing,      // trimask
    of_chol,     of_eigenvalue, of_eigenvector, of_shifted_pinv, of_expm, of_sylvester,
};
static_assert(tangents.size() == op_count, "one rule for each Op, in its order");

}  // namespace

Expr propagate_tangent(Expr node, const std::vector<Expr>& list, const Shape& batch) {
    return tangents[static_cast<std::size_t>(node.op())](Request{node, list, batch});
}

}  // namespace nabla::passes
