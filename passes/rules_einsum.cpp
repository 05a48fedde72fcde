// Identities of products: what sums to one, what is its own inverse.
#include <algorithm>

#include "ir/build.hpp"
#include "ir/einsum.hpp"
#include "passes/rules.hpp"

namespace nabla::passes {

using namespace ir;

Expr without_labels(Context& context, const EinsumData& data, const Labels& gone) {
    Labels rename(data.dims.size());
    EinsumData result;
    for (LabelId l = 0; l < data.dims.size(); ++l) {
        if (std::find(gone.begin(), gone.end(), l) != gone.end()) continue;
        rename[l] = static_cast<LabelId>(result.dims.size());
        result.dims.push_back(data.dims[l]);
    }
    for (Factor f : data.factors) {
        for (LabelId& l : f.labels) l = rename[l];
        result.factors.push_back(std::move(f));
    }
    for (LabelId l : data.output) result.output.push_back(rename[l]);
    return einsum(context, std::move(result));
}

namespace {

int occurrences(const EinsumData& data, LabelId label) {
    int count = 0;
    for (const Factor& f : data.factors)
        count += static_cast<int>(std::count(f.labels.begin(), f.labels.end(), label));
    return count;
}

bool is_summed_alone(const EinsumData& data, LabelId label) {
    return occurrences(data, label) == 1 &&
           std::find(data.output.begin(), data.output.end(), label) == data.output.end();
}

Expr without_factor(Expr e, std::size_t k, const Labels& gone) {
    EinsumData data = e.einsum();
    data.factors.erase(data.factors.begin() + static_cast<std::ptrdiff_t>(k));
    return without_labels(e.context(), data, gone);
}

/// Σ_i softmax(z)_i = 1 along the axes of the softmax.
Expr softmax_sums_to_one(Expr e) {
    if (e.op() != Op::einsum) return {};
    const EinsumData& data = e.einsum();
    for (std::size_t k = 0; k < data.factors.size(); ++k) {
        const Factor& f = data.factors[k];
        if (f.exponent != Rational(1)) continue;
        auto match = match_softmax(f.base);
        if (!match) continue;
        Labels gone;
        for (auto axis : match->axes)
            if (is_summed_alone(data, f.labels[axis])) gone.push_back(f.labels[axis]);
        if (gone.size() == match->axes.size()) return without_factor(e, k, gone);
    }
    return {};
}

/// sum(p) = 1 for a symbol declared `simplex`.
Expr simplex_sums_to_one(Expr e) {
    if (e.op() != Op::einsum) return {};
    const EinsumData& data = e.einsum();
    for (std::size_t k = 0; k < data.factors.size(); ++k) {
        const Factor& f = data.factors[k];
        bool simplex = f.base.op() == Op::symbol && f.base.has(Fact::simplex) &&
                       f.base.rank() == 1 && f.exponent == Rational(1);
        if (simplex && is_summed_alone(data, f.labels[0]))
            return without_factor(e, k, {f.labels[0]});
    }
    return {};
}

/// Q^T Q = Q Q^T = I for a square symbol declared `orthogonal`.
Expr orthogonal_cancels(Expr e) {
    if (e.op() != Op::einsum) return {};
    EinsumData data = e.einsum();
    for (std::size_t i = 0; i < data.factors.size(); ++i) {
        const Factor f = data.factors[i];
        bool orthogonal = f.base.op() == Op::symbol && f.base.has(Fact::orthogonal) &&
                          f.base.rank() == 2 && f.base.shape()[0] == f.base.shape()[1];
        if (!orthogonal) continue;
        for (std::size_t slot : {std::size_t{0}, std::size_t{1}}) {
            // Σ_i Q_ij^2 = 1 for each j, and the same along the rows.
            if (f.exponent != Rational(2) || !is_summed_alone(data, f.labels[slot])) continue;
            data.factors[i] =
                Factor{ones(e.context(), {f.base.shape()[0]}), 1, {f.labels[1 - slot]}};
            return without_labels(e.context(), data, {f.labels[slot]});
        }
        for (std::size_t j = i + 1; j < data.factors.size(); ++j) {
            const Factor& g = data.factors[j];
            if (g.base != f.base || f.exponent != Rational(1) || g.exponent != Rational(1))
                continue;
            for (std::size_t slot : {std::size_t{0}, std::size_t{1}}) {
                LabelId shared = f.labels[slot];
                bool summed =
                    std::find(data.output.begin(), data.output.end(), shared) == data.output.end();
                if (g.labels[slot] != shared || !summed || occurrences(data, shared) != 2) continue;
                Factor delta{
                    identity(f.base.shape()[0]), 1, {f.labels[1 - slot], g.labels[1 - slot]}};
                data.factors[i] = delta;
                data.factors.erase(data.factors.begin() + static_cast<std::ptrdiff_t>(j));
                return without_labels(e.context(), data, {shared});
            }
        }
    }
    return {};
}

/// Σ_i (a_i + b_i − c) with c = Σ_i (a_i + b_i)/n: the terms that vary stay together.
Expr without_mean(Expr e) {
    EinsumData varying = e.einsum(), constant = e.einsum();
    const SumData& data = e.einsum().factors[0].base.sum();
    std::vector<Term> rest, same;
    for (const Term& t : data.terms) (match_broadcast(t.expr) ? same : rest).push_back(t);
    if (rest.empty() || same.empty()) return {};
    const Shape& shape = e.einsum().factors[0].base.shape();
    varying.factors[0].base = sum(e.context(), std::move(rest), shape);
    constant.factors[0].base = sum(e.context(), std::move(same), shape);
    Expr total = einsum(e.context(), std::move(varying));
    Expr result = add(total, einsum(e.context(), std::move(constant)));
    // Smaller where the sum of what varies has met its like among the numbers.
    bool met =
        result.op() != Op::sum || std::none_of(result.sum().terms.begin(), result.sum().terms.end(),
                                               [&](const Term& t) { return t.expr == total; });
    return met ? result : Expr();
}

Expr sum_of_terms_that_cancel(Expr e);

/// A term of such a sum, where sums of deviations among its scalar factors are 0 already.
Expr without_vanishing_sums(Expr term) {
    if (term.op() != Op::einsum) return term;
    if (Expr shorter = sum_of_terms_that_cancel(term)) return shorter;
    for (const Factor& f : term.einsum().factors) {
        if (!f.labels.empty() || f.exponent.num < 0) continue;
        Expr inner = sum_of_terms_that_cancel(f.base);
        if (inner && is_zero(inner)) return zeros(term.context(), term.shape());
    }
    return term;
}

/// Σ_i (x_i − c) is Σ_i x_i − n c where terms cancel or collect: the one place where a sum is
/// distributed, and only to something with fewer terms (deviations from a mean sum to 0).
Expr sum_of_terms_that_cancel(Expr e) {
    if (e.op() != Op::einsum || e.einsum().factors.size() != 1) return {};
    const EinsumData& data = e.einsum();
    const Factor& f = data.factors[0];
    if (f.base.op() != Op::sum || f.exponent != Rational(1)) return {};
    std::vector<Term> terms;
    for (const Term& t : f.base.sum().terms) {
        EinsumData part = data;
        part.factors[0].base = t.expr;
        Expr product = einsum(e.context(), std::move(part));
        terms.push_back(Term{t.coefficient, without_vanishing_sums(product)});
    }
    Expr result = sum(e.context(), std::move(terms), e.shape());
    std::size_t left = result.op() == Op::sum ? result.sum().terms.size() : 1;
    if (left < f.base.sum().terms.size()) return result;
    return without_mean(e);
}

constexpr RewriteRule structural[] = {
    {"a softmax sums to 1", softmax_sums_to_one},
    {"a sum of terms that cancel", sum_of_terms_that_cancel},
};

constexpr RewriteRule constraint[] = {
    {"a simplex sums to 1", simplex_sums_to_one},
    {"Q^T Q = I", orthogonal_cancels},
};

}  // namespace

std::span<const RewriteRule> structural_rules() { return structural; }
std::span<const RewriteRule> constraint_rules() { return constraint; }

}  // namespace nabla::passes
