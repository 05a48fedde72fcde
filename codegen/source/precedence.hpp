// Which notations need parentheses where: shared by every spelling of infix notation.
#pragma once

#include "passes/notation.hpp"

namespace nabla::codegen {

/// How tightly a notation binds; what binds less tightly than its place asks for gets parentheses.
enum class Level { sum, product, postfix, atom };

Level level_of(const passes::Notation& notation);

}  // namespace nabla::codegen
