// What one node contributes to a derivative: the adjoint of each child from the adjoint of the node
// (reverse), and the tangent of the node from the tangents of its children (forward). One rule an
// operation, in a table each.
//
// Batch axes: an adjoint has the batch axes first, then the node's; a tangent has the node's axes
// first, then the batch.
#pragma once

#include <functional>
#include <vector>

#include "ir/build.hpp"

namespace nabla::passes {

/// Called with (child, contribution to its adjoint).
using Accumulate = std::function<void(ir::Expr child, ir::Expr adjoint)>;

/// Adds the contributions of `node` to its children that `wanted` says yes to.
void propagate_adjoint(ir::Expr node, ir::Expr adjoint, std::size_t batch_rank,
                       const std::function<bool(ir::Expr)>& wanted, const Accumulate& accumulate);

/// tangents[i] belongs to node.child(i); a null one is zero. Null if all are.
ir::Expr propagate_tangent(ir::Expr node, const std::vector<ir::Expr>& tangents,
                           const ir::Shape& batch);

/// ∂(node)/∂(argument), entry by entry, where each entry of the reduced node depends on its group:
/// softmax for logsumexp, shares for max and min, the product of the others for prod; the shape of
/// the argument.
ir::Expr reduce_weight(ir::Expr node);

/// e·base^(e−1), with the derivative of a norm at 0 taken to be 0 (language.md, "Kinks").
ir::Expr power_derivative(ir::Expr base, const ir::Rational& exponent);

}  // namespace nabla::passes
