// Products in normal form: multiplied out, their exponentials joined, and divided by the inverses
// and denominators in them.
#include <algorithm>

#include "ir/build.hpp"
#include "ir/einsum.hpp"
#include "passes/normal_divide.hpp"
#include "passes/normal_form.hpp"
#include "passes/normal_parts.hpp"
#include "passes/rules.hpp"

namespace nabla::passes {

using namespace ir;

namespace {

/// Powers of sums that are multiplied out.
constexpr std::int64_t highest_power = 24;

Expr with_factor(Expr product, std::size_t k, std::vector<Factor> instead) {
    return replace_factors(product.context(), product.einsum(), {k}, std::move(instead));
}

/// One copy of a factor that is a sum, term by term.
Expr distribute(Expr product) {
    const EinsumData& data = product.einsum();
    for (std::size_t k = 0; k < data.factors.size(); ++k) {
        const Factor f = data.factors[k];
        if (f.base.op() != Op::sum || less(f.exponent, Rational(1))) continue;
        if (f.exponent.num / f.exponent.den > highest_power) throw NoNormalForm{};
        std::vector<Term> terms;
        for (const Term& t : f.base.sum().terms) {
            std::vector<Factor> instead{Factor{t.expr, 1, f.labels}};
            if (f.exponent != Rational(1))
                instead.push_back(Factor{f.base, *add(f.exponent, Rational(-1)), f.labels});
            terms.push_back(Term{t.coefficient, with_factor(product, k, std::move(instead))});
        }
        const auto result = exact_sum(product.context(), terms, product.shape());
        if (!result) throw NoNormalForm{};
        return *result;
    }
    return {};
}

/// (x a + x b)^-1 is x^-1 (a + b)^-1; under a root only what is nonnegative comes out.
Expr primitive_powers(Expr product) {
    const EinsumData& data = product.einsum();
    for (std::size_t k = 0; k < data.factors.size(); ++k) {
        const Factor f = data.factors[k];
        if (f.base.op() != Op::sum || !less(f.exponent, Rational(1))) continue;
        const bool root = !f.exponent.is_integer();
        const Primitive parts = primitive(f.base, {.nonnegative = root, .either_sign = !root});
        if (parts.trivial) continue;
        Factor content{power(parts.content, f.exponent), 1, f.labels};
        if (parts.content.is_scalar()) content.labels.clear();
        return with_factor(product, k, {content, Factor{parts.rest, f.exponent, f.labels}});
    }
    return {};
}

/// exp(2 t) of a single term t as t and 2.
std::optional<Term> single_exponential(const Factor& f) {
    if (!is_function(f.base, Fn::exp) || !f.exponent.is_integer()) return std::nullopt;
    const std::vector<Term> terms = as_terms(f.base.child(0));
    if (terms.size() != 1) return std::nullopt;
    return Term{terms[0].coefficient * Number(f.exponent), terms[0].expr};
}

/// exp(t) exp(2 t) is exp(3 t), and so is exp(t)^3.
Expr join_exponentials(Expr product) {
    const EinsumData& data = product.einsum();
    for (std::size_t i = 0; i < data.factors.size(); ++i) {
        const Factor& f = data.factors[i];
        auto first = single_exponential(f);
        if (!first) continue;
        if (f.exponent != Rational(1)) {
            const Expr joined = map(Fn::exp, scale(first->coefficient, first->expr));
            return with_factor(product, i, {Factor{joined, 1, f.labels}});
        }
        for (std::size_t j = i + 1; j < data.factors.size(); ++j) {
            const Factor& g = data.factors[j];
            auto second = single_exponential(g);
            if (!second || second->expr != first->expr || f.labels != g.labels) continue;
            const Number c = first->coefficient + second->coefficient;
            const Expr joined = map(Fn::exp, scale(c, first->expr));
            return replace_factors(product.context(), data, {i, j}, {Factor{joined, 1, f.labels}});
        }
    }
    return {};
}

/// sin(u)^2 is 1 - cos(u)^2; cbrt(u)^3 is u; sign(u) |u| is u.
Expr function_powers(Expr product) {
    const EinsumData& data = product.einsum();
    Context& context = product.context();
    for (std::size_t k = 0; k < data.factors.size(); ++k) {
        const Factor& f = data.factors[k];
        if (f.base.op() != Op::map || !f.exponent.is_integer()) continue;
        const Expr u = f.base.child(0);
        if (is_function(f.base, Fn::sin) && f.exponent.num >= 2) {
            const Expr one_less = subtract(ones(context, u.shape()), power(map(Fn::cos, u), 2));
            return with_factor(product, k,
                               {Factor{one_less, 1, f.labels},
                                Factor{f.base, Rational(f.exponent.num - 2), f.labels}});
        }
        if (is_function(f.base, Fn::cbrt) && (f.exponent.num >= 3 || f.exponent.num < 0)) {
            std::int64_t cubes = f.exponent.num / 3 - (f.exponent.num < 0 ? 1 : 0);
            return with_factor(product, k,
                               {Factor{u, Rational(cubes), f.labels},
                                Factor{f.base, Rational(f.exponent.num - 3 * cubes), f.labels}});
        }
        if (!is_function(f.base, Fn::sign) || f.exponent.num < 1) continue;
        for (std::size_t j = 0; j < data.factors.size(); ++j) {
            const Factor& g = data.factors[j];
            if (!is_function(g.base, Fn::abs) || g.base.child(0) != u || g.labels != f.labels ||
                g.exponent.num < 1 || !g.exponent.is_integer())
                continue;
            std::vector<std::size_t> both{std::min(j, k), std::max(j, k)};
            return replace_factors(
                context, data, both,
                {Factor{f.base, Rational(f.exponent.num - 1), f.labels},
                 Factor{g.base, Rational(g.exponent.num - 1), g.labels}, Factor{u, 1, f.labels}});
        }
    }
    return {};
}

/// K^T is -K: of a product and those with some antisymmetric factors turned, the least.
Expr turn_antisymmetric(Expr product) {
    const EinsumData& data = product.einsum();
    std::vector<std::size_t> places;
    for (std::size_t k = 0; k < data.factors.size(); ++k) {
        const Factor& f = data.factors[k];
        const bool odd = f.exponent.is_integer() && f.exponent.num % 2 != 0;
        if (f.labels.size() == 2 && odd && f.base.has(Fact::antisymmetric)) places.push_back(k);
    }
    constexpr std::size_t most = 6;
    if (places.empty() || places.size() > most) return {};
    Expr best = product;
    Number sign = 1;
    for (unsigned subset = 1; subset < (1u << places.size()); ++subset) {
        EinsumData turned = data;
        Number s = 1;
        for (std::size_t i = 0; i < places.size(); ++i) {
            if ((subset >> i & 1u) == 0) continue;
            std::swap(turned.factors[places[i]].labels[0], turned.factors[places[i]].labels[1]);
            s = -s;
        }
        const Expr other = einsum(product.context(), std::move(turned));
        if (other.op() != Op::einsum) return scale(s, other);
        if (other == product && s.is_negative()) return zeros(product.context(), product.shape());
        if (compare(other, best) < 0) best = other, sign = s;
    }
    return best == product ? Expr() : scale(sign, best);
}

/// L_ij M_ji of two lower triangular matrices is on the diagonal alone.
Expr meet_on_diagonal(Expr product) {
    const EinsumData& data = product.einsum();
    for (const Factor& f : data.factors) {
        if (f.labels.size() != 2 || f.labels[0] == f.labels[1] || f.exponent.num < 0) continue;
        const LabelId a = f.labels[0], b = f.labels[1];
        const bool tied =
            std::any_of(data.factors.begin(), data.factors.end(), [&](const Factor& g) {
                return g.base.op() == Op::identity && g.labels.size() == 2 &&
                       std::min(g.labels[0], g.labels[1]) == std::min(a, b) &&
                       std::max(g.labels[0], g.labels[1]) == std::max(a, b);
            });
        if (tied) continue;
        for (const Factor& g : data.factors) {
            if (g.labels.size() != 2 || g.exponent.num < 0) continue;
            const bool straight = g.labels == f.labels;
            const bool turned = g.labels[0] == b && g.labels[1] == a;
            const auto both = [&](Fact x, Fact y) { return f.base.has(x) && g.base.has(y); };
            const bool meets =
                (turned && (both(Fact::lower, Fact::lower) || both(Fact::upper, Fact::upper))) ||
                (straight && (both(Fact::lower, Fact::upper) || both(Fact::upper, Fact::lower)));
            if (!meets) continue;
            return replace_factors(product.context(), data, {},
                                   {Factor{identity(data.dims[a]), 1, {a, b}}});
        }
    }
    return {};
}

/// (-1)^n squared is 1.
Expr square_units(Expr product) {
    const EinsumData& data = product.einsum();
    for (std::size_t k = 0; k < data.factors.size(); ++k) {
        const Factor& f = data.factors[k];
        if (!is_function(f.base, Fn::pow) || !f.exponent.is_integer()) continue;
        const bool unit = f.base.child(0).op() == Op::constant &&
                          f.base.child(0).number().is_minus_one() &&
                          f.base.child(1).has(Fact::integer);
        if (!unit || f.exponent.num == 1) continue;
        const Rational rest = f.exponent.num % 2 == 0 ? Rational(0) : Rational(1);
        return with_factor(product, k, {Factor{f.base, rest, f.labels}});
    }
    return {};
}

}  // namespace

Expr NormalForm::normal_factors(Expr product) {
    const EinsumData& data = product.einsum();
    EinsumData changed = data;
    bool any = false;
    for (Factor& f : changed.factors) {
        const Expr base = (*this)(f.base);
        any = any || base != f.base;
        f.base = base;
    }
    return any ? einsum(context_, std::move(changed)) : Expr();
}

Expr NormalForm::step(Expr product) {
    const Expr same = normal_factors(product);
    if (same) return same;
    for (Expr (*rule)(Expr) : {primitive_powers, distribute, join_exponentials, function_powers,
                               square_units, turn_antisymmetric, meet_on_diagonal})
        if (const Expr next = rule(product)) return next;
    for (const RewriteRule& rule : constraint_rules())
        if (const Expr next = rule.apply(product)) return next;
    if (const Expr next = unit_determinants(product)) return next;
    if (const Expr next = divide_by_inverses(product)) return next;
    if (const Expr next = divide_by_denominators(product)) return next;
    return {};
}

}  // namespace nabla::passes
