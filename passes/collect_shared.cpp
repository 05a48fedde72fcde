#include "passes/collect_shared.hpp"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "ir/build.hpp"
#include "ir/context.hpp"

namespace nabla::passes {

using ir::EinsumData;
using ir::Expr;
using ir::Factor;
using ir::LabelId;
using ir::Labels;

EinsumData product_of(Expr e) {
    if (e.op() == ir::Op::einsum) return e.einsum();
    EinsumData data;
    data.dims = e.shape();
    for (LabelId l = 0; l < e.rank(); ++l) data.output.push_back(l);
    data.factors.push_back(Factor{e, 1, data.output});
    return data;
}

std::vector<int> roles_of(const Factor& f, const EinsumData& data) {
    std::vector<int> roles;
    for (LabelId l : f.labels) {
        auto at = std::find(data.output.begin(), data.output.end(), l);
        roles.push_back(at == data.output.end() ? summed_axis
                                                : static_cast<int>(at - data.output.begin()));
    }
    return roles;
}

bool has_term(const Shared& shared, std::size_t term) {
    return std::any_of(shared.places.begin(), shared.places.end(),
                       [&](const Place& p) { return p.term == term; });
}

namespace {

bool repeats_label(const Factor& f) {
    for (std::size_t i = 0; i < f.labels.size(); ++i)
        for (std::size_t j = 0; j < i; ++j)
            if (f.labels[i] == f.labels[j]) return true;
    return false;
}

bool same_roles(const Factor& f, const std::vector<int>& a, const std::vector<int>& b) {
    if (a == b) return true;
    bool symmetric = a.size() == 2 && f.base.has(ir::Fact::symmetric);
    return symmetric && std::equal(a.begin(), a.end(), b.rbegin());
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
/// Adds the terms where an output stands in place of a summed_axis axis of `shared`, if a vector
/// there makes the identity a diag(p).
bool join_through_identity(Shared& shared) {
    // (diag(p) - p p^T) v is how nobody writes p .* v - (p^T v) p.
    if (shared.factor.labels.size() < 2) return false;
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
                                (shared.roles[axis] == summed_axis &&
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

}  // namespace

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

namespace {

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

}  // namespace

std::vector<Shared> shared_factors(const std::vector<EinsumData>& products) {
    std::vector<Shared> result;
    std::vector<Shared> placed = placed_factors(products);
    // A base of one term alone is no common factor in any place or power.
    const auto terms_with = terms_by_base(products);
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

}  // namespace nabla::passes
