// Inverses in normal form: without scalar factors, of the sum or of its transpose but not both, and
// multiplied out where a formula exists (diagonal matrices, rank-one changes of them).
#include <algorithm>

#include "ir/build.hpp"
#include "ir/einsum.hpp"
#include "passes/normal_form.hpp"
#include "passes/normal_parts.hpp"

namespace nabla::passes {

using namespace ir;

namespace {

/// u v^T, with the scalars that stand before it.
struct Outer {
    Expr scale, left, right;
};

std::optional<Outer> outer_product(Expr term) {
    if (term.op() != Op::einsum || term.rank() != 2) return std::nullopt;
    const EinsumData& data = term.einsum();
    // Everything that hangs together with the first output, and the rest.
    std::vector<bool> with_first(data.dims.size(), false);
    with_first[data.output[0]] = true;
    for (bool more = true; more;) {
        more = false;
        for (const Factor& f : data.factors) {
            const bool touches = std::any_of(f.labels.begin(), f.labels.end(),
                                             [&](LabelId l) { return with_first[l]; });
            for (LabelId l : f.labels)
                if (touches && !with_first[l]) with_first[l] = more = true;
        }
    }
    if (with_first[data.output[1]]) return std::nullopt;
    EinsumData scalars, left = data, right = data;
    std::vector<std::size_t> not_left, not_right;
    for (std::size_t k = 0; k < data.factors.size(); ++k) {
        const Factor& f = data.factors[k];
        if (f.labels.empty()) scalars.factors.push_back(f);
        const bool first = !f.labels.empty() && with_first[f.labels[0]];
        if (!first) not_left.push_back(k);
        if (first || f.labels.empty()) not_right.push_back(k);
    }
    left.output = {data.output[0]};
    right.output = {data.output[1]};
    Context& context = term.context();
    return Outer{einsum(context, std::move(scalars)), replace_factors(context, left, not_left, {}),
                 replace_factors(context, right, not_right, {})};
}

}  // namespace

Expr NormalForm::inverse_of(Expr matrix) {
    if (is_zero(matrix)) throw NoNormalForm{};
    const Primitive parts = primitive(matrix, {.scalars_only = true, .either_sign = true});
    if (!parts.trivial)
        return (*this)(
            multiply(power(parts.content, Rational(-1)), inverse_of((*this)(parts.rest))));
    if (matrix.op() != Op::symbol) assume_invertible(matrix);
    if (matrix.has(Fact::diagonal) && matrix.op() == Op::sum)
        return (*this)(diagonal(power((*this)(diagonal(matrix)), Rational(-1))));
    if (matrix.op() == Op::sum) {
        // A diagonal D + u v^T: D^-1 - D^-1 u v^T D^-1 / (1 + v^T D^-1 u).
        std::vector<Term> rest;
        std::optional<Outer> change;
        int changes = 0;
        for (const Term& t : matrix.sum().terms) {
            auto outer = outer_product(t.expr);
            if (!outer) {
                rest.push_back(t);
                continue;
            }
            ++changes;
            change = outer;
            change->scale = scale(t.coefficient, outer->scale);
        }
        const Expr kept = sum(context_, rest, matrix.shape());
        if (changes == 1 && kept.has(Fact::diagonal) && !is_zero(kept)) {
            const Expr inner = inverse_of(kept);
            const Expr left = matmul(inner, change->left), right = matmul(change->right, inner);
            const Expr below = (*this)(
                add(constant(context_, 1), multiply(change->scale, matmul(change->right, left))));
            if (is_zero(below)) throw NoNormalForm{};
            assume_invertible(below);
            return (*this)(
                subtract(inner, multiply(divide(change->scale, below), outer(left, right))));
        }
        const Expr turned = (*this)(transpose(matrix));
        if (turned != matrix && compare(turned, matrix) < 0 && !matrix.has(Fact::symmetric)) {
            const Expr other = transpose(inverse(turned));
            known_.emplace(other, other);
            if (other.op() == Op::einsum) return other;
        }
    }
    if (matrix.op() == Op::identity) return matrix;
    const Expr result = inverse(matrix);
    if (result.op() == Op::inverse) return result;
    // A chain, or the transpose of another inverse, whose argument is normal as well.
    if (auto turned = match_permutation(result); turned && turned->base.op() == Op::inverse) {
        known_.emplace(turned->base, turned->base);
        return result;
    }
    return (*this)(result);
}

}  // namespace nabla::passes
