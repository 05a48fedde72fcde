#include "passes/stationary.hpp"

#include <cstdlib>
#include <limits>
#include <numeric>

#include "ir/build.hpp"
#include "ir/traverse.hpp"
#include "passes/differentiate.hpp"
#include "passes/pipeline.hpp"
#include "passes/separate.hpp"
#include "passes/simplify.hpp"

namespace nabla::passes {

using namespace ir;

namespace {

Dim entries(Expr e) {
    Dim count = e.context().dim(1);
    for (Dim dim : e.shape()) count = count * dim;
    return count;
}

/// Whether the unknown stands where a slope that does not depend on it proves nothing: in a
/// function with jumps (the slope of sign(x) is 0), or under a division or an inverse, where 0
/// cannot be put in its place.
bool hides(Expr e, Expr unknown) {
    for (Expr node : post_order(e)) {
        switch (node.op()) {
            case Op::constant:
            case Op::pi:
            case Op::dim_value:
            case Op::symbol:
            case Op::identity:
            case Op::sum:
            case Op::selection:
            case Op::iota:
            case Op::reshape:
            case Op::trimask:
                break;
            case Op::einsum:
                for (const Factor& factor : node.einsum().factors) {
                    if (factor.exponent.num < 0 && depends_on(factor.base, unknown)) return true;
                }
                break;
            case Op::map:
            case Op::reduce:
            case Op::inverse:
            case Op::det:
            case Op::adjugate:
            case Op::derivative:
            case Op::chol:
            case Op::eigenvalue:
            case Op::eigenvector:
            case Op::shifted_pinv:
            case Op::expm:
                if (depends_on(node, unknown)) return true;
                break;
        }
    }
    return false;
}

/// The largest number that divides every coefficient of a sum, with the sign that makes the first
/// one positive: 2 X^T X + 2 lambda I is solved as X^T X + lambda I.
Number common_factor(Expr e) {
    if (e.op() != Op::sum || e.sum().terms.empty()) return 1;
    std::int64_t num = 0;
    std::int64_t den = 1;
    for (const Term& term : e.sum().terms) {
        if (!term.coefficient.is_exact()) return 1;
        const Rational& value = term.coefficient.rational();
        if (value.num == std::numeric_limits<std::int64_t>::min()) return 1;
        num = std::gcd(num, std::abs(value.num));
        if (__builtin_mul_overflow(den / std::gcd(den, value.den), value.den, &den)) return 1;
    }
    if (num == 0) return 1;
    const bool negative = e.sum().terms.front().coefficient.is_negative();
    return Number(Rational(negative ? -num : num, den));
}

bool is_square(Expr matrix) { return matrix.shape()[0] == matrix.shape()[1]; }

/// J x = b, for a vector.
Expr solve_vector(Expr jacobian, Expr b) {
    if (jacobian.has(Fact::diagonal)) return divide(b, simplify(diagonal(jacobian)));
    const Number factor = common_factor(jacobian);
    return matmul(inverse(simplify(scale(Number(1) / factor, jacobian))),
                  scale(Number(1) / factor, b));
}

/// `matrix`^-1 with its common factor taken out.
Expr inverse_of(Expr matrix) {
    const Number factor = common_factor(matrix);
    return scale(Number(1) / factor, inverse(simplify(scale(Number(1) / factor, matrix))));
}

/// The entries of both sides below one another: vec(X) = J^-1 vec(b). What Sylvester's equation and
/// all else needs that is no product of matrices.
Expr solve_entries(Expr jacobian, Expr b, Expr unknown) {
    const Dim count = entries(unknown);
    const auto products = unknown.rank() == 2 && b.rank() == 2 ? stacked(jacobian) : std::nullopt;
    const Expr matrix = products ? *products : reshape_by_columns(jacobian, {count, count});
    return reshape_by_columns(solve_vector(simplify(matrix), reshape_by_columns(b, {count})),
                              unknown.shape());
}

Linear solve_matrix(Expr jacobian, Expr b, Expr unknown, Expr& solution) {
    const auto map = separate(jacobian);
    if (!map) {
        solution = solve_entries(jacobian, b, unknown);
        return Linear::solved;
    }
    if (map->entries) {
        solution = divide(b, map->entries);
        return Linear::solved;
    }
    if (!is_square(map->left) || !is_square(map->right)) return Linear::rectangular;
    // left · X · right = b, or with X^T.
    const Expr inner = matmul(matmul(inverse_of(map->left), b), inverse_of(map->right));
    solution = map->transposed ? transpose(inner) : inner;
    return Linear::solved;
}

/// Facts that are equations between the entries of the unknown, which a solution may break.
bool keeps_structure(Expr solution, Expr unknown) {
    if (solution.rank() != 2) return true;
    const auto equal = [](Expr a, Expr b) { return finish(a) == finish(b); };
    const Facts facts = unknown.facts();
    if (facts.has(Fact::symmetric) && !solution.has(Fact::symmetric) &&
        !equal(solution, transpose(solution))) {
        return false;
    }
    if (facts.has(Fact::antisymmetric) && !solution.has(Fact::antisymmetric) &&
        !equal(solution, negate(transpose(solution)))) {
        return false;
    }
    for (const Fact fact : {Fact::diagonal, Fact::lower, Fact::upper}) {
        if (facts.has(fact) && !solution.has(fact)) return false;
    }
    return true;
}

}  // namespace

Stationary solve_linear(Expr left, Expr right, Expr unknown) {
    Context& context = unknown.context();
    Stationary result;
    result.residual = derive(subtract(left, right));
    // From here on the unknown is free: its facts are about the solution, not about the equation.
    const Expr free = context.fresh_symbol(unknown.symbol().name, unknown.shape());
    const Expr residual = simplify(substitute(result.residual, {{unknown, free}}));
    const Expr slope = finish(jacobian(residual, free));
    result.jacobian = substitute(slope, {{free, unknown}});
    if (depends_on(slope, free)) return result;
    if (hides(residual, free)) {
        result.kind = Linear::jumping;
        return result;
    }
    if (is_zero(slope)) {
        result.kind = Linear::constant;
        return result;
    }
    if (!(entries(residual) == entries(unknown)) || (unknown.is_scalar() != residual.is_scalar())) {
        result.kind = Linear::mismatched;
        return result;
    }
    const Expr zero = unknown.is_scalar() ? constant(context, 0) : zeros(context, unknown.shape());
    const Expr b = negate(simplify(substitute(residual, {{free, zero}})));
    result.kind = Linear::solved;
    if (unknown.rank() == 0) {
        result.solution = divide(b, slope);
    } else if (unknown.rank() == 1 && residual.rank() == 1) {
        result.solution = solve_vector(slope, b);
    } else if (unknown.rank() == 2 && residual.rank() == 2) {
        result.kind = solve_matrix(slope, b, unknown, result.solution);
    } else {
        result.solution = solve_entries(slope, b, unknown);
    }
    if (result.kind != Linear::solved) return result;
    result.solution = finish(result.solution);
    if (!keeps_structure(result.solution, unknown)) result.kind = Linear::unstructured;
    return result;
}

}  // namespace nabla::passes
