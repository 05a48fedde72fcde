// Checks of `minimize` and `export` statements that look at names, not at shapes: what a problem
// moves, which options it sets, and whether an export can be a C function beside the others.
#pragma once

#include "frontend/ast.hpp"
#include "frontend/diagnostics.hpp"
#include "frontend/scope.hpp"

namespace nabla::syntax {

/// Reports names after `over` that are no variables or stand there twice, and options that are no
/// numbers or are given twice.
void check_problem(const ast::Problem& problem, const Scope& scope, Diagnostics& diagnostics);

/// The number of an option that check_problem did not report.
double option_value(const ast::Node& option);

/// Reports names that cannot be C functions (keywords, `main`, functions of the C library's maths
/// that the compiled code itself may call) and names that clash with those of another export:
/// `as f` makes f, f_workspace and f_error.
void check_exports(const ast::File& file, Diagnostics& diagnostics);

}  // namespace nabla::syntax
