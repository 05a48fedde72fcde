// Stable forms that are no longer than what they replace: logarithms of products and products of
// many factors, the complement of erf, differences of softplus, cosh/sinh.
#include <algorithm>

#include "ir/einsum.hpp"
#include "passes/local_rules.hpp"
#include "passes/rule_patterns.hpp"
#include "passes/rules.hpp"

namespace nabla::passes {

using namespace ir;

namespace {

/// log of exp(z) and σ(z), which may vanish or overflow.
Expr log_of_positive(Expr f) {
    if (is_map(f, Fn::exp)) return f.child(0);
    if (is_map(f, Fn::sigmoid)) return negate(map(Fn::softplus, negate(f.child(0))));
    return {};
}

/// log(a exp z) is z + log a: such factors leave the logarithm.
Expr log_of_product(Expr e) {
    if (!is_map(e, Fn::log)) return {};
    const Term t = match_scaled(e.child(0));
    if (t.expr.op() != Op::einsum && t.coefficient.is_one()) return {};
    EinsumData rest{{Factor{t.expr, 1, {}}}, {}, {}};
    if (t.expr.op() == Op::einsum) {
        rest = t.expr.einsum();
    } else if (!t.expr.is_scalar()) {
        Expr part = log_of_positive(t.expr);
        if (!part || t.coefficient.value() <= 0) return {};
        return add(part, map(Fn::log, constant(e.context(), t.coefficient)));
    }
    std::vector<Factor> kept;
    Expr total = zeros(e.context(), e.shape());
    for (const Factor& f : rest.factors) {
        const bool free = f.labels.empty() || f.labels == rest.output;
        Expr part = free ? log_of_positive(f.base) : Expr();
        if (!part) {
            kept.push_back(f);
            continue;
        }
        part = scale(Number(f.exponent), part);
        total = add(total, part.is_scalar() ? broadcast(part, e.shape()) : part);
    }
    if (kept.size() == rest.factors.size()) return {};
    if (kept.empty() && t.coefficient.value() <= 0) return {};
    rest.factors = std::move(kept);
    return add(total, map(Fn::log, scale(t.coefficient, einsum(e.context(), std::move(rest)))));
}

/// log(prod(x)) is sum(log x) where x >= 0 is known.
Expr log_of_prod(Expr e) {
    if (!is_map(e, Fn::log) || e.child(0).op() != Op::reduce) return {};
    const ReduceData& data = e.child(0).reduce();
    Expr x = e.child(0).child(0);
    if (data.kind != ReduceKind::prod || !x.has(Fact::nonnegative)) return {};
    return sum_axes(map(Fn::log, x), data.axes);
}

/// prod(exp z) is exp(sum(z)).
Expr prod_of_exponentials(Expr e) {
    if (e.op() != Op::reduce || e.reduce().kind != ReduceKind::prod) return {};
    if (!is_map(e.child(0), Fn::exp)) return {};
    return map(Fn::exp, sum_axes(e.child(0).child(0), e.reduce().axes));
}

/// c (1 − erf x) is c erfc(x).
Expr one_minus_erf(Expr e) {
    return beside_constant(e, [](const Number& c, const Term& t) {
        if (!is_map(t.expr, Fn::erf) || !(c == -t.coefficient)) return Expr();
        return scale(c, map(Fn::erfc, t.expr.child(0)));
    });
}

/// cosh(z)/sinh(z) is 1/tanh(z).
Expr cosh_over_sinh(Expr e) {
    if (e.op() != Op::einsum) return {};
    const auto& factors = e.einsum().factors;
    for (std::size_t i = 0; i < factors.size(); ++i) {
        const Factor& top = factors[i];
        if (!is_map(top.base, Fn::cosh) || !top.exponent.is_integer() || top.exponent.num < 1)
            continue;
        for (std::size_t j = 0; j < factors.size(); ++j) {
            const Factor& bottom = factors[j];
            const bool divides = bottom.exponent.is_integer() && bottom.exponent.num < 0;
            if (!is_map(bottom.base, Fn::sinh) || !divides || bottom.labels != top.labels ||
                bottom.base.child(0) != top.base.child(0))
                continue;
            Expr quotient = map(Fn::tanh, top.base.child(0));
            return with_quotient(e, i, -1, j, 1, Factor{quotient, -1, top.labels});
        }
    }
    return {};
}

/// exp(z)/cosh(z) is 2 σ(2z), exp(−z)/cosh(z) is 2 σ(−2z).
Expr exp_over_cosh(Expr e) {
    if (e.op() != Op::einsum) return {};
    const auto& factors = e.einsum().factors;
    for (std::size_t i = 0; i < factors.size(); ++i) {
        const Factor& top = factors[i];
        if (!is_map(top.base, Fn::exp) || !top.exponent.is_integer() || top.exponent.num < 1)
            continue;
        Expr z = top.base.child(0);
        for (std::size_t j = 0; j < factors.size(); ++j) {
            const Factor& bottom = factors[j];
            const bool divides = bottom.exponent.is_integer() && bottom.exponent.num < 0;
            if (!divides || !is_map(bottom.base, Fn::cosh) || bottom.labels != top.labels ||
                map(Fn::cosh, z) != bottom.base)
                continue;
            Expr quotient = map(Fn::sigmoid, scale(2, z));
            return scale(2, with_quotient(e, i, -1, j, 1, Factor{quotient, 1, top.labels}));
        }
    }
    return {};
}

/// exp(z)/(c + d exp z) is 1/(d + c exp(−z)), once for each power of both; for c and d of opposite
/// signs (otherwise it is a sigmoid). In log(exp(z) − 1) and its derivatives.
Expr exp_over_difference(Expr e) {
    if (e.op() != Op::einsum) return {};
    const auto& factors = e.einsum().factors;
    for (std::size_t j = 0; j < factors.size(); ++j) {
        const Factor& bottom = factors[j];
        const bool divides = bottom.exponent.is_integer() && bottom.exponent.num < 0;
        if (!divides || bottom.base.op() != Op::sum || bottom.base.sum().terms.size() != 2)
            continue;
        for (std::size_t i = 0; i < factors.size(); ++i) {
            const Factor& top = factors[i];
            if (!is_map(top.base, Fn::exp) || !top.exponent.is_integer() || top.exponent.num < 1 ||
                top.labels != bottom.labels)
                continue;
            Expr turned = beside_constant(bottom.base, [&](const Number& c, const Term& t) {
                if (t.expr != top.base || c.is_negative() == t.coefficient.is_negative())
                    return Expr();
                Expr decay = map(Fn::exp, negate(top.base.child(0)));
                Expr one = ones(e.context(), decay.shape());
                return add(scale(t.coefficient, one), scale(c, decay));
            });
            if (turned) return with_quotient(e, i, -1, j, 1, Factor{turned, -1, top.labels});
        }
    }
    return {};
}

/// k − k c/(c + d exp z) is k d/(d + c exp(−z)), for c and d of opposite signs.
Expr one_minus_reciprocal(Expr e) {
    return beside_constant(e, [](const Number& k, const Term& t) {
        Expr bottom = base_of_power(t.expr, Rational(-1));
        if (!bottom || bottom.op() != Op::sum || bottom.sum().terms.size() != 2) return Expr();
        return beside_constant(bottom, [&](const Number& c, const Term& exponential) {
            const Number d = exponential.coefficient;
            if (!is_map(exponential.expr, Fn::exp) || c.is_negative() == d.is_negative() ||
                !(t.coefficient == -(k * c)))
                return Expr();
            Expr decay = map(Fn::exp, negate(exponential.expr.child(0)));
            Expr one = ones(decay.context(), decay.shape());
            return scale(k * d, power(add(scale(d, one), scale(c, decay)), Rational(-1)));
        });
    });
}

/// sign(x)/|x| is 1/x, and sign(x)^2/x^2 is 1/x^2.
Expr sign_over_abs(Expr e) {
    if (e.op() != Op::einsum) return {};
    const auto& factors = e.einsum().factors;
    for (std::size_t i = 0; i < factors.size(); ++i) {
        const Factor& top = factors[i];
        if (!is_map(top.base, Fn::sign) || !top.exponent.is_integer() || top.exponent.num < 1)
            continue;
        const bool square = top.exponent.num % 2 == 0;
        for (std::size_t j = 0; j < factors.size(); ++j) {
            const Factor& bottom = factors[j];
            const bool divides = bottom.exponent.is_integer() && bottom.exponent.num < 0;
            Expr x = top.base.child(0);
            if (square && divides && bottom.base == x && bottom.labels == top.labels) {
                EinsumData data = e.einsum();
                data.factors.erase(data.factors.begin() + static_cast<std::ptrdiff_t>(i));
                return einsum(e.context(), std::move(data));
            }
            if (top.exponent.num == 1 && divides && is_map(bottom.base, Fn::abs) &&
                bottom.labels == top.labels && bottom.base.child(0) == x)
                return with_quotient(e, i, -1, j, 1, Factor{x, -1, top.labels});
        }
    }
    return {};
}

/// The derivative of log(prod(x)): the product of the others over the product is 1 ./ x.
Expr others_over_prod(Expr e) {
    if (e.op() != Op::einsum) return {};
    const auto& factors = e.einsum().factors;
    for (std::size_t j = 0; j < factors.size(); ++j) {
        const Factor& bottom = factors[j];
        const bool divides = bottom.exponent.is_integer() && bottom.exponent.num < 0;
        if (!divides || bottom.base.op() != Op::reduce ||
            bottom.base.reduce().kind != ReduceKind::prod)
            continue;
        Expr x = bottom.base.child(0);
        const auto& axes = bottom.base.reduce().axes;
        Expr others = reduce_weight(bottom.base);
        for (std::size_t i = 0; i < factors.size(); ++i) {
            const Factor& top = factors[i];
            if (top.base != others || !top.exponent.is_integer() || top.exponent.num < 1) continue;
            Labels kept;
            for (std::size_t a = 0; a < top.labels.size(); ++a)
                if (std::find(axes.begin(), axes.end(), a) == axes.end())
                    kept.push_back(top.labels[a]);
            if (kept != bottom.labels) continue;
            return with_quotient(e, i, -1, j, 1, Factor{x, -1, top.labels});
        }
    }
    return {};
}

std::size_t terms_of(Expr e) {
    if (is_zero(e)) return 0;
    return e.op() == Op::sum ? e.sum().terms.size() : 1;
}

/// c softplus(z) − c z is c softplus(−z).
Expr softplus_minus_argument(Expr e) {
    if (e.op() != Op::sum || e.sum().terms.size() < 2) return {};
    for (const Term& t : e.sum().terms) {
        if (!is_map(t.expr, Fn::softplus)) continue;
        Expr z = t.expr.child(0);
        Expr found = scale(t.coefficient, subtract(t.expr, z));
        Expr rest = subtract(e, found);
        if (terms_of(rest) + 1 + terms_of(z) > e.sum().terms.size()) continue;
        return add(rest, scale(t.coefficient, map(Fn::softplus, negate(z))));
    }
    return {};
}

/// c softplus(z) − c softplus(−z) is c z.
Expr opposite_softplus(Expr e) {
    return for_pairs(e, [](const Term& s, const Term& t) {
        if (!is_map(s.expr, Fn::softplus) || !is_map(t.expr, Fn::softplus) ||
            !(s.coefficient == -t.coefficient) || s.expr.child(0) != negate(t.expr.child(0)))
            return Expr();
        return scale(s.coefficient, s.expr.child(0));
    });
}

constexpr RewriteRule rules[] = {
    {"log(a exp z) = log(a) + z", log_of_product},
    {"log(prod(x)) = sum(log(x)) for x >= 0", log_of_prod},
    {"prod(exp z) = exp(sum(z))", prod_of_exponentials},
    {"1 - erf(x) = erfc(x)", one_minus_erf},
    {"cosh(z)/sinh(z) = 1/tanh(z)", cosh_over_sinh},
    {"exp(z)/cosh(z) = 2 sigmoid(2 z)", exp_over_cosh},
    {"exp(z)/(exp(z) - 1) = 1/(1 - exp(-z))", exp_over_difference},
    {"1 - 1/(1 - exp(z)) = 1/(1 - exp(-z))", one_minus_reciprocal},
    {"sign(x)/|x| = 1/x", sign_over_abs},
    {"prod of the others / prod(x) = 1 ./ x", others_over_prod},
    {"softplus(z) - softplus(-z) = z", opposite_softplus},
    {"softplus(z) - z = softplus(-z)", softplus_minus_argument},
};

/// log(prod(x)) is sum(log |x|) wherever it is defined.
Expr log_of_prod_where_defined(Expr e) {
    if (!is_map(e, Fn::log) || e.child(0).op() != Op::reduce) return {};
    const ReduceData& data = e.child(0).reduce();
    if (data.kind != ReduceKind::prod) return {};
    return sum_axes(map(Fn::log, map(Fn::abs, e.child(0).child(0))), data.axes);
}

constexpr RewriteRule before[] = {
    {"the derivative of log(prod(x)) is that of sum(log |x|)", log_of_prod_where_defined},
};

}  // namespace

std::span<const RewriteRule> product_rules() { return rules; }
std::span<const RewriteRule> before_rules() { return before; }

}  // namespace nabla::passes
