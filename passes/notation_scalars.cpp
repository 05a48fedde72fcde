// Scalar factors that are written together.
#include <algorithm>

#include "passes/notation_terms.hpp"

namespace nabla::passes {
namespace {

using ir::Rational;

bool is_sized_call(const Power& p, const char* name) {
    return p.base->kind == NotationKind::call && p.base->text == name && p.base->dims.size() == 1;
}

/// sum(x)/n for a vector x of n entries is mean(x).
void join_means(std::vector<Power>& scalars) {
    for (Power& sum : scalars) {
        if (!is_sized_call(sum, "sum") || sum.exponent != Rational(1)) continue;
        if (sum.base->dims[0].constant()) continue;
        NotationPtr size = dim_notation(sum.base->dims[0]);
        auto count = std::find_if(scalars.begin(), scalars.end(), [&](const Power& p) {
            return same(p.base, size) && p.exponent.is_integer() && p.exponent.num < 0;
        });
        if (count == scalars.end()) continue;
        sum.base = call_notation("mean", sum.base->children, 0);
        count->exponent.num += 1;
        if (count->exponent.num == 0) scalars.erase(count);
        return join_means(scalars);
    }
}

/// A determinant of one matrix by name, to the first or second power.
bool is_joinable(const Power& p) {
    return is_sized_call(p, "det") && p.base->children[0]->kind == NotationKind::name &&
           (p.exponent == Rational(1) || p.exponent == Rational(2));
}

/// det(A) det(B) is det(A B), and det(A) det(X)^2 is det(X^T A X).
void join_determinants(std::vector<Power>& scalars) {
    for (const Power& first : scalars) {
        if (!is_joinable(first)) continue;
        std::vector<Power> group;
        for (const Power& p : scalars)
            if (is_joinable(p) && p.base->dims == first.base->dims) group.push_back(p);
        std::vector<NotationPtr> single, squared;
        for (const Power& p : group)
            (p.exponent == Rational(1) ? single : squared).push_back(p.base->children[0]);
        if (single.empty() || squared.size() > 1 || group.size() < 2) continue;
        std::sort(single.begin(), single.end(), [](const NotationPtr& a, const NotationPtr& b) {
            return compare_reading(a, b) < 0;
        });
        if (!squared.empty()) {
            single.insert(single.begin(), transposed(squared[0]));
            single.push_back(squared[0]);
        }
        NotationPtr joined =
            determinant_notation(product_notation(std::move(single)), first.base->dims[0]);
        std::erase_if(scalars, [&](const Power& p) {
            return std::any_of(group.begin(), group.end(),
                               [&](const Power& g) { return same(g.base, p.base); });
        });
        scalars.push_back(Power{joined});
        return join_determinants(scalars);
    }
}

}  // namespace

std::vector<Power> joined_scalars(std::vector<Power> scalars) {
    join_means(scalars);
    join_determinants(scalars);
    return scalars;
}

}  // namespace nabla::passes
