// The derivative that `--wrt x --order k` asks for.
#pragma once

#include "ir/expr.hpp"

namespace nabla::runtime {

/// The derivative of `order` (at least 1) by one symbol, finished: axes of `e`, then those of the
/// symbol once an order. Makes nodes.
ir::Expr differentiate_by(ir::Expr e, ir::Expr symbol, int order);

}  // namespace nabla::runtime
