#include <algorithm>
#include <map>
#include <unordered_map>
#include <unordered_set>

#include "ir/build.hpp"
#include "ir/context.hpp"
#include "passes/collect_shared.hpp"
#include "passes/collect_steps.hpp"

namespace nabla::passes {
namespace {

using ir::EinsumData;
using ir::Expr;
using ir::Factor;
using ir::LabelId;
using ir::Labels;
using ir::Term;

// Longer sums are left as they are: each candidate factor costs a pass over the terms.
constexpr std::size_t max_terms = 48;

/// A term without its factor `gone`, with the outputs `kept` and then the factor's summed labels.
Expr remainder(ir::Context& context, const EinsumData& product, std::size_t gone,
               const std::vector<int>& kept, const std::vector<int>& roles) {
    EinsumData rest = product;
    Labels labels = rest.factors[gone].labels;
    bool turned = roles_of(rest.factors[gone], product) != roles;
    if (turned) std::reverse(labels.begin(), labels.end());
    rest.factors.erase(rest.factors.begin() + static_cast<std::ptrdiff_t>(gone));
    rest.output.clear();
    for (int position : kept)
        rest.output.push_back(product.output[static_cast<std::size_t>(position)]);
    for (std::size_t axis = 0; axis < roles.size(); ++axis)
        if (roles[axis] == summed_axis) rest.output.push_back(labels[axis]);
    // Outputs that nobody carries any more would count as summed.
    EinsumData compact;
    std::map<LabelId, LabelId> rename;
    auto label = [&](LabelId l) {
        auto [at, added] = rename.emplace(l, static_cast<LabelId>(compact.dims.size()));
        if (added) compact.dims.push_back(rest.dims[l]);
        return at->second;
    };
    for (LabelId l : rest.output) compact.output.push_back(label(l));
    for (Factor f : rest.factors) {
        for (LabelId& l : f.labels) l = label(l);
        compact.factors.push_back(std::move(f));
    }
    return ir::einsum(context, std::move(compact));
}

/// Outputs that some term still carries when the factor is gone.
std::vector<int> carried_outputs(const Shared& shared) {
    std::vector<int> kept;
    for (auto [t, gone] : shared.places) {
        const EinsumData& product = shared.products[t];
        for (std::size_t k = 0; k < product.factors.size(); ++k) {
            if (k == gone) continue;
            for (int role : roles_of(product.factors[k], product))
                if (role != summed_axis) kept.push_back(role);
        }
    }
    std::sort(kept.begin(), kept.end());
    kept.erase(std::unique(kept.begin(), kept.end()), kept.end());
    return kept;
}

Expr pulled_out(Expr sum, const Shared& shared) {
    ir::Context& context = sum.context();
    const std::vector<Term>& terms = sum.sum().terms;
    std::vector<int> kept = carried_outputs(shared);
    EinsumData outer;
    outer.dims = sum.shape();
    for (LabelId l = 0; l < sum.rank(); ++l) outer.output.push_back(l);
    Factor common = shared.factor;
    Factor inner{{}, 1, {}};
    ir::Shape inner_shape;
    for (int position : kept) inner.labels.push_back(static_cast<LabelId>(position));
    for (std::size_t axis = 0; axis < shared.roles.size(); ++axis) {
        if (shared.roles[axis] != summed_axis) {
            common.labels[axis] = static_cast<LabelId>(shared.roles[axis]);
            continue;
        }
        outer.dims.push_back(shared.factor.base.shape()[axis]);
        common.labels[axis] = static_cast<LabelId>(outer.dims.size() - 1);
        inner.labels.push_back(common.labels[axis]);
    }
    for (LabelId l : inner.labels) inner_shape.push_back(outer.dims[l]);
    std::vector<Term> rests, all;
    std::vector<bool> taken(terms.size(), false);
    for (auto [t, gone] : shared.places) {
        taken[t] = true;
        rests.push_back(Term{terms[t].coefficient,
                             remainder(context, shared.products[t], gone, kept, shared.roles)});
    }
    inner.base = ir::sum(context, std::move(rests), inner_shape);
    outer.factors = {common, inner};
    all.push_back(Term{1, ir::einsum(context, std::move(outer))});
    for (std::size_t t = 0; t < terms.size(); ++t)
        if (!taken[t]) all.push_back(terms[t]);
    return ir::sum(context, std::move(all), sum.shape());
}

/// Some terms are left out that have the matrix too: A X^2 + X A X + X^2 A stays as it is.
bool splits_polynomial(const Shared& shared) {
    const Factor& common = shared.factor;
    if (common.base.op() != ir::Op::symbol || common.base.rank() != 2) return false;
    for (std::size_t t = 0; t < shared.products.size(); ++t) {
        if (has_term(shared, t)) continue;
        for (const Factor& f : shared.products[t].factors)
            if (f.base == common.base) return true;
    }
    return false;
}

/// A Sum of tensors beside other factors with indices, which would be a tensor in a tensor.
bool has_nested_tensor(Expr e) {
    if (e.op() == ir::Op::sum)
        return std::any_of(e.sum().terms.begin(), e.sum().terms.end(),
                           [](const Term& t) { return has_nested_tensor(t.expr); });
    if (e.op() != ir::Op::einsum) return false;
    const std::vector<Factor>& factors = e.einsum().factors;
    auto shaped = [](const Factor& f) { return !f.labels.empty(); };
    return std::count_if(factors.begin(), factors.end(), shaped) > 1 &&
           std::any_of(factors.begin(), factors.end(), [](const Factor& f) {
               return f.base.op() == ir::Op::sum && f.base.rank() > 2;
           });
}

bool allowed(Expr sum, const Shared& shared) {
    if (sum.rank() == 2 && splits_polynomial(shared)) return false;
    // What is left in brackets should end as a matrix: notation has no better form for a tensor.
    // One axis more may go with the next factor.
    if (sum.rank() > 2) {
        std::size_t left = carried_outputs(shared).size();
        for (int role : shared.roles) left += role == summed_axis ? 1 : 0;
        return left <= 3 && left > 0;
    }
    if (!sum.is_scalar()) return true;
    return shared.factor.labels.empty() && shared.places.size() == sum.sum().terms.size();
}

// Candidates inside candidates multiply: beyond this many, brackets are left as they came out.
constexpr int max_inner_candidates = 500;

struct Search {
    NotationBuilder& builder;
    int inner_candidates = 0;
};

/// Sums inside what was just pulled together may share more.
Expr inner_sums(Search& search, Expr e, int depth);

/// The inner product of two vectors.
bool is_inner_product(const Factor& f) {
    if (!f.labels.empty() || f.base.op() != ir::Op::einsum || f.exponent != ir::Rational(1))
        return false;
    const std::vector<Factor>& factors = f.base.einsum().factors;
    return factors.size() == 2 && factors[0].labels.size() == 1 && factors[1].labels.size() == 1;
}

/// The term with its inner products taken apart: (a^T x) b has the factors a, x, b.
EinsumData opened_product(const EinsumData& product) {
    EinsumData result{{}, product.output, product.dims};
    for (const Factor& f : product.factors) {
        if (!is_inner_product(f)) {
            result.factors.push_back(f);
            continue;
        }
        const EinsumData& inner = f.base.einsum();
        const std::size_t offset = result.dims.size();
        result.dims.insert(result.dims.end(), inner.dims.begin(), inner.dims.end());
        for (Factor g : inner.factors) {
            for (LabelId& l : g.labels) l = static_cast<LabelId>(l + offset);
            result.factors.push_back(std::move(g));
        }
    }
    return result;
}

/// (a^T x) b + (b^T x) a is (a b^T + b a^T) x: a vector that all terms have, in inner products too.
Expr pulled_out_of_inner_products(Search& search, Expr sum) {
    constexpr std::size_t max_opened_terms = 4;
    if (sum.op() != ir::Op::sum || sum.rank() != 1) return sum;
    const std::vector<Term>& terms = sum.sum().terms;
    if (terms.size() < 2 || terms.size() > max_opened_terms) return sum;
    std::vector<EinsumData> products;
    for (const Term& t : terms) {
        EinsumData product = product_of(t.expr);
        if (std::none_of(product.factors.begin(), product.factors.end(), is_inner_product))
            return sum;
        products.push_back(opened_product(product));
    }
    Expr best = sum;
    for (Shared& shared : placed_factors(products)) {
        bool summed_vector = shared.roles == std::vector<int>{summed_axis};
        if (shared.places.size() != terms.size() || !summed_vector) continue;
        shared.products = products;
        Expr candidate = pulled_out(sum, shared);
        if (effort(search.builder, candidate) < effort(search.builder, best)) best = candidate;
    }
    return best;
}

Expr pulled_out_all(Search& search, Expr sum, int depth) {
    while (sum.op() == ir::Op::sum) {
        const std::vector<Term>& terms = sum.sum().terms;
        if (terms.size() < 2 || terms.size() > max_terms) return sum;
        std::vector<EinsumData> products;
        for (const Term& t : terms) products.push_back(product_of(t.expr));
        Expr best = sum;
        for (const Shared& shared : shared_factors(products)) {
            if (!allowed(sum, shared)) continue;
            if (depth > 0 && ++search.inner_candidates > max_inner_candidates) break;
            Expr candidate = inner_sums(search, pulled_out(sum, shared), depth);
            if (sum.rank() > 2 && depth == 0 && has_nested_tensor(candidate)) continue;
            if (effort(search.builder, candidate) < effort(search.builder, best)) best = candidate;
        }
        if (best == sum) return sum;
        sum = best;
    }
    return sum;
}

Expr inner_sums(Search& search, Expr e, int depth) {
    constexpr int deepest = 3;
    if (depth >= deepest || search.inner_candidates > max_inner_candidates) return e;
    std::vector<Term> terms;
    if (e.op() == ir::Op::sum)
        terms = e.sum().terms;
    else
        terms.push_back(Term{1, e});
    bool changed = false;
    for (Term& t : terms) {
        if (t.expr.op() != ir::Op::einsum) continue;
        EinsumData data = t.expr.einsum();
        for (Factor& f : data.factors) {
            if (f.base.op() != ir::Op::sum) continue;
            Expr better = pulled_out_all(search, f.base, depth + 1);
            changed = changed || better != f.base;
            f.base = better;
        }
        t.expr = ir::einsum(e.context(), std::move(data));
    }
    return changed ? ir::sum(e.context(), std::move(terms), e.shape()) : e;
}

}  // namespace

Expr pull_out_factors(NotationBuilder& builder, Expr sum) {
    Search search{builder};
    return pulled_out_of_inner_products(search, pulled_out_all(search, sum, 0));
}

}  // namespace nabla::passes
