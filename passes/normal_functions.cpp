// Functions in normal form. The hyperbolic and logistic ones are rational in exponentials, of which
// each has one term in its exponent; logarithms are of what does not factor; absolute values and
// powers go to the factors. A logarithm of a product a b > 0 is log|a| + log|b|, which needs no
// condition.
#include <algorithm>

#include "ir/build.hpp"
#include "ir/einsum.hpp"
#include "passes/normal_form.hpp"
#include "passes/normal_parts.hpp"

namespace nabla::passes {

using namespace ir;

namespace {

Expr one_more(Expr e) { return add(e, constant(e.context(), 1)); }
Expr half(Expr e) { return scale(Rational(1, 2), e); }
Expr exp_of(Expr e) { return map(Fn::exp, e); }
Expr log_of(Expr e) { return map(Fn::log, e); }
Expr reciprocal(Expr e) { return power(e, Rational(-1)); }

/// The function in terms of exp, log, abs, sin, cos, asin, erf and powers; null if it stays.
Expr in_elementary_terms(Fn f, const std::vector<Expr>& args) {
    const Expr x = args[0];
    Context& c = x.context();
    switch (f) {
        case Fn::expm1:
            return subtract(exp_of(x), constant(c, 1));
        case Fn::log1p:
            return log_of(one_more(x));
        case Fn::sigmoid:
            return reciprocal(one_more(exp_of(negate(x))));
        case Fn::softplus:
            return log_of(one_more(exp_of(x)));
        case Fn::silu:
            return multiply(x, reciprocal(one_more(exp_of(negate(x)))));
        case Fn::tanh: {
            const Expr e = exp_of(scale(2, x));
            return divide(subtract(e, constant(c, 1)), one_more(e));
        }
        case Fn::sinh:
            return half(subtract(exp_of(x), exp_of(negate(x))));
        case Fn::cosh:
            return half(add(exp_of(x), exp_of(negate(x))));
        case Fn::tan:
            return divide(map(Fn::sin, x), map(Fn::cos, x));
        case Fn::asinh:
            return log_of(add(x, power(one_more(power(x, Rational(2))), Rational(1, 2))));
        case Fn::acosh:
            return log_of(
                add(x, power(subtract(power(x, Rational(2)), constant(c, 1)), Rational(1, 2))));
        case Fn::atanh:
            return half(subtract(log_of(one_more(x)), log_of(subtract(constant(c, 1), x))));
        case Fn::acos:
            return subtract(broadcast(half(pi(c)), x.shape()), map(Fn::asin, x));
        case Fn::erfc:
            return subtract(constant(c, 1), map(Fn::erf, x));
        case Fn::gelu: {
            const Expr root = power(constant(c, 2), Rational(-1, 2));
            return multiply(half(x), one_more(map(Fn::erf, multiply(root, x))));
        }
        case Fn::relu:
            return half(add(x, map(Fn::abs, x)));
        case Fn::max:
        case Fn::min: {
            const Expr gap = map(Fn::abs, subtract(x, args[1]));
            return half(add(add(x, args[1]), f == Fn::max ? gap : negate(gap)));
        }
        case Fn::rnorm:
            return power(x, Rational(-1, 2));
        case Fn::strong_zero:
            return x;
        case Fn::exp:
        case Fn::log:
        case Fn::cbrt:
        case Fn::abs:
        case Fn::sign:
        case Fn::step:
        case Fn::sin:
        case Fn::cos:
        case Fn::asin:
        case Fn::atan:
        case Fn::erf:
        case Fn::pow:
        case Fn::max_weight:
        case Fn::greater:
        case Fn::not_greater:
        case Fn::greater_equal:
        case Fn::not_greater_equal:
        case Fn::equal:
        case Fn::not_equal:
        case Fn::where:
        case Fn::lgamma:
        case Fn::digamma:
        case Fn::polygamma:
            break;
    }
    return {};
}

/// The factors of an entrywise product, each spread to the shape of the whole; a sum of one term
/// gives its coefficient, too. Nothing if something is summed in it.
std::optional<std::vector<Factor>> entry_factors(Expr q) {
    std::vector<Factor> factors;
    Expr product = q;
    if (q.op() == Op::sum && q.sum().terms.size() == 1) {
        factors.push_back(Factor{constant(q.context(), q.sum().terms[0].coefficient), 1, {}});
        product = q.sum().terms[0].expr;
    }
    if (product.op() != Op::einsum) {
        if (factors.empty()) return std::nullopt;
        factors.push_back(Factor{product, 1, {}});
        return factors;
    }
    const EinsumData& data = product.einsum();
    if (data.dims.size() != data.output.size()) return std::nullopt;
    for (const Factor& f : data.factors) {
        if (f.base.op() == Op::identity) return std::nullopt;
        EinsumData spread{{Factor{f.base, 1, f.labels}}, data.output, data.dims};
        factors.push_back(Factor{einsum(q.context(), std::move(spread)), f.exponent, {}});
    }
    return factors;
}

}  // namespace

Expr NormalForm::function(Expr e) {
    const MapData& data = e.map();
    std::vector<Expr> args;
    for (Expr a : data.arguments) args.push_back((*this)(a));
    switch (data.function) {
        case Fn::exp:
            return exponential(broadcast(args[0], e.shape()));
        case Fn::log:
            return logarithm(e.child(0));
        case Fn::abs:
            return absolute(args[0]);
        case Fn::sin:
        case Fn::cos:
            return trigonometric(data.function, args[0]);
        case Fn::pow:
            return real_power(broadcast(args[0], e.shape()), broadcast(args[1], e.shape()));
        default:
            break;
    }
    if (const Expr other = in_elementary_terms(data.function, data.arguments))
        return (*this)(other);
    const Expr same = map(data.function, args);
    return same == e || same.op() == Op::map ? same : (*this)(same);
}

Expr NormalForm::exponential(Expr z) {
    const std::vector<Term> terms = as_terms(z);
    Expr result = constant(context_, 1);
    for (const Term& t : terms) {
        if (!t.coefficient.is_exact()) throw NoNormalForm{};
        const Compact small = compact(t.expr);
        Expr part;
        if (is_function(small.core, Fn::log))
            part = power(small.core.child(0), t.coefficient.rational());
        else
            part = exp_of(scale(t.coefficient, small.core));
        if (terms.size() == 1 && small.core.rank() == z.rank() && is_function(part, Fn::exp))
            return part;
        // A single term is its own normal form; the product with the others is not yet.
        if (is_function(part, Fn::exp)) known_.emplace(part, part);
        result = multiply(result, spread(part, small.axes, z.shape()));
    }
    return (*this)(broadcast(result, z.shape()));
}

Expr NormalForm::logarithm(Expr q) {
    if (auto factors = entry_factors(q)) {
        Expr result = constant(context_, 0);
        for (const Factor& f : *factors)
            result = add(result, scale(Number(f.exponent), log_abs(f.base)));
        return (*this)(broadcast(result, q.shape()));
    }
    return broadcast(log_abs(q), q.shape());
}

namespace {

/// log of a positive whole number as that of its primes.
Expr log_of_integer(Context& context, std::int64_t n) {
    Expr result = constant(context, 0);
    for (std::int64_t p = 2; p * p <= n && p < 2000; ++p) {
        std::int64_t times = 0;
        for (; n % p == 0; n /= p) ++times;
        if (times > 0) result = add(result, scale(times, log_of(constant(context, p))));
    }
    return n == 1 ? result : add(result, log_of(constant(context, n)));
}

}  // namespace

bool NormalForm::is_positive(Expr e) const {
    return e.has(Fact::positive) ||
           std::find(positive_.begin(), positive_.end(), e) != positive_.end();
}

/// log|q|, normal; a factor is split as long as something comes apart.
Expr NormalForm::log_abs(Expr q) {
    Expr e = (*this)(q);
    if (is_function(e, Fn::abs)) e = e.child(0);
    if (e.op() == Op::constant) {
        if (!e.number().is_exact() || e.number().is_zero()) throw NoNormalForm{};
        const Rational r = e.number().rational();
        return subtract(log_of_integer(context_, std::abs(r.num)), log_of_integer(context_, r.den));
    }
    if (is_function(e, Fn::exp)) return e.child(0);
    const Primitive parts = primitive(e, {.either_sign = true});
    if (!parts.trivial) {
        const Expr content = broadcast(parts.content, e.shape());
        return (*this)(add(logarithm(content), broadcast(log_abs(parts.rest), e.shape())));
    }
    if (auto factors = entry_factors(e);
        factors && (factors->size() > 1 || (*factors)[0].exponent != Rational(1)))
        return logarithm(e);
    const Expr atom = log_of(is_positive(e) ? e : map(Fn::abs, e));
    if (atom.op() == Op::map) known_.emplace(atom, atom);
    return atom.op() == Op::map ? atom : (*this)(atom);
}

/// |a b| is |a| |b|.
Expr NormalForm::absolute(Expr q) {
    if (is_positive(q)) return q;
    if (is_positive(negate(q))) return negate(q);
    if (const auto scalar = match_broadcast(q); scalar && !q.is_scalar())
        return (*this)(broadcast(map(Fn::abs, *scalar), q.shape()));
    const Primitive parts = primitive(q, {.either_sign = true});
    if (!parts.trivial) {
        const Expr content = broadcast(parts.content, q.shape());
        return (*this)(multiply(map(Fn::abs, content), map(Fn::abs, parts.rest)));
    }
    const auto factors = entry_factors(q);
    if (factors && (factors->size() > 1 || (*factors)[0].exponent != Rational(1))) {
        Expr result = constant(context_, 1);
        for (const Factor& f : *factors)
            result = multiply(result, power(map(Fn::abs, f.base), f.exponent));
        return (*this)(result);
    }
    const Expr same = map(Fn::abs, q);
    if (!is_function(same, Fn::abs)) return (*this)(same);
    return same;
}

/// a^b: split over the factors of a where that is valid (b an integer, or a > 0), and over the
/// terms of b.
Expr NormalForm::real_power(Expr base, Expr exponent) {
    if (base.has(Fact::positive)) {
        const Expr z = multiply(exponent, log_of(base));
        return (*this)(exp_of(z));
    }
    const Expr same = map(Fn::pow, {base, exponent});
    if (!is_function(same, Fn::pow)) return (*this)(same);
    // Whole exponents: the coefficients too, not only the terms.
    std::vector<Term> terms = as_terms(exponent);
    for (const Term& t : terms)
        if (!t.expr.has(Fact::integer) || !t.coefficient.integer()) return same;
    const auto factors = entry_factors(base);
    if (factors && (factors->size() > 1 || (*factors)[0].exponent != Rational(1))) {
        for (const Factor& f : *factors)
            if (!f.exponent.is_integer()) return same;
        Expr result = constant(context_, 1);
        for (const Factor& f : *factors)
            result = multiply(result, power(f.base, scale(Number(f.exponent), exponent)));
        return (*this)(result);
    }
    const bool negative = base.op() == Op::constant && base.number().is_negative();
    if (negative && !base.number().is_minus_one()) {
        const Expr size = power(constant(context_, -base.number()), exponent);
        return (*this)(multiply(size, power(constant(context_, -1), exponent)));
    }
    if (terms.size() == 1 && terms[0].coefficient.is_one()) return same;
    Expr result = constant(context_, 1);
    for (const Term& t : terms)
        result = multiply(result, power(power(base, t.expr), t.coefficient.rational()));
    return (*this)(result);
}

}  // namespace nabla::passes
