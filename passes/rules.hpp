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

/// Selecting factors beside nothing that needs them are plain ones.
std::span<const RewriteRule> selector_rules();

/// A sum's strong zeros are plain terms where it is a result.
ir::Expr without_strong_zero(ir::Expr e);

/// Equations between the entries of one symbol (a simplex sums to 1, Q^T Q = I): only after the
/// last derivative by that symbol (language.md).
std::span<const RewriteRule> constraint_rules();

}  // namespace nabla::passes
