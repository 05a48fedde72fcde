// Derivatives in tensor form, of any order: the result is an ordinary expression, and the same
// sweep runs over it again. Reverse mode keeps one accumulated adjoint a node, forward mode one
// tangent; both carry "batch" axes, so that a gradient, a Jacobian and a directional derivative are
// one algorithm. Source: Laue, Mitterreiter, Giesen, "Computing Higher Order Derivatives of Matrix
// and Tensor Expressions", NeurIPS 2018, and "A Simple and Efficient Tensor Calculus", AAAI 2020.
//
// Inputs are free of Derivative nodes. A symbol declared symmetric, antisymmetric or diagonal is
// differentiated in its own space: the result is projected on the symbol's axes (language.md).
#pragma once

#include <vector>

#include "ir/expr.hpp"

namespace nabla::passes {

/// Shape of x; `f` is a scalar.
ir::Expr gradient(ir::Expr f, ir::Expr x);
/// By each of several symbols, in one sweep: all gradients cost about as much as one.
std::vector<ir::Expr> gradients(ir::Expr f, const std::vector<ir::Expr>& variables);

/// Axes of `f`, then axes of `x`.
ir::Expr jacobian(ir::Expr f, ir::Expr x);

/// Axes of `x`, then axes of `y` (the same symbol for the ordinary Hessian); `f` is a scalar.
ir::Expr hessian(ir::Expr f, ir::Expr x, ir::Expr y);

/// d/dt f(x + t v) at t = 0: the shape of `f`; `v` has the shape of `x`.
ir::Expr directional(ir::Expr f, ir::Expr x, ir::Expr v);

/// Σ u · ∂f/∂x: the shape of `x`; `u` has the shape of `f`.
ir::Expr vjp(ir::Expr f, ir::Expr x, ir::Expr u);

/// The projection of `derivative`'s last axes (those of `x`) on the space that x's facts declare.
ir::Expr project(ir::Expr derivative, ir::Expr x);

}  // namespace nabla::passes
