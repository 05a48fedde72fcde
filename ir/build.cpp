// The node kinds: leaves, sums, powers, reductions. Products are in einsum.cpp, functions in
// map.cpp, matrix words in matrix_words.cpp.
#include "ir/build.hpp"

#include <algorithm>

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

void collect_terms(const Number& factor, Expr e, std::vector<Term>& out) {
    if (e.op() == Op::sum && e.sum().terms.size() <= max_flat_terms) {
        // What the sum holds is flat already, so that one level is enough.
        for (const Term& t : e.sum().terms) out.push_back(Term{factor * t.coefficient, t.expr});
    } else if (e.op() == Op::constant && !e.number().is_one()) {
        out.push_back(Term{factor * e.number(), constant(e.context(), 1)});
    } else {
        out.push_back(Term{factor, e});
    }
}

Shape without(const Shape& shape, const std::vector<std::uint8_t>& axes) {
    Shape result;
    for (std::size_t i = 0; i < shape.size(); ++i)
        if (std::find(axes.begin(), axes.end(), i) == axes.end()) result.push_back(shape[i]);
    return result;
}

/// Reduction of an array that is constant along some axes: logsumexp counts how often, the largest
/// and the smallest are what is there. A product would be a symbolic power, shares a quotient.
std::optional<Expr> reduce_spread(ReduceKind kind, Expr argument,
                                  const std::vector<std::uint8_t>& axes) {
    if (kind != ReduceKind::logsumexp && kind != ReduceKind::max && kind != ReduceKind::min)
        return std::nullopt;
    auto match = match_spread(std::span<const Expr>(&argument, 1));
    if (!match) return std::nullopt;
    auto among = [](const std::vector<std::uint8_t>& list, std::size_t axis) {
        return std::find(list.begin(), list.end(), axis) != list.end();
    };
    std::vector<std::uint8_t> inner, left;  // axes of the base: reduced; of the result: varying
    Expr times = constant(argument.context(), 1);
    Shape shape;
    std::uint8_t of_base = 0;
    for (std::size_t axis = 0; axis < argument.rank(); ++axis) {
        const bool varies = among(match->axes, axis), reduced = among(axes, axis);
        if (varies && reduced) inner.push_back(of_base);
        if (!varies && reduced) times = multiply(times, dim_value(argument.shape()[axis]));
        if (varies && !reduced) left.push_back(static_cast<std::uint8_t>(shape.size()));
        if (!reduced) shape.push_back(argument.shape()[axis]);
        of_base += varies ? 1 : 0;
    }
    Expr value = spread(reduce(kind, match->bases[0], inner), left, shape);
    return kind == ReduceKind::logsumexp ? add(value, map(Fn::log, times)) : value;
}

}  // namespace

Expr constant(Context& context, Number value) { return leaf(context, Op::constant, {}, value); }

Expr pi(Context& context) { return leaf(context, Op::pi, {}, std::monostate{}); }

Expr dim_value(Dim dim) {
    Context& context = dim.context();
    if (auto value = dim.constant()) return constant(context, *value);
    const DimTerm& first = dim.terms().front();
    if (dim.terms().size() == 1 && first.coefficient == 1 && first.names.size() == 1)
        return leaf(context, Op::dim_value, {}, dim);
    // The arithmetic that is typed and the size that is computed are one node: 2n + 1.
    std::vector<Term> terms;
    for (const DimTerm& t : dim.terms()) {
        Expr product = constant(context, 1);
        for (const std::string& name : t.names)
            product = multiply(product, dim_value(context.dim(name)));
        terms.push_back(Term{t.coefficient, product});
    }
    return sum(context, std::move(terms), {});
}

Expr identity(Dim n) { return leaf(n.context(), Op::identity, {n, n}, n); }

Expr trimask(Dim n) { return leaf(n.context(), Op::trimask, {n, n}, n); }

Expr zeros(Context& context, Shape shape) {
    if (shape.empty()) return constant(context, 0);
    return leaf(context, Op::sum, std::move(shape), SumData{});
}

Expr ones(Context& context, Shape shape) {
    EinsumData data;
    for (Dim d : shape) {
        data.output.push_back(static_cast<LabelId>(data.dims.size()));
        data.dims.push_back(d);
    }
    return einsum(context, std::move(data));
}

Expr sum(Context& context, std::vector<Term> terms, Shape shape) {
    std::vector<Term> flat;
    for (const Term& t : terms) {
        if (t.expr.shape() != shape)
            throw InternalError("sum: terms of shapes " + to_string(t.expr.shape()) + " and " +
                                to_string(shape));
        collect_terms(t.coefficient, t.expr, flat);
    }
    std::stable_sort(flat.begin(), flat.end(),
                     [](const Term& a, const Term& b) { return compare(a.expr, b.expr) < 0; });
    std::vector<Term> merged;
    for (const Term& t : flat) {
        if (!merged.empty() && merged.back().expr == t.expr)
            merged.back().coefficient = merged.back().coefficient + t.coefficient;
        else
            merged.push_back(t);
    }
    std::erase_if(merged, [](const Term& t) { return t.coefficient.is_zero() || is_zero(t.expr); });
    if (merged.empty()) return zeros(context, std::move(shape));
    if (merged.size() == 1) {
        const Term& t = merged[0];
        if (t.coefficient.is_one()) return t.expr;
        if (t.expr.op() == Op::constant) return constant(context, t.coefficient * t.expr.number());
    }
    return leaf(context, Op::sum, std::move(shape), SumData{std::move(merged)});
}

