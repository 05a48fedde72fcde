// The form that is computed, where the one that people read loses digits: `log(1 + x)` is shown,
// log1p(x) computed; `1 - tanh(x)^2` is shown, 4 σ(2x) σ(−2x) computed. The last step before loops
// are made, and before the interpreter where it stands for them; nothing is differentiated or shown
// afterwards. Every rule keeps the value in exact arithmetic, and keeps NaN and the infinities
// where the expression is not defined.
#pragma once

#include <span>
#include <vector>

#include "ir/expr.hpp"
#include "passes/rules.hpp"

namespace nabla::passes {

/// Sums and differences that cancel: exp(x) − 1, 1 − tanh(x)^2, a^2 − b^2, sqrt(1 + x) − 1.
std::span<const RewriteRule> computing_sum_rules();
/// Differences of probabilities: 1 − softmax(z), softmax(z) − y, diag(p) − p p^T.
std::span<const RewriteRule> computing_share_rules();
/// Logarithms of what overflows, underflows or is near 1.
std::span<const RewriteRule> computing_log_rules();
/// Products and quotients of exponentials that leave the range of numbers.
std::span<const RewriteRule> computing_product_rules();

/// Bottom-up, each node once: what a rule makes is not looked at again, so that the form for one
/// range of arguments may stand beside the plain one for the other. The same handles if there is
/// nothing to do. What equal nodes of several roots share they still share.
std::vector<ir::Expr> computing_form(std::span<const ir::Expr> roots);
ir::Expr computing_form(ir::Expr root);

}  // namespace nabla::passes
