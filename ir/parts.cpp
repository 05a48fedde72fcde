// Parts of arrays and arrays made of parts, all of them products with Selections.
#include <algorithm>
#include <numeric>

#include "ir/einsum.hpp"
#include "nabla/error.hpp"

namespace nabla::ir {
namespace {

Expr leaf(Context& context, Op op, Shape shape, decltype(Node::data) data) {
    Node node{};
    node.op = op;
    node.shape = std::move(shape);
    node.data = std::move(data);
    return context.intern(std::move(node));
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

}  // namespace nabla::ir
