#include "runtime/differentiate_by.hpp"

#include "ir/build.hpp"
#include "passes/pipeline.hpp"

namespace nabla::runtime {

// Gradient and Hessian where they apply: the same numbers as Jacobians of Jacobians, from sweeps
// that suit a scalar.
ir::Expr differentiate_by(ir::Expr e, ir::Expr symbol, int order) {
    using ir::DerivativeMode;
    int done = 0;
    if (e.is_scalar()) {
        done = order >= 2 ? 2 : 1;
        e = ir::derivative(done == 2 ? DerivativeMode::hessian : DerivativeMode::gradient, e,
                           {symbol});
    }
    for (; done < order; ++done) e = ir::derivative(DerivativeMode::jacobian, e, {symbol});
    return passes::finish(e);
}

}  // namespace nabla::runtime
