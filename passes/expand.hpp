// Multiplies products out over the sums in them, up to a bound: what proofs need and simplify never
// does.
#pragma once

#include <functional>

#include "ir/expr.hpp"

namespace nabla::passes {

/// `e` as a sum of products in which no factor is a sum that `wanted` (asked of each factor's base)
/// names, nor a product with such a factor. Returns `e` where that would make too many terms.
ir::Expr expand(ir::Expr e, const std::function<bool(ir::Expr)>& wanted);

/// Products exp(z)^p exp(-z)^q as exp(z)^(p - q), anywhere in `e`.
ir::Expr cancel_exponentials(ir::Expr e);

}  // namespace nabla::passes
