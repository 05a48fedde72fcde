// Closed forms: where an equation is linear in its unknown, the unknown as an expression of the
// rest. Linear means that the Jacobian of `left - right` does not depend on the unknown, so that an
// equation between gradients (a stationary point) is solved like any other. Where the Jacobian by a
// matrix is a product of two matrices, as in `A X B = C`, the solution is one too; a sum of two
// such products is Sylvester's equation; what is left is solved for the stacked entries. A
// structured unknown is sought in its own space if the equation lies in it, as its gradient does.
#pragma once

#include "ir/expr.hpp"

namespace nabla::passes {

enum class Linear : std::uint8_t {
    solved,
    constant,      ///< the unknown cancels
    nonlinear,     ///< the Jacobian depends on the unknown
    jumping,       ///< the Jacobian does not, but the equation holds something like sign(x)
    mismatched,    ///< not as many equations as unknown entries
    rectangular,   ///< as many, but a factor of the Jacobian is not square
    unstructured,  ///< the solution is not known to be symmetric (…) as the unknown is declared
    singular,      ///< the Jacobian has no inverse, whatever the data are
    two_valued     ///< an even power of the unknown, whose sign is not known
};

struct Stationary {
    Linear kind = Linear::nonlinear;
    ir::Expr solution;  ///< of the unknown's shape, finished, if solved
    ir::Expr jacobian;  ///< axes of the residual, then those of the unknown; finished
    ir::Expr residual;  ///< left - right, without derivatives
    /// Functions of the unknown were inverted or divided by, which may have added or lost
    /// solutions: the value is to be put into `residual`.
    bool inverted = false;
};

/// Solves `left == right` for a symbol; equal shapes, or one of them a scalar.
Stationary solve_linear(ir::Expr left, ir::Expr right, ir::Expr unknown);

/// The same where the equation becomes linear when it is multiplied by what it divides by (x, or
/// X on either side), and when functions that have an inverse are inverted (exp, log, powers, the
/// matrix inverse …). Where nothing helps the answer is solve_linear's.
Stationary solve_closed_form(ir::Expr left, ir::Expr right, ir::Expr unknown);

}  // namespace nabla::passes
