// Parts of arrays and arrays made of parts, all of them products with Selections; and other shapes
// for the same entries.
#include <algorithm>
#include <numeric>

#include "ir/einsum.hpp"
#include "nabla/error.hpp"

namespace nabla::ir {
namespace {

Dim product_of(Context& context, const Shape& shape) {
    Dim total = context.dim(1);
    for (Dim d : shape) total = total * d;
    return total;
}

Expr leaf(Context& context, Op op, Shape shape, decltype(Node::data) data) {
    Node node{};
    node.op = op;
    node.shape = std::move(shape);
    node.data = std::move(data);
    return context.intern(std::move(node));
}

/// A Sum under another shape, term by term: vec(A + B) and vec(A) + vec(B) are one node.
Expr reshape_sum(Expr e, const Shape& shape) {
    std::vector<Term> terms;
    for (const Term& t : e.sum().terms)
        terms.push_back(Term{t.coefficient, reshape(t.expr, shape)});
    return sum(e.context(), std::move(terms), shape);
}

/// The first axis of `from` that is several consecutive axes of `to`, and which ones.
struct Split {
    std::size_t axis, begin, end;
};

std::optional<Split> first_split(Context& context, const Shape& from, const Shape& to) {
    std::size_t i = 0, j = 0;
    while (i < from.size() && j < to.size()) {
        // The shortest run of axes on both sides with equal products.
        std::size_t i_end = i + 1, j_end = j + 1;
        if (from[i] != to[j]) {
            Dim product = context.dim(1);
            std::size_t k = j;
            while (k < to.size() && product != from[i]) product = product * to[k++];
            if (product == from[i]) return Split{i, j, k};
            product = context.dim(1);
            k = i;
            while (k < from.size() && product != to[j]) product = product * from[k++];
            if (product != to[j]) return std::nullopt;
            i_end = k;
        }
        i = i_end;
        j = j_end;
    }
    return std::nullopt;
}

/// A product with one axis split: whatever carries it is split there. An identity between the axis
/// and another one is an identity for each part, so that the other one is split too.
Expr split_axis(Expr e, const Split& split, const Shape& shape) {
    EinsumData data = e.op() == Op::identity
                          ? EinsumData{{Factor{e, 1, {0, 1}}}, {0, 1}, {e.dim(), e.dim()}}
                          : e.einsum();
    const Shape parts(shape.begin() + static_cast<std::ptrdiff_t>(split.begin),
                      shape.begin() + static_cast<std::ptrdiff_t>(split.end));
    std::vector<Labels> names(data.dims.size());
    auto open = [&](LabelId l) {
        for (Dim d : parts) {
            names[l].push_back(static_cast<LabelId>(data.dims.size()));
            data.dims.push_back(d);
        }
    };
    open(data.output[split.axis]);
    for (bool more = true; more;) {
        more = false;
        for (const Factor& f : data.factors) {
            if (f.base.op() != Op::identity || f.exponent != Rational(1)) continue;
            for (int side : {0, 1}) {
                const LabelId here = f.labels[static_cast<std::size_t>(side)];
                const LabelId there = f.labels[static_cast<std::size_t>(1 - side)];
                if (names[here].empty() || !names[there].empty()) continue;
                open(there);
                more = true;
            }
        }
    }
    auto expand = [&](const Labels& labels) {
        Labels all;
        for (LabelId l : labels) {
            if (names[l].empty())
                all.push_back(l);
            else
                all.insert(all.end(), names[l].begin(), names[l].end());
        }
        return all;
    };
    EinsumData result{{}, expand(data.output), data.dims};
    for (const Factor& f : data.factors) {
        const bool identical = f.base.op() == Op::identity && f.exponent == Rational(1);
        if (identical && !names[f.labels[0]].empty()) {
            for (std::size_t k = 0; k < parts.size(); ++k)
                result.factors.push_back(
                    Factor{identity(parts[k]), 1, {names[f.labels[0]][k], names[f.labels[1]][k]}});
            continue;
        }
        const Labels labels = expand(f.labels);
        Shape inner;
        for (LabelId l : labels) inner.push_back(data.dims[l]);
        result.factors.push_back(Factor{reshape(f.base, inner), f.exponent, labels});
    }
    // Labels that were split are in use no more: only those that are left count.
    std::vector<LabelId> rename(result.dims.size(), 0);
    Shape dims;
    for (LabelId l = 0; l < result.dims.size(); ++l) {
        if (l < names.size() && !names[l].empty()) continue;
        rename[l] = static_cast<LabelId>(dims.size());
        dims.push_back(result.dims[l]);
    }
    for (LabelId& l : result.output) l = rename[l];
    for (Factor& f : result.factors)
        for (LabelId& l : f.labels) l = rename[l];
    result.dims = std::move(dims);
    return reshape(einsum(e.context(), std::move(result)), shape);
}

}  // namespace

Expr selection(Dim rows, Dim columns, Dim offset) {
    if (rows == columns) return identity(rows);
    return leaf(rows.context(), Op::selection, {rows, columns}, SelectionData{offset});
}

Expr iota(Dim n) {
    if (n.is(1)) return ones(n.context(), {n});
    return leaf(n.context(), Op::iota, {n}, n);
}

Expr reshape(Expr e, Shape shape) {
    if (e.shape() == shape) return e;
    Context& context = e.context();
    if (product_of(context, e.shape()) != product_of(context, shape))
        throw InternalError("reshape: " + to_string(e.shape()) + " to " + to_string(shape));
    if (e.op() == Op::reshape) return reshape(e.child(0), std::move(shape));
    if (auto scalar = match_broadcast(e)) return broadcast(*scalar, shape);
    if (e.op() == Op::sum) return reshape_sum(e, shape);
    if (shape.empty()) return sum_entries(e);  // every axis has one entry
    // Splits go down to what carries the axis, merges stay outside (expand_reshapes in einsum.hpp).
    if (e.op() == Op::einsum || e.op() == Op::identity)
        if (auto split = first_split(context, e.shape(), shape))
            return split_axis(e, *split, shape);
    return leaf(context, Op::reshape, std::move(shape), MatrixData{{e}});
}

Expr reshape_by_columns(Expr e, const Shape& shape) {
    // Column-major order is the row-major order of the axes turned round.
    auto turned = [](Expr a) {
        std::vector<std::uint8_t> axes(a.rank());
        std::iota(axes.rbegin(), axes.rend(), std::uint8_t{0});
        return permute(a, axes);
    };
    return turned(reshape(turned(e), {shape.rbegin(), shape.rend()}));
}

Expr take(Expr e, const std::vector<AxisPart>& parts) {
    if (parts.size() != e.rank()) throw InternalError("take: one part an axis");
    Context& context = e.context();
    EinsumData data{{Factor{e, 1, {}}}, {}, e.shape()};
    auto fresh = [&](Dim d) {
        data.dims.push_back(d);
        return static_cast<LabelId>(data.dims.size() - 1);
    };
    for (LabelId axis = 0; axis < e.rank(); ++axis) {
        data.factors[0].labels.push_back(axis);
        const AxisPart& part = parts[axis];
        Dim whole = e.shape()[axis];
        switch (part.kind) {
            case AxisPart::Kind::all:
                data.output.push_back(axis);
                break;
            case AxisPart::Kind::range: {
                LabelId label = fresh(part.size);
                data.factors.push_back(
                    Factor{selection(whole, part.size, part.offset), 1, {axis, label}});
                data.output.push_back(label);
                break;
            }
            case AxisPart::Kind::entry: {
                LabelId label = fresh(context.dim(1));
                data.factors.push_back(
                    Factor{selection(whole, context.dim(1), part.offset), 1, {axis, label}});
                break;
            }
            case AxisPart::Kind::marked: {
                Dim size = part.one_hot.shape()[0];
                LabelId label = fresh(size);
                data.factors.push_back(
                    Factor{selection(whole, size, part.offset), 1, {axis, label}});
                data.factors.push_back(Factor{part.one_hot, 1, {label}});
                break;
            }
        }
    }
    return einsum(context, std::move(data));
}

Expr place(Expr e, const std::vector<Dim>& offsets, const Shape& shape) {
    if (offsets.size() != e.rank() || shape.size() != e.rank())
        throw InternalError("place: one offset an axis");
    EinsumData data{{Factor{e, 1, {}}}, {}, e.shape()};
    for (LabelId axis = 0; axis < e.rank(); ++axis) {
        data.factors[0].labels.push_back(axis);
        auto label = static_cast<LabelId>(data.dims.size());
        data.dims.push_back(shape[axis]);
        data.output.push_back(label);
        data.factors.push_back(
            Factor{selection(shape[axis], e.shape()[axis], offsets[axis]), 1, {label, axis}});
    }
    return einsum(e.context(), std::move(data));
}

Expr kronecker(Expr a, Expr b) {
    if (a.is_scalar() || b.is_scalar()) return multiply(a, b);
    if (a.rank() != b.rank()) throw InternalError("kronecker: operands of one rank");
    // a[i, j] b[p, q] at (i, p), (j, q).
    EinsumData data{{Factor{a, 1, {}}, Factor{b, 1, {}}}, {}, {}};
    Shape shape;
    for (std::size_t axis = 0; axis < a.rank(); ++axis) {
        for (std::size_t k : {0, 1}) {
            auto label = static_cast<LabelId>(data.dims.size());
            data.factors[k].labels.push_back(label);
            data.output.push_back(label);
            data.dims.push_back((k == 0 ? a : b).shape()[axis]);
        }
        shape.push_back(a.shape()[axis] * b.shape()[axis]);
    }
    return reshape(einsum(a.context(), std::move(data)), std::move(shape));
}

Expr vec(Expr matrix) {
    if (matrix.rank() < 2) return matrix;
    return reshape(transpose(matrix), {matrix.shape()[0] * matrix.shape()[1]});
}

}  // namespace nabla::ir
