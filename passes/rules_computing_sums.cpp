// Sums that cancel, in the form that does not. Where one form does not serve all arguments, `where`
// chooses; both sides are computed, entry by entry, and what is not taken contributes nothing.
#include "ir/einsum.hpp"
#include "passes/computing_form.hpp"
#include "passes/rule_patterns.hpp"

namespace nabla::passes {

using namespace ir;

namespace {

Expr square(Expr e) { return power(e, Rational(2)); }

bool opposite(const Number& a, const Number& b) { return a == -b; }

/// c (exp u − 1) is c expm1(u).
Expr exp_minus_one(Expr e) {
    return beside_constant(e, [](const Number& c, const Term& t) {
        if (!is_map(t.expr, Fn::exp) || !opposite(c, t.coefficient)) return Expr();
        return scale(t.coefficient, map(Fn::expm1, t.expr.child(0)));
    });
}

/// c (cosh u − 1) is 2c sinh(u/2)^2.
Expr cosh_minus_one(Expr e) {
    return beside_constant(e, [](const Number& c, const Term& t) {
        if (!is_map(t.expr, Fn::cosh) || !opposite(c, t.coefficient)) return Expr();
        Expr half = scale(Rational(1, 2), t.expr.child(0));
        return scale(Number(2) * t.coefficient, square(map(Fn::sinh, half)));
    });
}

/// c (1 − cos u) is 2c sin(u/2)^2.
Expr one_minus_cos(Expr e) {
    return beside_constant(e, [](const Number& c, const Term& t) {
        if (!is_map(t.expr, Fn::cos) || !opposite(c, t.coefficient)) return Expr();
        Expr half = scale(Rational(1, 2), t.expr.child(0));
        return scale(Number(2) * c, square(map(Fn::sin, half)));
    });
}

/// c (1 − tanh(u)^2) is 4c σ(2u) σ(−2u); 1 − sin^2 is cos^2, 1 − 1/tanh^2 is −1/sinh^2.
Expr one_minus_square_of_function(Expr e) {
    return beside_constant(e, [](const Number& c, const Term& t) {
        Expr g = base_of_power(t.expr, Rational(-2));
        if (g && is_map(g, Fn::tanh) && opposite(c, t.coefficient))
            return scale(-c, power(map(Fn::sinh, g.child(0)), Rational(-2)));
        Expr f = base_of_power(t.expr, Rational(2));
        if (!f || !opposite(c, t.coefficient) || f.op() != Op::map || f.child_count() != 1)
            return Expr();
        Expr u = f.child(0), twice = scale(2, u);
        if (is_map(f, Fn::tanh))
            return scale(Number(4) * c,
                         multiply(map(Fn::sigmoid, twice), map(Fn::sigmoid, negate(twice))));
        if (is_map(f, Fn::sin)) return scale(c, square(map(Fn::cos, u)));
        if (is_map(f, Fn::cos)) return scale(c, square(map(Fn::sin, u)));
        if (is_map(f, Fn::cosh)) return scale(-c, square(map(Fn::sinh, u)));
        return Expr();
    });
}

/// c (1 ± tanh u) is 2c σ(±2u).
Expr one_plus_tanh(Expr e) {
    return beside_constant(e, [](const Number& c, const Term& t) {
        if (!is_map(t.expr, Fn::tanh)) return Expr();
        const bool minus = opposite(c, t.coefficient);
        if (!minus && !(c == t.coefficient)) return Expr();
        return scale(Number(2) * c, map(Fn::sigmoid, scale(minus ? -2 : 2, t.expr.child(0))));
    });
}

/// c (1 ± erf u) is c erfc(∓u).
Expr one_plus_erf(Expr e) {
    return beside_constant(e, [](const Number& c, const Term& t) {
        if (!is_map(t.expr, Fn::erf)) return Expr();
        const bool minus = opposite(c, t.coefficient);
        if (!minus && !(c == t.coefficient)) return Expr();
        return scale(c, map(Fn::erfc, scale(minus ? 1 : -1, t.expr.child(0))));
    });
}

/// c (σ(u) − 1/2) is c/2 tanh(u/2).
Expr sigmoid_minus_half(Expr e) {
    return beside_constant(e, [](const Number& c, const Term& t) {
        if (!is_map(t.expr, Fn::sigmoid) || !opposite(Number(2) * c, t.coefficient)) return Expr();
        return scale(-c, map(Fn::tanh, scale(Rational(1, 2), t.expr.child(0))));
    });
}

/// c − d x^2 is d (r − |x|) (r + |x|) with r^2 = c/d, where r is a number; for x = 1 + a without
/// the bars, so that the ones cancel.
Expr constant_minus_square(Expr e) {
    return beside_constant(e, [&](const Number& c, const Term& t) {
        Expr x = base_of_power(t.expr, Rational(2));
        if (!x || (c.is_negative() == t.coefficient.is_negative())) return Expr();
        auto r = exact_power(c / -t.coefficient, Rational(1, 2));
        if (!r || !r->is_exact()) return Expr();
        Expr size = x.op() == Op::sum ? x : map(Fn::abs, x);
        Expr bound = broadcast(constant(e.context(), *r), size.shape());
        return scale(-t.coefficient, multiply(subtract(bound, size), add(bound, size)));
    });
}

/// c a^2 − c b^2 is c (a − b) (a + b).
Expr difference_of_squares(Expr e) {
    return for_pairs(e, [](const Term& s, const Term& t) {
        if (!opposite(s.coefficient, t.coefficient) || s.coefficient.is_negative()) return Expr();
        Expr a = base_of_power(s.expr, Rational(2)), b = base_of_power(t.expr, Rational(2));
        if (!a || !b) return Expr();
        return scale(s.coefficient, multiply(subtract(a, b), add(a, b)));
    });
}

std::size_t terms_of(Expr e) { return e.op() == Op::sum ? e.sum().terms.size() : 1; }

/// c √u − d v is (c²u − d²v²)/(c √u + d v) where terms of the difference of squares cancel:
/// √(1 + x) − 1, √(x² + 1) − x. Taken where 2 d v > c √u: elsewhere nothing cancels, and the
/// squares could overflow.
Expr conjugate(Expr e) {
    if (e.op() != Op::sum || e.sum().terms.size() != 2) return {};
    for (int first : {0, 1}) {
        const Term& s = e.sum().terms[static_cast<std::size_t>(first)];
        const Term& t = e.sum().terms[static_cast<std::size_t>(1 - first)];
        Expr u = base_of_power(s.expr, Rational(1, 2));
        if (!u || s.coefficient.is_negative() == t.coefficient.is_negative()) continue;
        const Number c = s.coefficient, d = -t.coefficient;
        Expr difference = subtract(scale(c * c, u), scale(d * d, square(t.expr)));
        if (terms_of(difference) >= terms_of(u)) continue;
        Expr whole = scale(c, s.expr), part = scale(d, t.expr);
        Expr quotient = divide(difference, add(whole, part));
        const bool minus = c.is_negative();
        Expr near = map(Fn::greater, {scale(minus ? -2 : 2, part), minus ? negate(whole) : whole});
        return map(Fn::where, {near, quotient, e});
    }
    return {};
}

constexpr RewriteRule rules[] = {
    {"exp(x) - 1 = expm1(x)", exp_minus_one},
    {"cosh(x) - 1 = 2 sinh(x/2)^2", cosh_minus_one},
    {"1 - cos(x) = 2 sin(x/2)^2", one_minus_cos},
    {"1 - tanh(x)^2 = 4 sigmoid(2 x) sigmoid(-2 x)", one_minus_square_of_function},
    {"1 - tanh(x) = 2 sigmoid(-2 x)", one_plus_tanh},
    {"1 + erf(x) = erfc(-x)", one_plus_erf},
    {"sigmoid(x) - 1/2 = tanh(x/2)/2", sigmoid_minus_half},
    {"1 - x^2 = (1 - |x|) (1 + |x|)", constant_minus_square},
    {"a^2 - b^2 = (a - b) (a + b)", difference_of_squares},
    {"sqrt(1 + x) - 1 = x/(sqrt(1 + x) + 1)", conjugate},
};

}  // namespace

std::span<const RewriteRule> computing_sum_rules() { return rules; }

}  // namespace nabla::passes
