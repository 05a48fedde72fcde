// Quadratic forms by their structure: products B^T M B that are convex because B is affine in the
// variables and M positive semidefinite, whatever is written between: ||A x - b||^2, x^T P x,
// tr(X^T diag(s) X), x^T Y^-1 x for positive definite Y, sum(x.^2)/y.
#pragma once

#include <optional>
#include <vector>

#include "passes/curvature.hpp"

namespace nabla::passes {

struct QuadraticForm {
    std::vector<ir::Expr> affine;  ///< what the halves hold of the variables
    std::vector<ir::Expr> middle;  ///< psd matrices between the halves
    bool divided = false;          ///< by a variable: an inverse in the middle, or 1/y
    ir::Expr divisor;              ///< then the matrix, or y
};

/// Of a scalar Einsum.
std::optional<QuadraticForm> quadratic_form(Curvatures& all, ir::Expr e);

}  // namespace nabla::passes
