// Products and quotients whose factors overflow or vanish where the whole does not.
#include <algorithm>

#include "ir/einsum.hpp"
#include "ir/traverse.hpp"
#include "passes/computing_form.hpp"
#include "passes/erfc_tail.hpp"
#include "passes/rule_patterns.hpp"

namespace nabla::passes {

using namespace ir;

namespace {

Expr exp(Expr e) { return map(Fn::exp, e); }

/// For every pair of factors over the same labels.
template <typename Rule>
Expr for_factors(Expr e, const Rule& rule) {
    if (e.op() != Op::einsum) return {};
    const auto& factors = e.einsum().factors;
    for (std::size_t i = 0; i < factors.size(); ++i)
        for (std::size_t j = 0; j < factors.size(); ++j)
            if (i != j && factors[i].labels == factors[j].labels)
                if (Expr r = rule(i, j)) return r;
    return {};
}

bool whole(const Factor& f, int sign) {
    return f.exponent.is_integer() && f.exponent.num * sign > 0;
}

/// exp(a)/(exp(a) − 1) is 1/(1 − exp(−a)), once for each power of both.
Expr exp_over_expm1(Expr e) {
    Expr result;
    for (Expr step = e;;) {
        Expr next = for_factors(step, [&](std::size_t i, std::size_t j) {
            const Factor &f = step.einsum().factors[i], &g = step.einsum().factors[j];
            if (!is_map(f.base, Fn::exp) || !is_map(g.base, Fn::expm1) || !whole(f, 1) ||
                !whole(g, -1) || f.base.child(0) != g.base.child(0))
                return Expr();
            Expr other = negate(map(Fn::expm1, negate(f.base.child(0))));
            return with_quotient(step, i, -1, j, 1, Factor{other, -1, f.labels});
        });
        if (!next) break;
        result = step = next;
    }
    return result;
}

/// (a exp(z) + b)/(exp(z) − 1)^k, Inf/Inf for large z, term by term: a/(1 − exp(−z)) + b/(exp(z) −
/// 1).
Expr sum_over_expm1(Expr e) {
    return for_factors(e, [&](std::size_t i, std::size_t j) {
        const Factor &f = e.einsum().factors[i], &g = e.einsum().factors[j];
        if (f.base.op() != Op::sum || f.exponent != Rational(1) || !is_map(g.base, Fn::expm1) ||
            !whole(g, -1) || f.base.shape() != g.base.shape())
            return Expr();
        Expr quotient = power(g.base, Rational(-1));
        std::vector<Term> terms;
        bool any = false;
        for (const Term& t : f.base.sum().terms) {
            Expr part = multiply(t.expr, quotient);
            Expr stable = exp_over_expm1(part);
            any = any || stable;
            terms.push_back(Term{t.coefficient, stable ? stable : part});
        }
        if (!any) return Expr();
        Expr divided = sum(e.context(), std::move(terms), f.base.shape());
        return with_quotient(e, i, -1, j, 1, Factor{divided, 1, f.labels});
    });
}

/// exp(−x²) beside what overflows sooner than it vanishes: (x² − 1) exp(−x²) is 0 in the end. Its
/// zeros win where all that is beside it is made of the same names.
Expr vanishing_exponential(Expr e) {
    if (e.op() != Op::einsum || e.einsum().factors.size() < 2) return {};
    EinsumData data = e.einsum();
    for (std::size_t i = 0; i < data.factors.size(); ++i) {
        const Factor f = data.factors[i];
        if (!is_map(f.base, Fn::exp) || !whole(f, 1) || !f.base.child(0).has(Fact::nonpositive) ||
            match_softmax(f.base))
            continue;
        const std::vector<Expr> own = symbols_of(std::span(&f.base, 1));
        bool overflows = false, foreign = false;
        for (std::size_t j = 0; j < data.factors.size(); ++j) {
            const Factor& g = data.factors[j];
            if (j == i) continue;
            const std::vector<Expr> symbols = symbols_of(std::span(&g.base, 1));
            overflows = overflows || (!symbols.empty() && g.exponent.num > 0 &&
                                      (g.base.op() == Op::sum || g.exponent.num > 1));
            for (Expr s : symbols)
                foreign = foreign || std::find(own.begin(), own.end(), s) == own.end();
        }
        if (!overflows || foreign) continue;
        // Below, the exponential is 0 in doubles and floats; a comparison is a selecting factor.
        Expr v = f.base.child(0);
        Factor selecting{map(Fn::greater, {v, constant(v.context(), -746)}), 1, f.labels};
        data.factors.push_back(std::move(selecting));
        return einsum(e.context(), std::move(data));
    }
    return {};
}

/// (exp(z) − 1)/(exp(z) + 1) is tanh(z/2).
Expr expm1_times_sigmoid(Expr e) {
    return for_factors(e, [&](std::size_t i, std::size_t j) {
        const Factor &f = e.einsum().factors[i], &g = e.einsum().factors[j];
        if (!is_map(f.base, Fn::expm1) || !is_map(g.base, Fn::sigmoid) || !whole(f, 1) ||
            !whole(g, 1) || f.base.child(0) != negate(g.base.child(0)))
            return Expr();
        Expr quotient = map(Fn::tanh, scale(Rational(1, 2), f.base.child(0)));
        return with_quotient(e, i, -1, j, -1, Factor{quotient, 1, f.labels});
    });
}

std::size_t terms_of(Expr e) { return e.op() == Op::sum ? e.sum().terms.size() : 1; }

/// exp(−x²)/erfc(x), 0/0 in the tail: the hazard of the normal distribution.
Expr exp_over_erfc(Expr e) {
    return for_factors(e, [&](std::size_t i, std::size_t j) {
        const Factor &f = e.einsum().factors[i], &g = e.einsum().factors[j];
        if (!is_map(f.base, Fn::exp) || !is_map(g.base, Fn::erfc) || !whole(f, 1) || !whole(g, -1))
            return Expr();
        Expr v = f.base.child(0), x = g.base.child(0);
        Expr left = add(v, power(x, Rational(2)));
        if (!is_zero(left) && terms_of(left) >= terms_of(v)) return Expr();
        Expr tail = divide(exp(left), scaled_erfc(x));
        Expr far = map(Fn::greater, {x, constant(x.context(), erfc_tail)});
        Expr hazard = map(Fn::where, {far, tail, divide(f.base, g.base)});
        return with_quotient(e, i, -1, j, 1, Factor{hazard, 1, f.labels});
    });
}

/// exp(a) exp(b) is exp(a + b): one may overflow where the other vanishes.
Expr product_of_exponentials(Expr e) {
    return for_factors(e, [&](std::size_t i, std::size_t j) {
        const Factor &f = e.einsum().factors[i], &g = e.einsum().factors[j];
        if (i > j || !is_map(f.base, Fn::exp) || !is_map(g.base, Fn::exp) || !whole(f, 1) ||
            !whole(g, 1))
            return Expr();
        Expr both = exp(add(f.base.child(0), g.base.child(0)));
        return with_quotient(e, i, -1, j, -1, Factor{both, 1, f.labels});
    });
}

constexpr RewriteRule rules[] = {
    {"exp(a)/(exp(a) - 1) = 1/(1 - exp(-a))", exp_over_expm1},
    {"(a exp(z) + b)/(exp(z) - 1) = a/(1 - exp(-z)) + b/(exp(z) - 1)", sum_over_expm1},
    {"x^2 exp(-x^2) = 0 where exp(-x^2) is", vanishing_exponential},
    {"(exp(z) - 1)/(exp(z) + 1) = tanh(z/2)", expm1_times_sigmoid},
    {"exp(-x^2)/erfc(x) by its series", exp_over_erfc},
    {"exp(a) exp(b) computed as exp(a + b)", product_of_exponentials},
};

}  // namespace

std::span<const RewriteRule> computing_product_rules() { return rules; }

}  // namespace nabla::passes
