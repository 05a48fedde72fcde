// Equations that are linear behind something that can be undone: divided by the unknown, or inside
// functions that have an inverse. Maximum likelihood is full of them: −n/s + v/s^2 == 0.
#include <algorithm>
#include <optional>
#include <unordered_map>
#include <vector>

#include "ir/build.hpp"
#include "ir/traverse.hpp"
#include "passes/pipeline.hpp"
#include "passes/simplify.hpp"
#include "passes/stationary.hpp"

namespace nabla::passes {

using namespace ir;

namespace {

constexpr int most_steps = 6;
constexpr std::size_t most_candidates = 8;

std::vector<Term> terms_of(Expr e) {
    if (e.op() == Op::sum) return e.sum().terms;
    return {Term{1, e}};
}

/// Each term of a sum changed by itself: products never distribute on their own.
template <class Change>
Expr over_terms(Expr e, const Change& change) {
    Expr total;
    for (const Term& term : terms_of(e)) {
        const Expr made = scale(term.coefficient, change(term.expr));
        total = total ? add(total, made) : made;
    }
    return total ? simplify(total) : e;
}

/// Bases with a negative exponent that multiply a whole term (scalars, or entry by entry), with the
/// lowest exponent over all terms.
std::unordered_map<Expr, Rational, ExprHash> denominators(Expr residual, Expr unknown) {
    std::unordered_map<Expr, Rational, ExprHash> found;
    for (const Term& term : terms_of(residual)) {
        if (term.expr.op() != Op::einsum) continue;
        const EinsumData& data = term.expr.einsum();
        for (const Factor& f : data.factors) {
            const bool whole = f.labels.empty() || f.labels == data.output;
            if (!whole || f.exponent.num >= 0 || !depends_on(f.base, unknown)) continue;
            auto [entry, fresh] = found.emplace(f.base, f.exponent);
            if (!fresh && less(f.exponent, entry->second)) entry->second = f.exponent;
        }
    }
    return found;
}

/// The residual times everything that it divides by; null if it divides by nothing.
Expr without_denominators(Expr residual, Expr unknown) {
    const auto found = denominators(residual, unknown);
    if (found.empty()) return {};
    return over_terms(residual, [&](Expr term) {
        for (const auto& [base, exponent] : found)
            term = multiply(term, power(base, Rational(-exponent.num, exponent.den)));
        return term;
    });
}

/// a in pow(a, b) = value, or b: whichever holds the unknown.
Expr inverse_power(Expr node, std::size_t which, Expr value) {
    const Expr a = node.child(0), b = node.child(1);
    if (which == 1) return divide(map(Fn::log, value), map(Fn::log, a));
    if (!a.has(Fact::nonnegative)) return {};
    return power(value, divide(constant(value.context(), 1), b));
}

/// Argument `which` of a map that makes it equal to `value`; null where there is no one such.
Expr inverse_function(Expr node, std::size_t which, Expr value) {
    const Expr one = constant(value.context(), 1);
    switch (node.map().function) {
        case Fn::pow:
            return inverse_power(node, which, value);
        case Fn::exp:
            return map(Fn::log, value);
        case Fn::log:
            return map(Fn::exp, value);
        case Fn::expm1:
            return map(Fn::log1p, value);
        case Fn::log1p:
            return map(Fn::expm1, value);
        case Fn::cbrt:
            return power(value, Rational(3));
        case Fn::sinh:
            return map(Fn::asinh, value);
        case Fn::asinh:
            return map(Fn::sinh, value);
        case Fn::tanh:
            return map(Fn::atanh, value);
        case Fn::atanh:
            return map(Fn::tanh, value);
        case Fn::atan:
            return map(Fn::tan, value);
        case Fn::asin:
            return map(Fn::sin, value);
        case Fn::acos:
            return map(Fn::cos, value);
        case Fn::sigmoid:
            return subtract(map(Fn::log, value), map(Fn::log, subtract(one, value)));
        case Fn::softplus:
            return map(Fn::log, map(Fn::expm1, value));
        default:
            return {};
    }
}

/// value^(1/e).
Expr root_of(Expr value, const Rational& e) {
    return power(value, e.num < 0 ? Rational(-e.den, -e.num) : Rational(e.den, e.num));
}

/// Something in the residual that all of the unknown stands in, u = f(argument).
struct Outer {
    Expr argument;
    Expr stand_in;          ///< the symbol that stands for u
    Expr residual;          ///< in terms of it
    Op op = Op::map;        ///< map, inverse, or einsum for a power
    Expr node;              ///< map: u itself
    std::size_t which = 0;  ///< map: the argument
    Rational exponent{1};   ///< power
};

class Solver {
public:
    Stationary run(Expr residual, Expr unknown, int steps) {
        Stationary direct = solve_linear(residual, zero_like(residual), unknown);
        const bool open = direct.kind == Linear::nonlinear || direct.kind == Linear::jumping;
        if (!open || steps == 0) return direct;
        if (const Expr cleared = without_denominators(residual, unknown)) {
            Stationary found = run(cleared, unknown, steps - 1);
            if (found.kind == Linear::solved) return inverted(found);
        }
        for (const Outer& outer : outers(residual, unknown)) {
            if (auto found = peel(outer, unknown, steps)) return *found;
        }
        for (const Expr cleared : without_inverses(residual, unknown)) {
            Stationary found = solve_linear(cleared, zero_like(cleared), unknown);
            if (found.kind == Linear::solved) return inverted(found);
        }
        return direct;
    }

private:
    static Expr zero_like(Expr e) {
        return e.is_scalar() ? constant(e.context(), 0) : zeros(e.context(), e.shape());
    }
    static Stationary inverted(Stationary found) {
        found.inverted = true;
        return found;
    }

