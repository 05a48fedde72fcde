// Logarithms of what overflows, underflows or is near 1. Where one form does not serve all
// arguments, `where` chooses; both sides are computed.
#include <algorithm>
#include <optional>

#include "ir/einsum.hpp"
#include "passes/computing_form.hpp"
#include "passes/erfc_tail.hpp"
#include "passes/rule_patterns.hpp"

namespace nabla::passes {

using namespace ir;

namespace {

Expr number(Expr like, Number value) { return constant(like.context(), value); }
Expr greater(Expr a, Number bound) { return map(Fn::greater, {a, number(a, bound)}); }
Expr where(Expr condition, Expr a, Expr b) { return map(Fn::where, {condition, a, b}); }
Expr log(Expr e) { return map(Fn::log, e); }
Expr log1p(Expr e) { return map(Fn::log1p, e); }
Expr exp(Expr e) { return map(Fn::exp, e); }

/// log(1 − exp(−a)) for a > 0 (NaN for a < 0): by expm1 near 0, by log1p in the tail (Mächler,
/// "Accurately computing log(1 − exp(−|a|))", 2012).
Expr log_one_minus_exp(Expr a) {
    Expr decay = negate(a);
    Expr tail = log1p(negate(exp(decay)));
    Expr near = log(negate(map(Fn::expm1, decay)));
    return where(greater(a, Number::from_double(0.6931471805599453)), tail, near);
}

Expr log_erfc(Expr x) {
    Expr tail = subtract(log(scaled_erfc(x)), power(x, Rational(2)));
    return where(greater(x, erfc_tail), tail, log(map(Fn::erfc, x)));
}

/// |u| + log(1 + exp(−2|u|)) − log 2; near 0, where that cancels, by cosh u = 1 + 2 sinh(u/2)^2.
Expr log_cosh(Expr u) {
    Expr a = map(Fn::abs, u);
    Expr far = subtract(add(a, map(Fn::softplus, scale(-2, a))), log(number(u, 2)));
    Expr near = log1p(scale(2, power(map(Fn::sinh, scale(Rational(1, 2), u)), Rational(2))));
    return where(greater(a, 1), far, near);
}

/// log sinh u = u + log(1 − exp(−2u)) − log 2.
Expr log_sinh(Expr u) {
    return subtract(add(u, log_one_minus_exp(scale(2, u))), log(number(u, 2)));
}

/// The logarithm of a function whose value is positive, and underflows or overflows.
Expr log_of_positive(Expr f) {
    if (f.op() != Op::map || f.child_count() != 1) return {};
    Expr z = f.child(0);
    if (is_map(f, Fn::exp)) return z;
    if (is_map(f, Fn::sigmoid)) return negate(map(Fn::softplus, negate(z)));
    if (is_map(f, Fn::cosh)) return log_cosh(z);
    if (is_map(f, Fn::erfc)) return log_erfc(z);
    return {};
}

/// For a square u = c x² that overflows: 2 log |x| + log c.
Expr log1p_of_square(Expr u) {
    const Term t = match_scaled(u);
    Expr x = base_of_power(t.expr, Rational(2));
    if (!u.is_scalar() || !x || t.coefficient.value() <= 0) return log1p(u);
    Expr size = map(Fn::abs, x);
    Expr far = add(scale(2, log(size)), log(number(u, t.coefficient)));
    return where(greater(size, Number::from_double(1e100)), far, log1p(u));
}

/// log(1 + u) is log1p(u).
Expr log_of_one_plus(Expr e) {
    if (!is_map(e, Fn::log)) return {};
    Expr inside = e.child(0);
    if (is_map(inside, Fn::where)) {
        // 1 − softmax(z), which is the sum of the others where that is better.
        Expr plain = log_of_one_plus(log(inside.child(2)));
        return plain ? where(inside.child(0), log(inside.child(1)), plain) : Expr();
    }
    if (inside.op() != Op::sum) return {};
    const auto& terms = inside.sum().terms;
    const bool has_one = std::any_of(terms.begin(), terms.end(), [](const Term& t) {
        return is_one(t.expr) && t.coefficient.is_one();
    });
    if (!has_one || terms.size() < 2) return {};
    return log1p_of_square(subtract(inside, ones(e.context(), e.shape())));
}

/// log(1 − exp(−a)) and log(exp(a) − 1), whose arguments are expm1 by now.
Expr log_of_expm1(Expr e) {
    if (!is_map(e, Fn::log)) return {};
    const Term t = match_scaled(e.child(0));
    if (!is_map(t.expr, Fn::expm1)) return {};
    Expr a = t.expr.child(0);
    if (t.coefficient.is_minus_one()) return log_one_minus_exp(negate(a));
    if (!t.coefficient.is_one()) return {};
    Expr tail = add(a, log1p(negate(exp(negate(a)))));
    return where(greater(a, 1), tail, e);
}

/// log tanh u, near 0 in the tail: 1 − tanh u is 2 σ(−2u).
Expr log_of_tanh(Expr e) {
    if (!is_map(e, Fn::log) || !is_map(e.child(0), Fn::tanh)) return {};
    Expr u = e.child(0).child(0);
    Expr tail = log1p(scale(-2, map(Fn::sigmoid, scale(-2, u))));
    return where(greater(u, Rational(1, 2)), tail, e);
}

/// log(1 − x²), whose argument is (1 − |x|)(1 + |x|) by now: log1p(−x²) where x is small.
Expr log_of_one_minus_square(Expr e) {
    if (!is_map(e, Fn::log) || e.child(0).op() != Op::einsum) return {};
    const EinsumData& data = e.child(0).einsum();
    if (data.factors.size() != 2) return {};
    Expr one = ones(e.context(), e.shape());
    for (std::size_t k : {std::size_t{0}, std::size_t{1}}) {
        Expr plus = data.factors[k].base;
        if (plus.shape() != e.shape()) return {};
        Expr size = subtract(plus, one);
        Expr minus = subtract(one, size);
        if (multiply(minus, plus) != e.child(0)) continue;
        Expr small = log1p(negate(power(size, Rational(2))));
        return where(greater(size, Rational(1, 2)), e, small);
    }
    return {};
}

/// log(exp a − exp b) is a + log(1 − exp(b − a)).
Expr log_of_difference(Expr e) {
    if (!is_map(e, Fn::log) || e.child(0).op() != Op::sum) return {};
    const auto& terms = e.child(0).sum().terms;
    if (terms.size() != 2 || !is_map(terms[0].expr, Fn::exp) || !is_map(terms[1].expr, Fn::exp) ||
        !(terms[0].coefficient == -terms[1].coefficient))
        return {};
    const bool swapped = terms[0].coefficient.is_negative();
    const Term &s = terms[swapped ? 1 : 0], &t = terms[swapped ? 0 : 1];
    Expr a = s.expr.child(0), b = t.expr.child(0);
    return add(add(a, log(number(e, s.coefficient))), log_one_minus_exp(subtract(a, b)));
}

/// log(cosh), log(erfc) and log(sinh) themselves, and scaled by a positive number.
Expr log_of_function(Expr e) {
    if (!is_map(e, Fn::log)) return {};
    const Term t = match_scaled(e.child(0));
    if (t.coefficient.value() <= 0) return {};
    Expr value = is_map(t.expr, Fn::sinh) ? log_sinh(t.expr.child(0)) : log_of_positive(t.expr);
    if (!value) return {};
    return add(value, log(number(e, t.coefficient)));
}

bool is_entrywise(const EinsumData& data) {
    return std::all_of(data.factors.begin(), data.factors.end(), [&](const Factor& f) {
        return f.labels.empty() || f.labels == data.output;
    });
}

Expr spread(Expr e, const Shape& shape) { return e.is_scalar() ? broadcast(e, shape) : e; }

/// (σ(w) σ(−w))^power among the factors, which leave the product.
struct OppositeSigmoids {
    Expr argument;
    std::int64_t power;
};
std::optional<OppositeSigmoids> opposite_sigmoids(EinsumData& product) {
    auto& factors = product.factors;
    for (std::size_t i = 0; i < factors.size(); ++i) {
        const Factor f = factors[i];
        if (!is_map(f.base, Fn::sigmoid) || !f.exponent.is_integer()) continue;
        Expr other = map(Fn::sigmoid, negate(f.base.child(0)));
        const Factor opposite{other, f.exponent, f.labels};
        const auto found = std::find(factors.begin() + static_cast<std::ptrdiff_t>(i) + 1,
                                     factors.end(), opposite);
        if (found == factors.end()) continue;
        factors.erase(found);
        factors.erase(factors.begin() + static_cast<std::ptrdiff_t>(i));
        return OppositeSigmoids{f.base.child(0), f.exponent.num};
    }
    return std::nullopt;
}

/// Logarithms of the factors of a product that are functions as above apart from those of the rest.
Expr log_of_product(Expr e) {
    if (!is_map(e, Fn::log)) return {};
    const Term t = match_scaled(e.child(0));
    if (t.expr.op() != Op::einsum || !is_entrywise(t.expr.einsum())) return {};
    EinsumData rest = t.expr.einsum();
    std::vector<Factor> kept;
    Expr total = zeros(e.context(), e.shape());
    Number coefficient = t.coefficient;
    if (auto pair = opposite_sigmoids(rest)) {
        // σ(w) σ(−w) is 1/(4 cosh(w/2)^2), whose logarithm has no terms that cancel near 0.
        Expr half = scale(Rational(1, 2), pair->argument);
        total = spread(scale(Number(-2) * pair->power, log_cosh(half)), e.shape());
        coefficient = coefficient * *exact_power(Number(Rational(1, 4)), pair->power);
    }
    for (const Factor& f : rest.factors) {
        Expr part = log_of_positive(f.base);
        if (part)
            total = add(total, spread(scale(Number(f.exponent), part), e.shape()));
        else
            kept.push_back(f);
    }
    if (is_zero(total) && kept.size() == rest.factors.size()) return {};
    rest.factors = std::move(kept);
    return add(total, log(scale(coefficient, einsum(e.context(), std::move(rest)))));
}

/// The logarithm of |f|^k; of a determinant it is computed from the factors of the matrix.
Expr log_of_power(const Factor& f) {
    const bool even = f.exponent.is_integer() && f.exponent.num % 2 == 0;
    Expr size = even ? map(Fn::abs, f.base) : f.base;
    return scale(Number(f.exponent), log(size));
}

/// log(f^k) is k log f, |f| for an even k; log(Σ x²) is 2 log ||x||.
Expr log_of_one_power(Expr e) {
    if (!is_map(e, Fn::log)) return {};
    const Term t = match_scaled(e.child(0));
    if (t.expr.op() != Op::einsum || t.coefficient.value() <= 0) return {};
    const EinsumData& data = t.expr.einsum();
    if (data.factors.size() != 1) return {};
    Expr log_c = log(number(e, t.coefficient));
    const Factor& f = data.factors[0];
    // A root of a sum of squares is computed without overflow as it is.
    if (f.labels == data.output && f.exponent.is_integer() && f.exponent.num != 1)
        return add(log_of_power(f), log_c);
    const bool squares = f.exponent == Rational(2) && f.labels.size() > data.output.size();
    if (!squares) return {};
    return add(scale(2, log(power(t.expr, Rational(1, 2)))), log_c);
}

/// A scalar product that leaves the range of numbers: the sum of the factors' logarithms there.
Expr log_of_scalar_product(Expr e) {
    if (!is_map(e, Fn::log) || !e.is_scalar() || e.child(0).op() != Op::einsum) return {};
    const EinsumData& data = e.child(0).einsum();
    if (data.factors.size() < 2 || !data.dims.empty()) return {};
    std::vector<Expr> of_unknown_sign;
    for (const Factor& f : data.factors) {
        const bool odd = f.exponent.is_integer() && f.exponent.num % 2 != 0;
        if (odd && !f.base.has(Fact::positive)) of_unknown_sign.push_back(f.base);
    }
    const bool one = of_unknown_sign.size() == 1;
    Expr logs = number(e, 0);
    for (const Factor& f : data.factors) {
        const bool signed_log = one && f.base == of_unknown_sign[0];
        Expr base = signed_log ? f.base : map(Fn::abs, f.base);
        logs = add(logs, scale(Number(f.exponent), log(base)));
    }
    if (of_unknown_sign.size() > 1) {
        Expr sign = number(e, 1);
        for (Expr base : of_unknown_sign) sign = multiply(sign, map(Fn::sign, base));
        logs = add(logs, log(sign));
    }
    Expr size = map(Fn::abs, e.child(0));
    Expr in_range = multiply(greater(size, Number::from_double(1e-290)),
                             map(Fn::not_greater, {size, number(e, Number::from_double(1e290))}));
    return where(in_range, e, logs);
}

/// log(prod(x)) is sum(log |x|), NaN where the product is negative.
Expr log_of_prod(Expr e) {
    if (!is_map(e, Fn::log) || e.child(0).op() != Op::reduce) return {};
    const ReduceData& data = e.child(0).reduce();
    if (data.kind != ReduceKind::prod) return {};
    Expr x = e.child(0).child(0);
    Expr logs = sum_axes(log(map(Fn::abs, x)), data.axes);
    if (x.has(Fact::nonnegative)) return logs;
    return add(logs, log(reduce(ReduceKind::prod, map(Fn::sign, x), data.axes)));
}

constexpr RewriteRule rules[] = {
    {"log(1 - exp(-a)) by expm1 or log1p", log_of_expm1},
    {"log(tanh x) = log1p(-2 sigmoid(-2 x))", log_of_tanh},
    {"log(1 - x^2) = log1p(-x^2)", log_of_one_minus_square},
    {"log(exp a - exp b) = a + log(1 - exp(b - a))", log_of_difference},
    {"log(1 + x) = log1p(x)", log_of_one_plus},
    {"log(cosh x) = |x| + log1p(exp(-2|x|)) - log 2", log_of_function},
    {"log(a cosh(z)) = log(a) + log(cosh z)", log_of_product},
    {"log(x^2) = 2 log |x|", log_of_one_power},
    {"log(a b) = log(a) + log(b) where a b overflows", log_of_scalar_product},
    {"log(prod(x)) = sum(log |x|)", log_of_prod},
};

}  // namespace

std::span<const RewriteRule> computing_log_rules() { return rules; }

}  // namespace nabla::passes
