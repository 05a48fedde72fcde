#include "ir/einsum.hpp"

#include <algorithm>

#include "nabla/error.hpp"

namespace nabla::ir {
namespace {

void check(const EinsumData& data) {
    for (const Factor& f : data.factors) {
        if (f.labels.size() != f.base.rank()) throw InternalError("einsum: labels and rank differ");
        for (std::size_t axis = 0; axis < f.labels.size(); ++axis)
            if (f.labels[axis] >= data.dims.size() ||
                data.dims[f.labels[axis]] != f.base.shape()[axis])
                throw InternalError("einsum: a label's dimension and the factor's shape differ: " +
                                    to_string(f.base.shape()));
    }
    for (std::size_t i = 0; i < data.output.size(); ++i)
        for (std::size_t j = 0; j < i; ++j)
            if (data.output[i] == data.output[j])
                throw InternalError("einsum: output labels must be distinct");
}

Shape shape_of(const EinsumWork& work) {
    Shape shape;
    for (LabelId l : work.output) shape.push_back(work.dims[l]);
    return shape;
}

Expr scaled(Context& context, const Number& coefficient, Expr e) {
    if (coefficient.is_one()) return e;
    return sum(context, {Term{coefficient, e}}, e.shape());
}

/// A permutation of a Sum's axes moves into the Sum, so that (A + B)^T and A^T + B^T are one node.
Expr permute_sum(const EinsumWork& work) {
    const Factor& factor = work.factors[0];
    // Only the labels in use: a stray one would count as a free sum.
    EinsumData data{{}, {}, shape_of(work)};
    Labels labels;
    for (LabelId l = 0; l < work.output.size(); ++l) data.output.push_back(l);
    for (LabelId l : factor.labels) {
        auto at = std::find(work.output.begin(), work.output.end(), l) - work.output.begin();
        labels.push_back(static_cast<LabelId>(at));
    }
    std::vector<Term> terms;
    for (const Term& t : factor.base.sum().terms) {
        data.factors = {Factor{t.expr, 1, labels}};
        terms.push_back(Term{t.coefficient * work.coefficient, einsum(work.context, data)});
    }
    return sum(work.context, std::move(terms), shape_of(work));
}

/// A scalar Sum spread over a shape is the Sum of its terms spread: `x + a - 1` has three terms.
bool is_spread_sum(const EinsumWork& work) {
    return work.factors.size() == 1 && !work.output.empty() && work.factors[0].labels.empty() &&
           work.factors[0].exponent == Rational(1) && work.factors[0].base.op() == Op::sum;
}

Expr spread_sum(const EinsumWork& work) {
    Shape shape = shape_of(work);
    std::vector<Term> terms;
    for (const Term& t : work.factors[0].base.sum().terms)
        terms.push_back(Term{t.coefficient * work.coefficient, broadcast(t.expr, shape)});
    return sum(work.context, std::move(terms), shape);
}

bool is_permutation(const EinsumWork& work) {
    if (work.factors.size() != 1) return false;
    const Factor& f = work.factors[0];
    return f.exponent == Rational(1) && f.labels.size() == work.output.size() &&
           std::is_permutation(f.labels.begin(), f.labels.end(), work.output.begin());
}

Expr finish(EinsumWork& work) {
    Context& context = work.context;
    Shape shape = shape_of(work);
    if (work.zero) return zeros(context, shape);
    if (work.factors.empty() && work.output.empty()) return constant(context, work.coefficient);
    if (work.factors.size() == 1 && is_permutation(work)) {
        const Factor& f = work.factors[0];
        if (f.labels == work.output) return scaled(context, work.coefficient, f.base);
        if (f.base.op() == Op::sum) return permute_sum(work);  // a factor that became a sum
        if (f.base.op() == Op::identity) return scaled(context, work.coefficient, f.base);
    }
    if (is_spread_sum(work)) return spread_sum(work);
    canonical_labels(work);
    if (work.factors.size() == 1 && is_permutation(work) && work.factors[0].labels == work.output)
        return scaled(context, work.coefficient, work.factors[0].base);
    Node node{};
    node.op = Op::einsum;
    node.shape = shape;
    node.data = EinsumData{work.factors, work.output, work.dims};
    return scaled(context, work.coefficient, context.intern(std::move(node)));
}

}  // namespace

bool EinsumWork::is_output(LabelId label) const {
    return std::find(output.begin(), output.end(), label) != output.end();
}

int EinsumWork::occurrences(LabelId label) const {
    int count = 0;
    for (const Factor& f : factors)
        count += static_cast<int>(std::count(f.labels.begin(), f.labels.end(), label));
    return count;
}

void EinsumWork::relabel(LabelId from, LabelId to) {
    for (Factor& f : factors) std::replace(f.labels.begin(), f.labels.end(), from, to);
}

namespace {

Expr canonical_product(Context& context, EinsumData data) {
    EinsumWork work{context, 1, std::move(data.factors), std::move(data.output),
                    std::move(data.dims)};
    // Before anything else: the choice between S and S^T in a product asks for this one.
    if (is_permutation(work) && work.factors[0].base.op() == Op::sum)
        return work.factors[0].labels == work.output ? work.factors[0].base : permute_sum(work);
    // A summed label that no factor carries multiplies by its extent. Only labels that the caller
    // gave count: rewriting may leave unused ones behind.
    for (LabelId l = 0; l < work.dims.size(); ++l)
        if (!work.is_output(l) && work.occurrences(l) == 0)
            work.factors.push_back(Factor{dim_value(work.dims[l]), 1, {}});
    // Every step shrinks the product (factors, nesting or labels); the bound guards against a
    // mistake in that argument.
    for (int round = 0; round < 1000 && !work.zero; ++round) {
        context.spend(32 * work.factors.size() + work.dims.size());
        bool changed = merge_equal_factors(work);
        changed = simplify_factors(work) || changed;
        if (work.zero) break;
        changed = eliminate_identities(work) || changed;
        changed = reduce_selections(work) || changed;
        if (work.zero) break;
        changed = simplify_selectors(work) || changed;
        changed = cancel_inverses(work) || changed;
        changed = cancel_product_inverses(work) || changed;
        if (changed) continue;
        if (auto expanded = expand_reshapes(work)) return *expanded;
        if (merge_reshapes(work)) continue;
        if (!split_components(work)) return finish(work);
    }
    if (!work.zero) throw InternalError("einsum: canonical form not reached");
    return finish(work);
}

}  // namespace

Expr einsum(Context& context, EinsumData data) {
    context.spend(1 + data.factors.size());
    if (Expr known = context.recall_product(data)) return known;
    check(data);
    Expr result = canonical_product(context, data);
    context.remember_product(std::move(data), result);
    return result;
}

std::optional<PermutationMatch> match_permutation(Expr e) {
    if (e.op() != Op::einsum) return std::nullopt;
    const EinsumData& data = e.einsum();
    if (data.factors.size() != 1) return std::nullopt;
    const Factor& f = data.factors[0];
    if (f.exponent != Rational(1) || f.labels.size() != data.output.size()) return std::nullopt;
    PermutationMatch match{f.base, {}};
    for (LabelId l : data.output) {
        auto found = std::find(f.labels.begin(), f.labels.end(), l);
        if (found == f.labels.end()) return std::nullopt;
        match.axes.push_back(static_cast<std::uint8_t>(found - f.labels.begin()));
    }
    return match;
}

std::optional<Expr> match_broadcast(Expr e) {
    if (e.is_scalar()) return e;
    if (e.op() == Op::sum) {
        std::vector<Term> terms;
        for (const Term& t : e.sum().terms) {
            auto inner = match_broadcast(t.expr);
            if (!inner) return std::nullopt;
            terms.push_back(Term{t.coefficient, *inner});
        }
        return sum(e.context(), std::move(terms), {});
    }
    if (e.op() != Op::einsum) return std::nullopt;
    EinsumData data = e.einsum();
    for (const Factor& f : data.factors)
        if (!f.labels.empty()) return std::nullopt;
    data.output.clear();
    data.dims.clear();
    return einsum(e.context(), std::move(data));
}

}  // namespace nabla::ir
