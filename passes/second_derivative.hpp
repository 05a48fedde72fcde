// The second derivative of a scalar along a direction, d^2/dt^2 f(x + t dx) at t = 0, as a
// quadratic form in dx that a proof can look into: as sums of products of what is linear in dx.
#pragma once

#include <optional>
#include <vector>

#include "passes/curvature.hpp"

namespace nabla::passes {

/// Σ weight[i] · left[i] · right[i] over the entries i of a shape (a scalar: one entry); left and
/// right are linear in the direction, the weight does not depend on it.
struct FormTerm {
    ir::Expr weight, left, right;  ///< of one shape
};

struct Form {
    std::vector<FormTerm> terms;
    /// Other products, each with its scalar weight: quadratic forms with a matrix in the middle.
    struct Whole {
        ir::Expr weight, form;
    };
    std::vector<Whole> wholes;
};

/// The second derivative of `f` along `directions` (one for each of `variables`); expanded.
ir::Expr second_derivative(ir::Expr f, const std::vector<ir::Expr>& variables,
                           const std::vector<ir::Expr>& directions);

/// Takes it apart. Sums are multiplied out where the direction is in them, with `everything` also
/// those in weights and matrices.
Form read_form(ir::Expr second, Curvatures& by_direction, bool everything);

}  // namespace nabla::passes
