#include <algorithm>
#include <map>
#include <unordered_map>
#include <unordered_set>

#include "ir/build.hpp"
#include "ir/context.hpp"
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
constexpr int summed = -1;

/// A term as a product, whatever node it is.
EinsumData product_of(Expr e) {
    if (e.op() == ir::Op::einsum) return e.einsum();
    EinsumData data;
    data.dims = e.shape();
    for (LabelId l = 0; l < e.rank(); ++l) data.output.push_back(l);
    data.factors.push_back(Factor{e, 1, data.output});
    return data;
}

/// Where each axis of a factor goes: the position of an output, or `summed`.
std::vector<int> roles_of(const Factor& f, const EinsumData& data) {
    std::vector<int> roles;
    for (LabelId l : f.labels) {
        auto at = std::find(data.output.begin(), data.output.end(), l);
        roles.push_back(at == data.output.end() ? summed
                                                : static_cast<int>(at - data.output.begin()));
    }
    return roles;
}

struct Place {
    std::size_t term, factor;
};

/// The same factor in the same place, in some terms of a sum.
struct Shared {
    Factor factor;
    std::vector<int> roles;
    std::vector<Place> places;
    std::vector<EinsumData> products;  ///< all terms, rewritten where that shows the factor
};

bool repeats_label(const Factor& f) {
    for (std::size_t i = 0; i < f.labels.size(); ++i)
        for (std::size_t j = 0; j < i; ++j)
            if (f.labels[i] == f.labels[j]) return true;
    return false;
}

bool has_term(const Shared& shared, std::size_t term) {
    return std::any_of(shared.places.begin(), shared.places.end(),
                       [&](const Place& p) { return p.term == term; });
}

bool same_roles(const Factor& f, const std::vector<int>& a, const std::vector<int>& b) {
    if (a == b) return true;
    bool symmetric = a.size() == 2 && f.base.has(ir::Fact::symmetric);
    return symmetric && std::equal(a.begin(), a.end(), b.rbegin());
}

/// Every factor in every place, with the terms that have it there to the same power.
std::vector<Shared> placed_factors(const std::vector<EinsumData>& products) {
    std::vector<Shared> all;
    for (std::size_t t = 0; t < products.size(); ++t)
        for (std::size_t k = 0; k < products[t].factors.size(); ++k) {
            const Factor& f = products[t].factors[k];
            if (repeats_label(f)) continue;
            std::vector<int> roles = roles_of(f, products[t]);
            auto found = std::find_if(all.begin(), all.end(), [&](const Shared& s) {
                return !has_term(s, t) && s.factor.base == f.base &&
                       s.factor.exponent == f.exponent && same_roles(f, s.roles, roles);
            });
            if (found == all.end())
                all.push_back(Shared{f, roles, {{t, k}}, {}});
            else
                found->places.push_back({t, k});
        }
    return all;
}

bool carried_elsewhere(const EinsumData& product, std::size_t except, LabelId label) {
    for (std::size_t k = 0; k < product.factors.size(); ++k) {
        const Labels& labels = product.factors[k].labels;
        if (k != except && std::find(labels.begin(), labels.end(), label) != labels.end())
            return true;
    }
    return false;
}

/// p_i A_ij is p_i I_ik A_kj: with that, `diag(p) A − p p^T A` has A on the right of both terms.
/// Adds the terms where an output stands in place of a summed axis of `shared`, if a vector there
/// makes the identity a diag(p).
bool join_through_identity(Shared& shared) {
    bool joined = false;
    for (std::size_t t = 0; t < shared.products.size(); ++t) {
        EinsumData& product = shared.products[t];
        for (std::size_t k = 0; k < product.factors.size() && !has_term(shared, t); ++k) {
            Factor f = product.factors[k];
            if (f.base != shared.factor.base || f.exponent != shared.factor.exponent ||
                repeats_label(f))
                continue;
            std::vector<int> roles = roles_of(f, product);
            bool fits = true;
            for (std::size_t axis = 0; axis < roles.size(); ++axis)
                fits = fits && (roles[axis] == shared.roles[axis] ||
                                (shared.roles[axis] == summed &&
                                 carried_elsewhere(product, k, f.labels[axis])));
            if (!fits || roles == shared.roles) continue;
            for (std::size_t axis = 0; axis < roles.size(); ++axis) {
                if (roles[axis] == shared.roles[axis]) continue;
                ir::Dim dim = product.dims[f.labels[axis]];
                auto fresh = static_cast<LabelId>(product.dims.size());
                product.dims.push_back(dim);
                product.factors.push_back(Factor{ir::identity(dim), 1, {f.labels[axis], fresh}});
                f.labels[axis] = fresh;
            }
            product.factors[k] = f;
            shared.places.push_back({t, k});
            joined = true;
        }
    }
    return joined;
}

