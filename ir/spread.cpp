// Arrays that are the same all along some axes, as the products a_i 1_j of a row-wise sum:
// functions, powers and reductions act on what is spread, so that exp(X) ./ (sum(exp(X), 2) 1^T)
// has the divisor that a softmax along axis 2 has.
#include <algorithm>

#include "ir/einsum.hpp"

namespace nabla::ir {
namespace {

using Axes = std::vector<std::uint8_t>;

/// The axes along which `e` may vary.
Axes varying_axes(Expr e) {
    std::vector<bool> varies(e.rank(), false);
    if (e.op() == Op::sum) {
        for (const Term& t : e.sum().terms)
            for (auto axis : varying_axes(t.expr)) varies[axis] = true;
    } else if (e.op() == Op::einsum) {
        const EinsumData& data = e.einsum();
        for (std::size_t axis = 0; axis < data.output.size(); ++axis)
            for (const Factor& f : data.factors)
                if (std::find(f.labels.begin(), f.labels.end(), data.output[axis]) !=
                    f.labels.end())
                    varies[axis] = true;
    } else {
        varies.assign(e.rank(), true);
    }
    Axes axes;
    for (std::size_t axis = 0; axis < varies.size(); ++axis)
        if (varies[axis]) axes.push_back(static_cast<std::uint8_t>(axis));
    return axes;
}

/// `e` at any one place of its other axes, along which it does not vary.
Expr restricted(Expr e, const Axes& axes) {
    if (axes.size() == e.rank()) return e;
    Shape shape;
    for (auto axis : axes) shape.push_back(e.shape()[axis]);
    if (e.op() == Op::sum) {
        std::vector<Term> terms;
        for (const Term& t : e.sum().terms)
            terms.push_back(Term{t.coefficient, restricted(t.expr, axes)});
        return sum(e.context(), std::move(terms), std::move(shape));
    }
    const EinsumData& data = e.einsum();
    EinsumData result;
    Labels rename(data.dims.size());
    std::vector<bool> gone(data.dims.size(), false);
    for (std::size_t axis = 0; axis < data.output.size(); ++axis)
        gone[data.output[axis]] = std::find(axes.begin(), axes.end(), axis) == axes.end();
    for (LabelId l = 0; l < data.dims.size(); ++l) {
        if (gone[l]) continue;
        rename[l] = static_cast<LabelId>(result.dims.size());
        result.dims.push_back(data.dims[l]);
    }
    for (Factor f : data.factors) {
        for (LabelId& l : f.labels) l = rename[l];
        result.factors.push_back(std::move(f));
    }
    for (auto axis : axes) result.output.push_back(rename[data.output[axis]]);
    return einsum(e.context(), std::move(result));
}

}  // namespace

std::optional<Spread> match_spread(std::span<const Expr> alike) {
    std::vector<bool> varies;
    for (Expr e : alike) {
        if (e.is_scalar()) continue;
        if (varies.empty()) varies.assign(e.rank(), false);
        for (auto axis : varying_axes(e)) varies[axis] = true;
    }
    Spread result;
    for (std::size_t axis = 0; axis < varies.size(); ++axis)
        if (varies[axis]) result.axes.push_back(static_cast<std::uint8_t>(axis));
    if (result.axes.size() == varies.size()) return std::nullopt;
    for (Expr e : alike) result.bases.push_back(e.is_scalar() ? e : restricted(e, result.axes));
    return result;
}

Expr spread(Expr base, const Axes& axes, const Shape& shape) {
    EinsumData data{{Factor{base, 1, Labels(axes.begin(), axes.end())}}, {}, shape};
    for (LabelId l = 0; l < shape.size(); ++l) data.output.push_back(l);
    return einsum(base.context(), std::move(data));
}

}  // namespace nabla::ir
