// The form people expect to read: common factors pulled out (`X^T X w − X^T y` is `X^T (X w − y)`,
// `A x + A^T x` is `(A + A^T) x`), and a diagonal scaling taken into a difference with an identity
// where that is shorter (`diag(p) (I − 1 p^T)` is `diag(p) − p p^T`). Like terms are one node
// already. Each step makes the notation strictly shorter, so that it ends; it looks at pairs of
// terms that share a factor and never multiplies out, so that it takes polynomial time.
#pragma once

#include <vector>

#include "ir/expr.hpp"

namespace nabla::passes {

/// Keeps the value; returns `e` itself if nothing is to be done. Idempotent.
ir::Expr collect(ir::Expr e);
/// Several at once: what they share is looked at once.
std::vector<ir::Expr> collect(std::vector<ir::Expr> expressions);

}  // namespace nabla::passes
