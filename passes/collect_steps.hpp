// The steps of collect(). Each returns its argument where it finds nothing shorter.
#pragma once

#include "ir/expr.hpp"
#include "passes/to_matrix_builder.hpp"

namespace nabla::passes {

/// What collect() shortens: the size of the notation, where a vector of ones in a matrix counts as
/// several symbols, because `1 p^T` is how nobody writes.
std::int64_t effort(NotationBuilder& builder, ir::Expr e);

/// Σ f·a_k + rest with the common factor f of some terms outside, while that is shorter. Scalars
/// keep their terms (`x^T A x + b^T x`) unless all of them share a scalar factor.
ir::Expr pull_out_factors(NotationBuilder& builder, ir::Expr sum);

/// p_i (I − 1 p^T)_ij as (diag(p) − p p^T)_ij: a vector factor multiplied into a matrix Sum on
/// whose rows or columns it acts, where that is shorter.
ir::Expr absorb_scalings(NotationBuilder& builder, ir::Expr product);

/// tr(B (s P - Q)) as s tr(B P) - tr(B Q) where that is shorter, and a product with a Sum of
/// tensors as a Sum of products: pull_out_factors() leaves no such Sum behind, and indices stay
/// flat.
ir::Expr distribute(NotationBuilder& builder, ir::Expr product);

/// I ⊗ A + I ⊗ B as I ⊗ (A + B).
ir::Expr join_reshapes(NotationBuilder& builder, ir::Expr sum);

}  // namespace nabla::passes