    /// The residual with its terms multiplied by a matrix whose inverse occurs, on the left, on the
    /// right, and on both sides.
    std::vector<Expr> without_inverses(Expr residual, Expr unknown) const {
        std::vector<Expr> results;
        if (residual.rank() != 2) return results;
        for (Expr node : post_order(residual)) {
            if (node.op() != Op::inverse || !depends_on(node, unknown)) continue;
            if (results.size() >= most_candidates) break;
            const Expr matrix = node.child(0);
            std::vector<Expr> sides{matrix};
            if (!(transpose(matrix) == matrix)) sides.push_back(transpose(matrix));
            for (const Expr side : sides) {
                const auto left = [&](Expr term) { return matmul(side, term); };
                const auto right = [&](Expr term) { return matmul(term, side); };
                if (side.shape()[0] == residual.shape()[0])
                    results.push_back(over_terms(residual, left));
                if (side.shape()[0] == residual.shape()[1]) {
                    results.push_back(over_terms(residual, right));
                    if (side.shape()[0] == residual.shape()[0])
                        results.push_back(
                            over_terms(residual, [&](Expr term) { return right(left(term)); }));
                }
            }
        }
        return results;
    }

    /// Replaces u by a symbol; keeps what then no longer holds the unknown.
    void consider(Outer outer, Expr residual, Expr unknown, Expr from, Expr to,
                  std::vector<Outer>& found) const {
        if (found.size() >= most_candidates) return;
        outer.residual = simplify(substitute(residual, {{from, to}}));
        if (!depends_on(outer.residual, unknown)) found.push_back(std::move(outer));
    }

    std::vector<Outer> outers(Expr residual, Expr unknown) const {
        std::vector<Outer> found;
        Context& context = unknown.context();
        for (Expr node : post_order(residual)) {
            if (!depends_on(node, unknown)) continue;
            if (node.op() == Op::map) {
                const std::vector<Expr>& arguments = node.map().arguments;
                const auto depends = [&](Expr e) { return depends_on(e, unknown); };
                if (std::count_if(arguments.begin(), arguments.end(), depends) != 1) continue;
                const auto holder = std::find_if(arguments.begin(), arguments.end(), depends);
                Outer outer;
                outer.argument = *holder;
                outer.node = node;
                outer.which = static_cast<std::size_t>(holder - arguments.begin());
                outer.stand_in = context.fresh_symbol("u", node.shape(), node.facts());
                if (inverse_function(node, outer.which, outer.stand_in))
                    consider(outer, residual, unknown, node, outer.stand_in, found);
            } else if (node.op() == Op::inverse) {
                Outer outer;
                outer.op = Op::inverse;
                outer.argument = node.child(0);
                outer.stand_in = context.fresh_symbol("U", node.shape());
                consider(outer, residual, unknown, node, outer.stand_in, found);
            } else if (node.op() == Op::einsum) {
                for (const Factor& f : node.einsum().factors) {
                    if (f.exponent == Rational(1) || !depends_on(f.base, unknown)) continue;
                    Outer outer;
                    outer.op = Op::einsum;
                    outer.argument = f.base;
                    outer.exponent = f.exponent;
                    outer.stand_in = context.fresh_symbol("u", f.base.shape(), Fact::positive);
                    const Expr root = root_of(outer.stand_in, f.exponent);
                    consider(outer, residual, unknown, f.base, root, found);
                }
            }
        }
        return found;
    }

    /// u from its equation, then the unknown from f(argument) = u.
    std::optional<Stationary> peel(const Outer& outer, Expr unknown, int steps) {
        const Stationary first = run(outer.residual, outer.stand_in, steps - 1);
        if (first.kind != Linear::solved) return std::nullopt;
        Expr value = undone(outer, first.solution);
        if (!value) {
            Stationary twice;
            twice.kind = Linear::two_valued;
            twice.solution = finish(power(first.solution, Rational(1, 2)));
            return twice;
        }
        const Expr inner = simplify(subtract(outer.argument, value));
        Stationary second = run(inner, unknown, steps - 1);
        if (second.kind != Linear::solved && second.kind != Linear::two_valued) return std::nullopt;
        return inverted(second);
    }

    /// The argument for a value of u; null for a root with two signs.
    static Expr undone(const Outer& outer, Expr value) {
        if (outer.op == Op::map) return inverse_function(outer.node, outer.which, value);
        if (outer.op == Op::inverse) return inverse(value);
        const Rational& e = outer.exponent;
        const bool even = e.num % 2 == 0;
        if (even && !outer.argument.has(Fact::nonnegative)) return {};
        const bool sign_kept = e.den == 1 && !even && !outer.argument.has(Fact::nonnegative);
        if (sign_kept && e.num == 3) return map(Fn::cbrt, value);
        return root_of(value, e);
    }
};

}  // namespace

Stationary solve_closed_form(Expr left, Expr right, Expr unknown) {
    Stationary direct = solve_linear(left, right, unknown);
    if (direct.kind != Linear::nonlinear && direct.kind != Linear::jumping) return direct;
    const Expr residual = simplify(direct.residual);
    Stationary found = Solver().run(residual, unknown, most_steps);
    if (found.kind != Linear::solved && found.kind != Linear::two_valued) return direct;
    found.residual = direct.residual;
    found.jacobian = direct.jacobian;
    if (found.solution) found.solution = finish(found.solution);
    return found;
}

}  // namespace nabla::passes
