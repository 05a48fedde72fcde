// Determinants in normal form. det(I + U V) = det(I + V U) (Sylvester) lets any factor that all
// terms of a sum share go round; of all forms that are reached so the least stands for them, which
// for u v^T is a scalar. An invertible term comes out first: det(A + R) = det A det(I + A^-1 R).
#include <algorithm>

#include "ir/build.hpp"
#include "ir/einsum.hpp"
#include "ir/traverse.hpp"
#include "passes/normal_form.hpp"
#include "passes/normal_parts.hpp"

namespace nabla::passes {

using namespace ir;

namespace {

constexpr std::size_t most_forms = 24;

/// Facts that leave a matrix invertible almost everywhere, as the formulas with its inverse need.
bool may_be_inverted(Expr symbol) {
    constexpr Fact others[] = {Fact::antisymmetric, Fact::simplex,  Fact::nonnegative,
                               Fact::nonpositive,   Fact::positive, Fact::negative,
                               Fact::integer};
    return std::none_of(std::begin(others), std::end(others),
                        [&](Fact f) { return symbol.has(f); });
}

bool is_atom(Expr e) {
    if (auto turned = match_permutation(e)) return is_atom(turned->base);
    if (e.op() == Op::inverse) return e.child(0).op() == Op::symbol;
    return e.op() == Op::symbol && may_be_inverted(e);
}

/// The coefficient of the identity in a sum, and the other terms.
struct IdentityPart {
    Expr coefficient, rest;
};

IdentityPart split_identity(Expr matrix) {
    Context& context = matrix.context();
    Expr coefficient = constant(context, 0);
    std::vector<Term> rest;
    for (const Term& t : as_terms(matrix)) {
        EinsumData data = as_product(t.expr);
        // s I, and not s times ones.
        bool scalar_identity = false, others = false;
        for (const Factor& f : data.factors) {
            scalar_identity = scalar_identity || f.base.op() == Op::identity;
            others = others || (f.base.op() != Op::identity && !f.labels.empty());
        }
        if (!scalar_identity || others) {
            rest.push_back(t);
            continue;
        }
        EinsumData scalars;
        for (const Factor& f : data.factors)
            if (f.labels.empty()) scalars.factors.push_back(f);
        coefficient = add(coefficient, scale(t.coefficient, einsum(context, std::move(scalars))));
    }
    return {coefficient, sum(context, std::move(rest), matrix.shape())};
}

/// Shorter sides first, then fewer nodes, then by structure.
bool is_less(Expr a, Expr b) {
    if (a.rank() != b.rank()) return a.rank() < b.rank();
    if (a.rank() > 0 && a.shape()[0] != b.shape()[0]) return less(a.shape()[0], b.shape()[0]);
    const std::size_t x = dag_size(a), y = dag_size(b);
    return x != y ? x < y : compare(a, b) < 0;
}

/// The inverse of a product of symbols and their inverses, if all of them can be inverted.
Expr inverse_of_chain(Expr e) {
    const auto [c, product] = as_terms(e)[0];
    if (as_terms(e).size() != 1 || product.op() != Op::einsum) return {};
    for (const Factor& f : product.einsum().factors) {
        const bool fits = f.labels.empty()
                              ? f.exponent.is_integer()
                              : f.exponent == Rational(1) && is_atom(f.base) &&
                                    f.base.rank() == 2 && f.base.shape()[0] == f.base.shape()[1];
        if (!fits) return {};
    }
    const Expr result = inverse(e);
    bool split = true;
    for (const Factor& f : as_product(as_terms(result)[0].expr).factors)
        split = split && (f.base.op() != Op::inverse || f.base.child(0).op() == Op::symbol);
    return split ? result : Expr();
}

/// Σ coefficient·(factor then rest), the other way round: V U for U V.
Expr turn_round(const SideFactor& parts, bool left) {
    if (parts.factor.rank() == 1)
        return left ? matmul(parts.rest, parts.factor) : matmul(parts.factor, parts.rest);
    return left ? matmul(parts.rest, parts.factor) : matmul(parts.factor, parts.rest);
}

}  // namespace

Expr NormalForm::det_symbol(Expr matrix) {
    const Expr turned = (*this)(transpose(matrix));
    if (compare(turned, matrix) < 0) matrix = turned;
    auto [at, fresh] = determinants_.emplace(matrix, Expr());
    if (fresh) {
        Facts facts;
        if (matrix.has(Fact::pd)) facts.add(Fact::positive);
        if (matrix.has(Fact::psd)) facts.add(Fact::nonnegative);
        at->second = context_.fresh_symbol("det", {}, facts);
        hidden_.emplace(at->second, matrix);
        known_.emplace(at->second, at->second);
    }
    return at->second;
}

/// The determinant of an orthogonal matrix is its own inverse.
Expr NormalForm::unit_determinants(Expr product) {
    const EinsumData& data = product.einsum();
    for (std::size_t k = 0; k < data.factors.size(); ++k) {
        const Factor& f = data.factors[k];
        auto matrix = hidden_.find(f.base);
        if (matrix == hidden_.end() || !matrix->second.has(Fact::orthogonal)) continue;
        if (!f.exponent.is_integer() || f.exponent.num == 1) continue;
        const Rational rest = f.exponent.num % 2 == 0 ? Rational(0) : Rational(1);
        return replace_factors(context_, data, {k}, {Factor{f.base, rest, f.labels}});
    }
    return {};
}

/// The rest is a scalar where one of the forms is. Where R is a product of matrices that can be
/// inverted, det(I + R) is det(R) det(I + R^-1), too.
NormalForm::IdentityRest NormalForm::remainder_of_identity(Expr rest) {
    const Expr one = constant(context_, 1);
    std::vector<IdentityRest> forms{{one, rest}};
    for (std::size_t i = 0; i < forms.size() && forms.size() < most_forms; ++i) {
        const Expr r = forms[i].rest, before = forms[i].before;
        if (r.rank() < 2) continue;
        std::vector<IdentityRest> next;
        if (auto parts = left_factor(r)) next.push_back({before, turn_round(*parts, true)});
        if (auto parts = right_factor(r)) next.push_back({before, turn_round(*parts, false)});
        next.push_back({before, transpose(r)});
        if (const Expr inverse = inverse_of_chain(r); inverse && before == one)
            next.push_back({det_of(r), inverse});
        for (IdentityRest form : next) {
            form.rest = (*this)(form.rest);
            const bool known = std::any_of(forms.begin(), forms.end(), [&](const auto& other) {
                return other.rest == form.rest;
            });
            if (!known) forms.push_back(form);
        }
    }
    const auto least = std::min_element(
        forms.begin(), forms.end(),
        [](const IdentityRest& a, const IdentityRest& b) { return is_less(a.rest, b.rest); });
    if (least->before != one)
        for (const Factor& f : as_product(rest).factors)
            if (f.base.rank() == 2 || f.base.op() == Op::symbol) assume_invertible(f.base);
    return *least;
}

/// det [A, B; C, M] = det A det(M - C A^-1 B), A or else M being what can be inverted; the product
/// of both determinants where B or C is zero.
Expr NormalForm::det_of_blocks(Expr matrix) {
    const std::vector<Expr> parts = parts_of_axis(matrix, 0);
    if (parts.size() != 2 || parts != parts_of_axis(matrix, 1)) return {};
    const auto block = [&](std::size_t i, std::size_t j) {
        return (*this)(part_along(part_along(matrix, 0, parts[i]), 1, parts[j]));
    };
    const Expr a = block(0, 0), b = block(0, 1), c = block(1, 0), m = block(1, 1);
    if (is_zero(b) || is_zero(c)) return (*this)(multiply(det_of(a), det_of(m)));
    const auto eliminate = [&](Expr pivot, Expr left, Expr right, Expr other) {
        assume_invertible(pivot);
        const Expr inner = matmul(left, matmul(inverse_of(pivot), right));
        return (*this)(multiply(det_of(pivot), det_of((*this)(subtract(other, inner)))));
    };
    const auto can_be_pivot = [](Expr e) { return is_atom(e) || e.op() == Op::identity; };
    if (can_be_pivot(a)) return eliminate(a, c, b, m);
    if (can_be_pivot(m)) return eliminate(m, b, c, a);
    return {};
}

Expr NormalForm::det_of(Expr matrix) {
    const Dim n = matrix.shape()[0];
    const Expr size = dim_value(n);
    if (matrix.has(Fact::diagonal) || matrix.has(Fact::lower) || matrix.has(Fact::upper))
        return (*this)(ir::reduce(ReduceKind::prod, (*this)(diagonal(matrix)), {0}));
    const Primitive parts = primitive(matrix, {.scalars_only = true, .either_sign = true});
    if (!parts.trivial)
        return (*this)(multiply(power(parts.content, size), det_of((*this)(parts.rest))));
    for (bool left : {true, false}) {
        // A factor of all terms that is square itself.
        const auto side = left ? left_factor(matrix) : right_factor(matrix);
        if (!side || side->factor.rank() != 2 || side->factor.shape() != matrix.shape()) continue;
        return (*this)(multiply(det_of((*this)(side->factor)), det_of((*this)(side->rest))));
    }
    if (auto turned = match_permutation(matrix)) return det_of((*this)(turned->base));
    if (matrix.op() == Op::inverse) return (*this)(power(det_of(matrix.child(0)), Rational(-1)));
    if (matrix.op() != Op::sum) {
        const Expr other = det(matrix);
        return other.op() == Op::det ? det_symbol(other.child(0)) : (*this)(other);
    }
    if (const Expr blocks = det_of_blocks(matrix)) return blocks;
    auto [coefficient, rest] = split_identity(matrix);
    if (is_zero(rest)) return (*this)(power(coefficient, size));
    if (!is_zero(coefficient)) {
        assume_invertible(coefficient);
        const Expr one = constant(context_, 1);
        const auto [factor, part] =
            remainder_of_identity((*this)(multiply(rest, power(coefficient, Rational(-1)))));
        const Expr before = multiply(factor, power(coefficient, size));
        if (part.is_scalar()) return (*this)(multiply(before, add(one, part)));
        const Expr whole = (*this)(add(identity(part.shape()[0]), part));
        return (*this)(multiply(before, det_symbol(whole)));
    }
    // The least term that can be inverted comes out.
    Expr best;
    for (const Term& t : matrix.sum().terms)
        if (is_atom(t.expr) && (!best || compare(t.expr, best) < 0)) best = t.expr;
    if (!best) return det_symbol(matrix);
    const Expr inverse = (*this)(ir::inverse(best));
    assume_invertible(best);
    return (*this)(multiply(det_of(best), det_of((*this)(matmul(inverse, matrix)))));
}

}  // namespace nabla::passes
