#include "passes/rounding.hpp"

#include <cmath>
#include <unordered_map>

#include "ir/build.hpp"
#include "ir/traverse.hpp"

namespace nabla::passes {

using namespace ir;

namespace {

using Scales = std::unordered_map<Expr, Expr, ExprHash>;

Expr size_of(Expr e) { return map(Fn::abs, e); }

/// b^p for an error E of b: E |b|^(p-1), and where b is about 0 no more than E^p can make of it.
std::vector<Factor> scale_of_power(const Factor& f, Expr error) {
    const Rational less_one = *add(f.exponent, Rational(-1));
    if (f.exponent.num >= f.exponent.den) return {Factor{error, f.exponent, f.labels}};
    const Expr size = size_of(f.base);
    if (f.exponent.num < 0) return {Factor{size, less_one, f.labels}, Factor{error, 1, f.labels}};
    // The root of 0 with an error of ε is about ε^p.
    Context& context = error.context();
    const double p = f.exponent.value();
    const Expr tiny = constant(context, Number::from_double(1e-300));
    const Expr near_zero =
        multiply(constant(context, Number::from_double(std::pow(2.0, 52 * (1 - p)))),
                 power(error, f.exponent));
    const Expr elsewhere = multiply(power(add(size, tiny), less_one), error);
    return {Factor{map(Fn::min, {near_zero, elsewhere}), 1, f.labels}};
}

Expr scale_of_product(Expr e, const Scales& scales) {
    EinsumData data = e.einsum();
    std::vector<Factor> factors;
    for (const Factor& f : data.factors)
        for (Factor& g : scale_of_power(f, scales.at(f.base))) factors.push_back(std::move(g));
    data.factors = std::move(factors);
    return einsum(e.context(), std::move(data));
}

Expr scale_of_function(Expr e, const Scales& scales) {
    const MapData& data = e.map();
    const Function& row = function(data.function);
    Expr total = size_of(e);
    for (std::size_t i = 0; i < data.arguments.size(); ++i) {
        if (row.partial[i] == nullptr) continue;
        const Expr partial = row.partial[i](data.arguments);
        total = add(total, multiply(size_of(partial), scales.at(data.arguments[i])));
    }
    return broadcast(total, e.shape());
}

Expr scale_of_reduction(Expr e, const Scales& scales) {
    const ReduceData& data = e.reduce();
    const Expr inner = scales.at(e.child(0));
    switch (data.kind) {
        case ReduceKind::prod:
            return reduce(ReduceKind::prod, inner, data.axes);
        case ReduceKind::logsumexp:
        case ReduceKind::max:
        case ReduceKind::min:
            return add(size_of(e), reduce(ReduceKind::max, inner, data.axes));
        case ReduceKind::max_share:
        case ReduceKind::min_share:
            break;
    }
    return size_of(e);
}

Expr scale_of(Expr e, const Scales& scales) {
    switch (e.op()) {
        case Op::sum: {
            std::vector<Term> terms;
            for (const Term& t : e.sum().terms) {
                const Number& c = t.coefficient;
                terms.push_back(Term{c.is_negative() ? -c : c, scales.at(t.expr)});
            }
            return sum(e.context(), std::move(terms), e.shape());
        }
        case Op::einsum:
            return scale_of_product(e, scales);
        case Op::map:
            return scale_of_function(e, scales);
        case Op::reduce:
            return scale_of_reduction(e, scales);
        case Op::inverse: {
            const Expr size = size_of(e);
            return add(size, matmul(size, matmul(scales.at(e.child(0)), size)));
        }
        case Op::det:
            // The gradient is the adjugate, transposed.
            return add(size_of(e),
                       inner(size_of(transpose(adjugate(e.child(0)))), scales.at(e.child(0))));
        case Op::adjugate: {
            // Products of n - 1 entries: those of the matrix of scales bound them.
            const Expr n = dim_value(e.shape()[0]);
            const Expr largest = reduce(ReduceKind::max, scales.at(e.child(0)), {0, 1});
            const Expr order = subtract(n, constant(e.context(), 1));
            return add(size_of(e), broadcast(power(multiply(n, largest), order), e.shape()));
        }
        case Op::reshape:
            return reshape(scales.at(e.child(0)), e.shape());
        case Op::constant:
        case Op::pi:
        case Op::dim_value:
        case Op::symbol:
        case Op::identity:
        case Op::selection:
        case Op::iota:
        case Op::trimask:
        case Op::chol:
        case Op::eigenvalue:
        case Op::eigenvector:
        case Op::shifted_pinv:
        case Op::expm:
        case Op::sylvester:
        case Op::derivative:
            break;
    }
    return size_of(e);
}

}  // namespace

Expr rounding_scale(Expr e) {
    Scales scales;
    for (const Expr node : post_order(e)) scales.emplace(node, scale_of(node, scales));
    return scales.at(e);
}

}  // namespace nabla::passes
