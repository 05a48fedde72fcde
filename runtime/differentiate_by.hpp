// The derivative that `--wrt x --order k` asks for.
#pragma once

#include <nabla/error.hpp>
#include <string>
#include <vector>

#include "frontend/frontend.hpp"
#include "ir/expr.hpp"

namespace nabla::runtime {

/// The derivative of `order` (at least 1) by one symbol, finished: axes of `e`, then those of the
/// symbol once an order. Makes nodes.
ir::Expr differentiate_by(ir::Expr e, ir::Expr symbol, int order);

/// Adds a note if `variable`, as it was typed, is probably a slip: the expression does not use it,
/// and none of `declarations` speaks of it. The derivative is zero then.
void note_unused_variable(const std::string& variable, const syntax::Expression& expression,
                          const std::vector<std::string>& declarations,
                          std::vector<Diagnostic>& notes);

}  // namespace nabla::runtime
