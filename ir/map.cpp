// Entrywise functions in canonical form: folded at exact arguments, odd and even functions with a
// positive leading coefficient, permutations and broadcasts of the argument pulled outside.
#include <algorithm>
#include <cmath>

#include "ir/einsum.hpp"
#include "ir/map_choice.hpp"
#include "nabla/error.hpp"

namespace nabla::ir {
namespace {

bool leads_negative(Expr e) {
    if (e.op() == Op::constant) return e.number().is_negative();
    return e.op() == Op::sum && !e.sum().terms.empty() &&
           e.sum().terms.front().coefficient.is_negative();
}

bool is_zero_value(Expr e) {
    auto scalar = match_broadcast(e);
    return scalar && is_zero(*scalar);
}

/// The value at constant arguments, where it is exact (exp 0 = 1) or the arguments are not.
std::optional<Expr> fold(Fn f, const std::vector<Expr>& arguments) {
    std::vector<double> values;
    bool exact = true;
    for (Expr e : arguments) {
        if (e.op() != Op::constant) return std::nullopt;
        values.push_back(e.number().value());
        exact = exact && e.number().is_exact();
    }
    Context& context = arguments[0].context();
    double value = function(f).reference(values.data());
    if (!exact) return constant(context, Number::from_double(value));
    auto pick = [&](bool first) { return arguments[first ? 0 : 1]; };
    switch (f) {
        case Fn::strong_zero:
            return arguments[0];
        case Fn::abs:
            return constant(context,
                            values[0] < 0 ? -arguments[0].number() : arguments[0].number());
        case Fn::relu:
            return values[0] > 0 ? arguments[0] : constant(context, 0);
        case Fn::max:
            return pick(values[0] >= values[1]);
        case Fn::min:
            return pick(values[0] <= values[1]);
        case Fn::greater:
        case Fn::not_greater:
        case Fn::greater_equal:
        case Fn::not_greater_equal:
        case Fn::equal:
        case Fn::not_equal:
            return constant(context, static_cast<std::int64_t>(value));
        case Fn::where:
            return arguments[values[0] != 0 ? 1 : 2];
        case Fn::max_weight:
            return constant(context, value == 0.5 ? Number(Rational(1, 2))
                                                  : Number(static_cast<std::int64_t>(value)));
        default:
            break;
    }
    // At 0 and 1 the elementary functions that are rational are so exactly.
    bool special =
        values[0] == 0 || (values[0] == 1 && f == Fn::log) || f == Fn::sign || f == Fn::step;
    if (special && arguments.size() == 1) {
        if (value == std::floor(value) && std::isfinite(value))
            return constant(context, static_cast<std::int64_t>(value));
        if (value == 0.5) return constant(context, Rational(1, 2));
    }
    return std::nullopt;
}

/// exp(a log u + b log v) is u^a v^b: u and v are positive where that is defined.
std::optional<Expr> exp_of_logarithms(Expr x) {
    std::vector<Term> terms{Term{1, x}};
    if (x.op() == Op::sum) terms = x.sum().terms;
    Expr product = ones(x.context(), x.shape());
    for (const Term& t : terms) {
        Expr log = t.expr;
        auto match = match_broadcast(log);
        if (match) log = *match;
        const bool is_log = log.op() == Op::map && log.map().function == Fn::log;
        if (!is_log || !t.coefficient.is_exact()) return std::nullopt;
        product = multiply(product, power(log.child(0), t.coefficient.rational()));
    }
    if (terms.empty()) return std::nullopt;
    return product;
}

/// Rules of one function that hold wherever it is defined.
std::optional<Expr> simplify_unary(Fn f, Expr x) {
    auto inner_is = [&](Fn g) { return x.op() == Op::map && x.map().function == g; };
    Facts facts = x.facts();
    switch (f) {
        case Fn::exp:
            return exp_of_logarithms(x);
        case Fn::log:
            if (inner_is(Fn::exp)) return x.child(0);
            break;
        case Fn::abs:
            if (facts.has(Fact::nonnegative)) return x;
            if (facts.has(Fact::nonpositive)) return negate(x);
            break;
        case Fn::relu:
            if (facts.has(Fact::nonnegative)) return x;
            if (facts.has(Fact::nonpositive)) return zeros(x.context(), x.shape());
            break;
        case Fn::sign:
        case Fn::step:
            if (facts.has(Fact::positive)) return ones(x.context(), x.shape());
            if (f == Fn::sign && facts.has(Fact::negative))
                return negate(ones(x.context(), x.shape()));
            if (f == Fn::step && facts.has(Fact::nonpositive)) return zeros(x.context(), x.shape());
            if (f == Fn::step && inner_is(Fn::relu)) return map(Fn::step, x.child(0));
            break;
        case Fn::strong_zero:
            if (facts.nonzero() || inner_is(Fn::strong_zero) || is_zero(x)) return x;
            break;
        default:
            break;
    }
    return std::nullopt;
}

std::optional<Expr> simplify_binary(Fn f, Expr a, Expr b, const Shape& shape) {
    if (f == Fn::max || f == Fn::min) {
        if (a == b) return broadcast(a, shape);
        bool zero_a = is_zero_value(a), zero_b = is_zero_value(b);
        if (zero_a || zero_b) {
            Expr x = broadcast(zero_a ? b : a, shape);
            return f == Fn::max ? map(Fn::relu, x) : negate(map(Fn::relu, negate(x)));
        }
    }
    if (f == Fn::polygamma && is_zero(a)) return map(Fn::digamma, b);
    if (f == Fn::pow && is_one(a)) return ones(b.context(), shape);
    if (f == Fn::pow) {
        auto exponent = match_broadcast(b);
        if (exponent && exponent->op() == Op::constant && exponent->number().is_exact())
            return power(broadcast(a, shape), exponent->number().rational());
    }
    return std::nullopt;
}

/// Where the arguments are all the same along an axis, the value is spread along it.
std::optional<Expr> pull_broadcast(Fn f, const std::vector<Expr>& arguments, const Shape& shape) {
    if (shape.empty()) return std::nullopt;
    auto match = match_spread(arguments);
    if (!match) return std::nullopt;
    return spread(map(f, std::move(match->bases)), match->axes, shape);
}

/// f(A^T) is f(A)^T.
std::optional<Expr> pull_permutation(Fn f, const std::vector<Expr>& arguments) {
    std::vector<std::uint8_t> axes;
    std::vector<Expr> inner;
    for (Expr e : arguments) {
        if (e.is_scalar()) {
            inner.push_back(e);
            continue;
        }
        auto match = match_permutation(e);
        if (!match || (!axes.empty() && axes != match->axes)) return std::nullopt;
        axes = match->axes;
        inner.push_back(match->base);
    }
    if (axes.empty()) return std::nullopt;
    return permute(map(f, std::move(inner)), axes);
}

/// The array that `e` holds under another shape, where a sum's terms all do so alike.
Expr under_reshape(Expr e) {
    if (e.op() == Op::reshape) return e.child(0);
    if (e.op() != Op::sum) return {};
    Shape shape;
    for (const Term& t : e.sum().terms)
        if (t.expr.op() == Op::reshape) shape = t.expr.child(0).shape();
    if (shape.empty()) return {};
    std::vector<Term> terms;
    for (const Term& t : e.sum().terms) {
        auto scalar = match_broadcast(t.expr);
        bool alike = t.expr.op() == Op::reshape && t.expr.child(0).shape() == shape;
        if (!scalar && !alike) return {};
        terms.push_back({t.coefficient, scalar ? broadcast(*scalar, shape) : t.expr.child(0)});
    }
    return sum(e.context(), std::move(terms), shape);
}

/// f(vec(A)) is vec(f(A)).
std::optional<Expr> pull_reshape(Fn f, const std::vector<Expr>& arguments, const Shape& shape) {
    std::vector<Expr> inner;
    Shape inner_shape;
    for (Expr e : arguments) {
        Expr under = e.is_scalar() ? e : under_reshape(e);
        if (!under) return std::nullopt;
        inner.push_back(under);
        if (e.is_scalar()) continue;
        if (!inner_shape.empty() && inner_shape != under.shape()) return std::nullopt;
        inner_shape = under.shape();
    }
    if (inner_shape.empty()) return std::nullopt;
    return reshape(map(f, std::move(inner)), shape);
}

/// f(M^T) and f(M)^T are one node, and so that f(M) and g(-M) meet, whatever M is.
std::optional<Expr> pull_transpose(Fn f, const std::vector<Expr>& arguments, const Shape& shape) {
    if (shape.size() != 2) return std::nullopt;
    auto first =
        std::find_if(arguments.begin(), arguments.end(), [](Expr e) { return !e.is_scalar(); });
    if (!prefers_transpose(*first)) return std::nullopt;
    std::vector<Expr> turned;
    for (Expr e : arguments) turned.push_back(transpose(e));
    return transpose(map(f, std::move(turned)));
}

Shape common_shape(const std::vector<Expr>& arguments) {
    Shape shape;
    for (Expr e : arguments) {
        if (e.is_scalar()) continue;
        if (!shape.empty() && shape != e.shape())
            throw InternalError("map: arguments of shapes " + to_string(shape) + " and " +
                                to_string(e.shape()));
        shape = e.shape();
    }
    return shape;
}

}  // namespace

Expr map(Fn f, std::vector<Expr> arguments) {
    if (arguments.size() != function(f).arity)
        throw InternalError("map: wrong number of arguments");
    Shape shape = common_shape(arguments);
    if (auto folded = fold(f, arguments)) return *folded;
    if (auto spread = pull_broadcast(f, arguments, shape)) return *spread;
    if (auto permuted = pull_permutation(f, arguments)) return *permuted;
    if (auto turned = pull_transpose(f, arguments, shape)) return *turned;
    if (auto reshaped = pull_reshape(f, arguments, shape)) return *reshaped;
    if (auto chosen = simplify_choice(f, arguments, shape)) return *chosen;
    if (arguments.size() == 1) {
        if (auto simpler = simplify_unary(f, arguments[0])) return *simpler;
        Parity p = function(f).parity;
        if (p != Parity::none && leads_negative(arguments[0])) {
            Expr flipped = map(f, negate(arguments[0]));
            return p == Parity::odd ? negate(flipped) : flipped;
        }
    } else if (arguments.size() == 2) {
        if (auto simpler = simplify_binary(f, arguments[0], arguments[1], shape)) return *simpler;
        bool commutes = f == Fn::max || f == Fn::min || f == Fn::equal || f == Fn::not_equal;
        if (commutes && compare(arguments[1], arguments[0]) < 0)
            std::swap(arguments[0], arguments[1]);
    }
    Node node{};
    node.op = Op::map;
    node.shape = std::move(shape);
    Context& context = arguments[0].context();
    node.data = MapData{f, std::move(arguments)};
    return context.intern(std::move(node));
}

}  // namespace nabla::ir
