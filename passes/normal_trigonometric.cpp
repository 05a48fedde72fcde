// Sines and cosines by the addition theorems: of one term each, times one over the least common
// denominator that the expression's angles have.
#include <algorithm>
#include <numeric>

#include "ir/build.hpp"
#include "ir/einsum.hpp"
#include "passes/normal_form.hpp"
#include "passes/normal_parts.hpp"

namespace nabla::passes {

using namespace ir;

namespace {

constexpr std::int64_t most_multiple = 12;
constexpr std::size_t most_terms = 5;

struct Pair {
    Expr sine, cosine;
};

Pair together(const Pair& a, const Pair& b) {
    return {add(multiply(a.sine, b.cosine), multiply(a.cosine, b.sine)),
            subtract(multiply(a.cosine, b.cosine), multiply(a.sine, b.sine))};
}

/// Sine and cosine of a multiple of π/2.
Pair quarter_turns(Context& context, std::int64_t k) {
    constexpr std::int64_t sines[] = {0, 1, 0, -1};
    const std::int64_t q = ((k % 4) + 4) % 4;
    return {constant(context, sines[q]), constant(context, sines[(q + 1) % 4])};
}

}  // namespace

void NormalForm::note_angles(Expr z) {
    for (const Term& t : as_terms(z)) {
        if (!t.coefficient.is_exact()) continue;
        const std::int64_t den = t.coefficient.rational().den;
        std::int64_t& unit = angles_.emplace(compact(t.expr).core, den).first->second;
        if (std::lcm(unit, den) <= most_multiple) unit = std::lcm(unit, den);
    }
}

Expr NormalForm::trigonometric(Fn f, Expr z) {
    const auto is_asin = [](Expr e) { return is_function(e, Fn::asin); };
    if (f == Fn::sin && is_asin(z)) return z.child(0);
    if (f == Fn::cos && is_asin(z))
        return (*this)(
            power(subtract(constant(context_, 1), power(z.child(0), Rational(2))), Rational(1, 2)));
    const std::vector<Term> terms = as_terms(z);
    if (terms.size() > most_terms || terms.empty()) return map(f, z);
    Pair total{constant(context_, 0), constant(context_, 1)};
    for (const Term& t : terms) {
        if (!t.coefficient.is_exact()) throw NoNormalForm{};
        Rational c = t.coefficient.rational();
        const Compact small = compact(t.expr);
        if (small.core.op() == Op::pi && 2 % c.den == 0) {
            total = together(total, quarter_turns(context_, c.num * (2 / c.den)));
            continue;
        }
        std::int64_t& unit = angles_.emplace(small.core, c.den).first->second;
        if (std::lcm(unit, c.den) <= most_multiple) unit = std::lcm(unit, c.den);
        if (unit % c.den != 0 || std::abs(c.num * (unit / c.den)) > most_multiple) return map(f, z);
        const std::int64_t k = c.num * (unit / c.den);
        const Expr angle = scale(Rational(1, unit), small.core);
        Pair one{map(Fn::sin, angle), map(Fn::cos, angle)};
        for (Expr atom : {one.sine, one.cosine})
            if (atom.op() == Op::map) known_.emplace(atom, atom);
        one = {spread(one.sine, small.axes, z.shape()), spread(one.cosine, small.axes, z.shape())};
        if (k < 0) one.sine = negate(one.sine);
        for (std::int64_t i = 0; i < std::abs(k); ++i) total = together(total, one);
    }
    return (*this)(broadcast(f == Fn::sin ? total.sine : total.cosine, z.shape()));
}

}  // namespace nabla::passes
