// A linear map between matrices as what it multiplies by: X ↦ A X B, A X^T B or D .* X, read off
// its Jacobian.
#pragma once

#include <optional>
#include <vector>

#include "ir/expr.hpp"

namespace nabla::passes {

/// X ↦ left · X · right (X^T in place of X if `transposed`), or X ↦ entries .* X.
struct MatrixMap {
    ir::Expr left;
    ir::Expr right;
    bool transposed = false;
    ir::Expr entries;  ///< null unless the map acts entry by entry
};

/// `jacobian` has rank 4: the axes of the image, then those of X. Nothing if the map has no such
/// form.
std::optional<MatrixMap> separate(ir::Expr jacobian);

/// The map as a sum X ↦ Σ left · X · right of as few such terms as sharing a side leaves; all of
/// them with X, or all with X^T. One of two terms is Sylvester's. `mirrored` says that X^T is X (1)
/// or −X (−1); 0 if neither.
std::optional<std::vector<MatrixMap>> separate_sum(ir::Expr jacobian, int mirrored = 0);

/// The same map between stacked columns, as Kronecker products: J with vec(image) = J vec(X), for
/// any sum of maps X ↦ A X B and X ↦ D .* X.
std::optional<ir::Expr> stacked(ir::Expr jacobian);

}  // namespace nabla::passes
