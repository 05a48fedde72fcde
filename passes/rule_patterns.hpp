// What rewrite rules look for in a node: functions, powers, pairs of terms of a sum.
#pragma once

#include <optional>
#include <utility>

#include "ir/build.hpp"
#include "ir/expr.hpp"

namespace nabla::passes {

bool is_map(ir::Expr e, ir::Fn f);

/// base^exponent, entry by entry: a product of one factor, the function or symbol itself.
struct PowerMatch {
    ir::Expr base;
    ir::Rational exponent;
};
std::optional<PowerMatch> match_power(ir::Expr e);
/// If `e` is base^exponent: the base.
ir::Expr base_of_power(ir::Expr e, const ir::Rational& exponent);

/// A coefficient and what it scales; a coefficient of 1 where `e` is not a Sum of one term.
ir::Term match_scaled(ir::Expr e);

/// The Sum with terms i and j replaced by `replacement`.
ir::Expr with_pair(ir::Expr sum, std::size_t i, std::size_t j, ir::Expr replacement);

/// For every pair (a constant term, another term) of a Sum: what `replacement(constant, term)`
/// makes of the two, if it is not null, in their place.
template <typename Replacement>
ir::Expr beside_constant(ir::Expr e, const Replacement& replacement) {
    if (e.op() != ir::Op::sum) return {};
    const auto& terms = e.sum().terms;
    for (std::size_t i = 0; i < terms.size(); ++i) {
        if (!ir::is_one(terms[i].expr)) continue;
        for (std::size_t j = 0; j < terms.size(); ++j) {
            if (j == i) continue;
            if (ir::Expr r = replacement(terms[i].coefficient, terms[j]))
                return with_pair(e, i, j, r);
        }
    }
    return {};
}

/// The same for every pair (i, j) of terms in either order.
template <typename Replacement>
ir::Expr for_pairs(ir::Expr e, const Replacement& replacement) {
    constexpr std::size_t most_terms = 12;
    if (e.op() != ir::Op::sum) return {};
    const auto& terms = e.sum().terms;
    if (terms.size() < 2 || terms.size() > most_terms) return {};
    for (std::size_t i = 0; i < terms.size(); ++i)
        for (std::size_t j = 0; j < terms.size(); ++j)
            if (i != j)
                if (ir::Expr r = replacement(terms[i], terms[j])) return with_pair(e, i, j, r);
    return {};
}

/// The product with factors `i` and `j` taken one power down and `added` in their place.
ir::Expr with_quotient(ir::Expr product, std::size_t i, int i_step, std::size_t j, int j_step,
                       ir::Factor added);

}  // namespace nabla::passes
