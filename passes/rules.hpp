// Rewrite rules as rows of named tables. A rule looks at one node, whose children are rewritten
// already, and returns its replacement, or null where it does not apply. Every rule keeps the value
// (or, for the stable ones, the value in exact arithmetic), and shrinks the expression or moves it
// to a form that no rule leaves again. A test evaluates both sides of each rule.
#pragma once

#include <span>
#include <string_view>

#include "ir/expr.hpp"

namespace nabla::passes {

struct RewriteRule {
    std::string_view name;
    ir::Expr (*apply)(ir::Expr);
};

/// Rewrites that save digits or avoid overflow: log(1 + exp z) → softplus(z) and its kin.
std::span<const RewriteRule> stable_rules();

/// Stable rewrites of several exponentials: log(exp a + exp b), weighted means, hyperbolic
/// functions. Tried after stable_rules(), whose forms are shorter.
std::span<const RewriteRule> exponential_rules();

/// Stable rewrites of products and their logarithms, of error functions and differences of
/// softplus.
std::span<const RewriteRule> product_rules();

/// What is differentiated in another form, because the derivative then is stable, although the
/// value is not NaN where it should be.
std::span<const RewriteRule> before_rules();

/// Identities that always hold: a softmax sums to 1.
std::span<const RewriteRule> structural_rules();

/// Pairs that cancel or merge: sign(x)/abs(x), exp(z) exp(-z), x^a x^b; logarithms of powers.
std::span<const RewriteRule> cancelling_rules();

/// What declared facts say of an entry or a product: x^T K x = 0 for antisymmetric K. They hold
/// under the sign of a derivative too, which is projected alike.
std::span<const RewriteRule> fact_rules();

/// Shorter forms that are used after the last derivative only: where(), determinants of triangular
/// matrices, Q^-1 = Q^T.
std::span<const RewriteRule> final_rules();

/// A whole expression that is det(L) of a triangular L is the product of the diagonal, as it is
/// below all else but a logarithm; any other is returned as it is.
ir::Expr determinant_alone(ir::Expr e);

/// Selecting factors beside nothing that needs them are plain ones.
std::span<const RewriteRule> selector_rules();

/// A sum's strong zeros are plain terms where it is a result.
ir::Expr without_strong_zero(ir::Expr e);

/// Equations between the entries of one symbol (a simplex sums to 1, Q^T Q = I): only after the
/// last derivative by that symbol (language.md).
std::span<const RewriteRule> constraint_rules();

// --- for the tables --------------------------------------------------------------------------

/// The product without the labels `gone`, which no factor carries any more: they were summed to
/// one, and must not be taken for free sums that count their extent.
ir::Expr without_labels(ir::Context& context, const ir::EinsumData& data, const ir::Labels& gone);

}  // namespace nabla::passes
