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
