#include "passes/stationary.hpp"

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <limits>
#include <numeric>

#include "ir/build.hpp"
#include "ir/traverse.hpp"
#include "passes/differentiate.hpp"
#include "passes/generic_rank.hpp"
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
            case Op::sylvester:
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

/// The vector of a diagonal matrix, term by term.
Expr diagonal_of(Expr matrix) {
    if (matrix.op() != Op::sum) return diagonal(matrix);
    Expr total;
    for (const Term& term : matrix.sum().terms) {
        const Expr made = scale(term.coefficient, diagonal(term.expr));
        total = total ? total + made : made;
    }
    return total ? total : diagonal(matrix);
}

/// J x = b, for a vector.
Expr solve_vector(Expr jacobian, Expr b) {
    if (jacobian.has(Fact::diagonal)) return divide(b, simplify(diagonal_of(jacobian)));
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

/// A X B + C X D = b, or with X^T; null if the map is no such sum of square matrices. `mirrored` is
/// that of separate_sum.
Expr solve_two_terms(Expr jacobian, Expr b, int mirrored = 0) {
    auto terms = separate_sum(jacobian, mirrored);
    if (!terms || terms->empty() || terms->size() > 2) return {};
    if (terms->size() == 1) {
        MatrixMap nothing = terms->front();
        nothing.left = scale(0, nothing.left);
        terms->push_back(nothing);
    }
    Number common;
    for (MatrixMap& term : *terms) {
        if (!is_square(term.left) || !is_square(term.right)) return {};
        term.left = simplify(term.left);
        term.right = simplify(term.right);
        if (is_zero(term.left)) continue;
        const Number factor = common_factor(term.left) * common_factor(term.right);
        if (&term == &terms->front()) common = factor;
        if (!(factor == common)) common = 1;
    }
    MatrixMap &first = terms->front(), &second = terms->back();
    first.left = scale(Number(1) / common, first.left);
    second.left = scale(Number(1) / common, second.left);
    const Expr x = sylvester(first.left, first.right, second.left, second.right,
                             simplify(scale(Number(1) / common, b)));
    return first.transposed ? transpose(x) : x;
}

Linear solve_matrix(Expr jacobian, Expr b, Expr unknown, Expr& solution) {
    const auto map = separate(jacobian);
    if (!map) {
        solution = solve_two_terms(jacobian, b);
        if (!solution) solution = solve_entries(jacobian, b, unknown);
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

constexpr Fact structures[] = {Fact::diagonal, Fact::symmetric, Fact::antisymmetric, Fact::lower,
                               Fact::upper};

bool is_structured(Expr unknown) {
    return unknown.rank() == 2 && std::any_of(std::begin(structures), std::end(structures),
                                              [&](Fact fact) { return unknown.has(fact); });
}

/// `residual` is linear in the symbol `free`, of its shape or as many entries.
Stationary solve_free(Expr residual, Expr free) {
    Context& context = free.context();
    Stationary result;
    const Expr slope = finish(jacobian(residual, free));
    result.jacobian = slope;
    if (depends_on(slope, free)) return result;
    if (hides(residual, free)) {
        result.kind = Linear::jumping;
        return result;
    }
    if (is_zero(slope)) {
        result.kind = Linear::constant;
        return result;
    }
    if (!(entries(residual) == entries(free)) || (free.is_scalar() != residual.is_scalar())) {
        result.kind = Linear::mismatched;
        return result;
    }
    const Expr zero = free.is_scalar() ? constant(context, 0) : zeros(context, free.shape());
    const Expr b = negate(simplify(substitute(residual, {{free, zero}})));
    result.kind = Linear::solved;
    if (free.rank() == 0) {
        result.solution = divide(b, slope);
    } else if (free.rank() == 1 && residual.rank() == 1) {
        result.solution = solve_vector(slope, b);
    } else if (free.rank() == 2 && residual.rank() == 2) {
        result.kind = solve_matrix(slope, b, free, result.solution);
    } else {
        result.solution = solve_entries(slope, b, free);
    }
    if (result.kind == Linear::solved && free.rank() > 0 && always_singular(slope))
        result.kind = Linear::singular;
    return result;
}

/// A X^T B is A X B where X is symmetric (−A X B where it is antisymmetric): the equation written
/// without transposes, if its solution is known to be as X is declared.
std::optional<Stationary> solve_mirrored(Expr residual, Expr unknown) {
    const int mirrored = unknown.has(Fact::symmetric)       ? 1
                         : unknown.has(Fact::antisymmetric) ? -1
                                                            : 0;
    if (mirrored == 0 || unknown.has(Fact::diagonal)) return std::nullopt;
    Context& context = unknown.context();
    const Expr free = context.fresh_symbol(unknown.symbol().name, unknown.shape());
    const Expr loose = simplify(substitute(residual, {{unknown, free}}));
    const Expr slope = finish(jacobian(loose, free));
    if (depends_on(slope, free) || hides(loose, free)) return std::nullopt;
    const Expr b = negate(simplify(substitute(loose, {{free, zeros(context, free.shape())}})));
    Stationary result;
    result.solution = solve_two_terms(slope, b, mirrored);
    if (!result.solution) return std::nullopt;
    result.solution = finish(result.solution);
    if (!keeps_structure(result.solution, unknown)) return std::nullopt;
    result.kind = Linear::solved;
    return result;
}

/// In the space that the unknown's facts declare, if the equation lies in it too: as many equations
/// as entries that are free. A diagonal matrix is sought as a vector. For the others, with P the
/// projection on the space, R(P Z) + Z − P Z = 0 is an equation for any Z; its solution is P Z.
std::optional<Stationary> solve_structured(Expr residual, Expr unknown) {
    if (residual.rank() != 2) return std::nullopt;
    Context& context = unknown.context();
    const std::string& name = unknown.symbol().name;
    Stationary result;
    if (auto mirrored = solve_mirrored(residual, unknown)) return mirrored;
    if (!(finish(project(residual, unknown)) == finish(residual))) return std::nullopt;
    if (unknown.has(Fact::diagonal)) {
        const Expr free = context.fresh_symbol(name, {unknown.shape()[0]});
        const Expr entries = simplify(diagonal(substitute(residual, {{unknown, diagonal(free)}})));
        result = solve_free(entries, free);
        if (result.kind == Linear::solved) result.solution = diagonal(result.solution);
        return result;
    }
    const Expr free = context.fresh_symbol(name, unknown.shape());
    const Expr inside = project(free, unknown);
    const Expr whole = substitute(residual, {{unknown, inside}}) + free - inside;
    result = solve_free(simplify(whole), free);
    if (result.kind == Linear::solved) result.solution = project(result.solution, unknown);
    return result;
}

}  // namespace

Stationary solve_linear(Expr left, Expr right, Expr unknown) {
    const Expr equation = derive(subtract(left, right));
    // From here on the unknown is free: its facts are about the solution, not about the equation.
    const Expr free = unknown.context().fresh_symbol(unknown.symbol().name, unknown.shape());
    Stationary result = solve_free(simplify(substitute(equation, {{unknown, free}})), free);
    result.residual = equation;
    result.jacobian = substitute(result.jacobian, {{free, unknown}});
    if (result.kind == Linear::solved) result.solution = finish(result.solution);
    const bool loose = result.kind == Linear::solved && !keeps_structure(result.solution, unknown);
    if (!loose && (result.kind != Linear::singular || !is_structured(unknown))) return result;
    if (loose) result.kind = Linear::unstructured;
    auto inside = solve_structured(equation, unknown);
    if (!inside || inside->kind != Linear::solved) return result;
    result.kind = Linear::solved;
    result.solution = finish(inside->solution);
    if (!keeps_structure(result.solution, unknown)) result.kind = Linear::unstructured;
    return result;
}

}  // namespace nabla::passes
