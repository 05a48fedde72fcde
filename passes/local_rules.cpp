#include "passes/local_rules.hpp"

#include <algorithm>

#include "ir/mirror.hpp"
#include "nabla/error.hpp"

namespace nabla::passes {

using namespace ir;

namespace {

/// A sum of squares (a quadratic form counts): its root is a norm.
bool is_sum_of_squares(Expr e) {
    if (e.op() == Op::sum) {
        return !e.sum().terms.empty() &&
               std::all_of(e.sum().terms.begin(), e.sum().terms.end(), [](const Term& t) {
                   return t.coefficient.value() > 0 && is_sum_of_squares(t.expr);
               });
    }
    if (e.op() != Op::einsum || e.has(Fact::positive)) return false;
    const EinsumData& data = e.einsum();
    bool squares = std::any_of(data.factors.begin(), data.factors.end(), [](const Factor& f) {
        return f.exponent.is_integer() && f.exponent.num > 0 && f.exponent.num % 2 == 0;
    });
    return e.has(Fact::nonnegative) && (squares || mirror_structure(data).psd);
}

}  // namespace

Expr power_derivative(Expr base, const Rational& exponent) {
    if (exponent == Rational(1, 2) && is_sum_of_squares(base))
        return scale(Rational(1, 2), map(Fn::rnorm, base));
    auto lower = add(exponent, Rational(-1));
    if (!lower) throw InternalError("power_derivative: exponent overflow");
    return scale(Number(exponent), power(base, *lower));
}

namespace {

/// Π over the group of all entries but one, finite at zeros: at entry i the product over j of
/// x_j where i ≠ j and of 1 where i = j, that is of x_j − δ_ij x_j + δ_ij.
Expr product_of_others(Expr node) {
    Expr x = node.child(0);
    const auto& axes = node.reduce().axes;
    std::size_t rank = x.rank();
    // Labels: the argument's own axes, then one more for each reduced axis.
    EinsumData same{{}, {}, x.shape()};
    Labels inner;
    std::vector<std::uint8_t> reduced;
    for (LabelId l = 0; l < rank; ++l) inner.push_back(l);
    for (LabelId l = 0; l < rank; ++l) same.output.push_back(l);
    for (auto axis : axes) {
        auto fresh = static_cast<LabelId>(same.dims.size());
        same.dims.push_back(x.shape()[axis]);
        same.output.push_back(fresh);
        same.factors.push_back(Factor{identity(x.shape()[axis]), 1, {axis, fresh}});
        inner[axis] = fresh;
        reduced.push_back(static_cast<std::uint8_t>(fresh));
    }
    Context& context = x.context();
    EinsumData spread{{Factor{x, 1, inner}}, same.output, same.dims};
    EinsumData diagonal = same;
    diagonal.factors.push_back(Factor{x, 1, inner});
    Expr entries =
        add(subtract(einsum(context, spread), einsum(context, diagonal)), einsum(context, same));
    return reduce(ReduceKind::prod, entries, reduced);
}

}  // namespace

Expr reduce_weight(Expr node) {
    const ReduceData& data = node.reduce();
    Expr x = node.child(0);
    switch (data.kind) {
        case ReduceKind::logsumexp:
            return softmax(x, data.axes);
        case ReduceKind::max:
            return reduce(ReduceKind::max_share, x, data.axes);
        case ReduceKind::min:
            return reduce(ReduceKind::min_share, x, data.axes);
        case ReduceKind::prod:
            return product_of_others(node);
        case ReduceKind::max_share:
        case ReduceKind::min_share:
            break;  // piecewise constant
    }
    return zeros(node.context(), x.shape());
}

}  // namespace nabla::passes