Expr reduce(ReduceKind kind, Expr argument, std::vector<std::uint8_t> axes) {
    std::sort(axes.begin(), axes.end());
    axes.erase(std::unique(axes.begin(), axes.end()), axes.end());
    for (auto axis : axes)
        if (axis >= argument.rank()) throw InternalError("reduce: no such axis");
    bool share = kind == ReduceKind::max_share || kind == ReduceKind::min_share;
    if (axes.empty()) return share ? ones(argument.context(), argument.shape()) : argument;
    // Of a symmetric matrix, rows and columns have the same value: the second axis stands for both.
    const bool mirrored = argument.has(Fact::symmetric) && axes.size() == 1 && axes[0] == 0;
    if (argument.rank() == 2 &&
        (mirrored || match_permutation(argument) || prefers_transpose(argument))) {
        for (auto& axis : axes) axis = 1 - axis;
        Expr turned = reduce(kind, transpose(argument), std::move(axes));
        return share ? transpose(turned) : turned;
    }
    if (auto value = reduce_spread(kind, argument, axes)) return *value;
    Shape shape = share ? argument.shape() : without(argument.shape(), axes);
    return leaf(argument.context(), Op::reduce, std::move(shape),
                ReduceData{kind, std::move(axes), {argument}});
}

Expr derivative(DerivativeMode mode, Expr expr, std::vector<Expr> symbols, Expr direction) {
    Shape shape;
    auto append = [&](const Shape& more) { shape.insert(shape.end(), more.begin(), more.end()); };
    switch (mode) {
        case DerivativeMode::gradient:
            shape = symbols.at(0).shape();
            break;
        case DerivativeMode::jacobian:
            append(expr.shape());
            append(symbols.at(0).shape());
            break;
        case DerivativeMode::hessian:
            append(symbols.at(0).shape());
            append(symbols.back().shape());
            break;
        case DerivativeMode::directional:
        case DerivativeMode::at:
            shape = expr.shape();
            break;
        case DerivativeMode::vjp:
        case DerivativeMode::hvp:
            shape = symbols.at(0).shape();
            break;
    }
    bool scalar_only = mode == DerivativeMode::gradient || mode == DerivativeMode::hessian ||
                       mode == DerivativeMode::hvp;
    if (scalar_only && !expr.is_scalar())
        throw InternalError("derivative: the objective must be a scalar");
    std::vector<Expr> arguments{expr};
    arguments.insert(arguments.end(), symbols.begin(), symbols.end());
    if (direction) arguments.push_back(direction);
    return leaf(expr.context(), Op::derivative, std::move(shape),
                DerivativeData{mode, std::move(arguments)});
}

// --- arithmetic -------------------------------------------------------------------------------

Expr broadcast(Expr a, const Shape& shape) {
    if (a.shape() == shape) return a;
    if (!a.is_scalar())
        throw InternalError("broadcast: " + to_string(a.shape()) + " to " + to_string(shape));
    EinsumData data{{Factor{a, 1, {}}}, {}, shape};
    for (LabelId l = 0; l < shape.size(); ++l) data.output.push_back(l);
    return einsum(a.context(), std::move(data));
}

Expr add(Expr a, Expr b) {
    const Shape& shape = a.is_scalar() ? b.shape() : a.shape();
    return sum(a.context(), {Term{1, broadcast(a, shape)}, Term{1, broadcast(b, shape)}}, shape);
}

Expr subtract(Expr a, Expr b) {
    const Shape& shape = a.is_scalar() ? b.shape() : a.shape();
    return sum(a.context(), {Term{1, broadcast(a, shape)}, Term{-1, broadcast(b, shape)}}, shape);
}

Expr negate(Expr a) { return scale(-1, a); }

Expr scale(Number factor, Expr a) { return sum(a.context(), {Term{factor, a}}, a.shape()); }

namespace {

Expr multiply_powers(Expr a, Rational p, Expr b, Rational q) {
    const Shape& shape = a.is_scalar() ? b.shape() : a.shape();
    if (!a.is_scalar() && !b.is_scalar() && a.shape() != b.shape())
        throw InternalError("multiply: " + to_string(a.shape()) + " and " + to_string(b.shape()));
    EinsumData data{{}, {}, shape};
    for (LabelId l = 0; l < shape.size(); ++l) data.output.push_back(l);
    data.factors.push_back(Factor{a, p, a.is_scalar() ? Labels{} : data.output});
    data.factors.push_back(Factor{b, q, b.is_scalar() ? Labels{} : data.output});
    return einsum(a.context(), std::move(data));
}

}  // namespace

Expr multiply(Expr a, Expr b) { return multiply_powers(a, 1, b, 1); }

Expr divide(Expr a, Expr b) { return multiply_powers(a, 1, b, -1); }

Expr power(Expr a, Rational exponent) {
    EinsumData data{{}, {}, a.shape()};
    for (LabelId l = 0; l < a.rank(); ++l) data.output.push_back(l);
    data.factors.push_back(Factor{a, exponent, data.output});
    return einsum(a.context(), std::move(data));
}

Expr power(Expr a, Expr exponent) {
    auto scalar = match_broadcast(exponent);
    if (scalar && scalar->op() == Op::constant && scalar->number().is_exact()) {
        Expr full = a.is_scalar() && !exponent.is_scalar() ? broadcast(a, exponent.shape()) : a;
        return power(full, scalar->number().rational());
    }
    return map(Fn::pow, {a, exponent});
}

}  // namespace nabla::ir