/// f^2 a + f b has the common factor f. Symbols are left alone: a^2 + 2 a b stays a polynomial.
bool join_powers(Shared& shared) {
    const Factor& common = shared.factor;
    if (common.base.op() == ir::Op::symbol) return false;
    bool joined = false;
    for (std::size_t t = 0; t < shared.products.size(); ++t) {
        EinsumData& product = shared.products[t];
        for (std::size_t k = 0; k < product.factors.size() && !has_term(shared, t); ++k) {
            const Factor f = product.factors[k];
            bool same_sign = (f.exponent.num > 0) == (common.exponent.num > 0);
            if (f.base != common.base || !same_sign || repeats_label(f) ||
                roles_of(f, product) != shared.roles)
                continue;
            auto rest =
                ir::add(f.exponent, ir::Rational(-common.exponent.num, common.exponent.den));
            if (!rest || (rest->num > 0) != (common.exponent.num > 0)) continue;
            product.factors[k].exponent = common.exponent;
            product.factors.push_back(Factor{f.base, *rest, f.labels});
            shared.places.push_back({t, k});
            joined = true;
        }
    }
    return joined;
}

/// How many terms each base occurs in.
std::unordered_map<Expr, std::size_t, ir::ExprHash> terms_by_base(
    const std::vector<EinsumData>& products) {
    std::unordered_map<Expr, std::size_t, ir::ExprHash> count;
    for (const EinsumData& product : products) {
        std::unordered_set<Expr, ir::ExprHash> bases;
        for (const Factor& f : product.factors) bases.insert(f.base);
        for (Expr base : bases) ++count[base];
    }
    return count;
}

std::vector<Shared> shared_factors(const std::vector<EinsumData>& products) {
    std::vector<Shared> result;
    std::vector<Shared> placed = placed_factors(products);
    // A base of one term alone is no common factor in any place or power.
    std::unordered_map<Expr, std::size_t, ir::ExprHash> terms_with = terms_by_base(products);
    std::erase_if(placed, [&](const Shared& s) { return terms_with.at(s.factor.base) < 2; });
    if (placed.empty()) return result;
    // Each looks at a copy of all terms.
    std::uint64_t factors = 0;
    for (const EinsumData& product : products) factors += product.factors.size();
    placed.front().factor.base.context().spend(16 * placed.size() * factors);
    for (Shared& s : placed) {
        s.products = products;
        Shared through_identity = s, powers = s;
        if (s.places.size() > 1) result.push_back(std::move(s));
        if (join_through_identity(through_identity)) result.push_back(std::move(through_identity));
        if (join_powers(powers)) result.push_back(std::move(powers));
    }
    return result;
}

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
        if (roles[axis] == summed) rest.output.push_back(labels[axis]);
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
                if (role != summed) kept.push_back(role);
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
        if (shared.roles[axis] != summed) {
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

bool allowed(Expr sum, const Shared& shared) {
    // What is left in brackets should end as a matrix: notation has no better form for a tensor.
    // One axis more may go with the next factor.
    if (sum.rank() > 2) {
        std::size_t left = carried_outputs(shared).size();
        for (int role : shared.roles) left += role == summed ? 1 : 0;
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
    return pulled_out_all(search, sum, 0);
}

}  // namespace nabla::passes
