// Checks of requests that look at names and signs, not at shapes: what a problem moves, its method
// and options, what `solve` and `assert` can mean, and whether an export can be a C function beside
// the others.
#pragma once

#include "frontend/ast.hpp"
#include "frontend/diagnostics.hpp"
#include "frontend/scope.hpp"

namespace nabla::syntax {

/// Reports names after `over` that are no variables or stand there twice, constraints with `!=`,
/// methods that do not exist, and options that the method does not have, that have no value of the
/// right kind or are given twice.
void check_problem(const ast::Problem& problem, const Scope& scope, Diagnostics& diagnostics);

/// The number of an option that check_problem did not report; NaN for one that is a word.
double option_value(const ast::Node& option);

/// Reports what is no equation, and an unknown that is no variable or parameter.
void check_solve(const ast::Solve& solve, const Scope& scope, Diagnostics& diagnostics);

/// Reports claims with `!=`.
void check_assert(const ast::Assert& claim, Diagnostics& diagnostics);

/// Reports names that cannot be C functions (keywords, `main`, functions of the C library's maths
/// that the compiled code itself may call) and names that clash with those of another export:
/// `as f` makes f, f_workspace and f_error.
void check_exports(const ast::File& file, Diagnostics& diagnostics);

}  // namespace nabla::syntax
