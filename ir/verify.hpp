// Checks a graph's invariants (canonical labels, shapes, factor limits). For tests and debug
// builds.
#pragma once

#include <string>

#include "ir/expr.hpp"

namespace nabla::ir {

/// Empty if every node below `e` keeps the invariants of expr.hpp, else what is broken, where.
std::string verify(Expr e);

}  // namespace nabla::ir
