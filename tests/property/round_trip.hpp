// What is printed reads back: an expression printed in a style, parsed with the declarations that
// the answer states, and compared with the node that was printed.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "codegen/source/text.hpp"
#include "frontend/frontend.hpp"
#include "ir/expr.hpp"

namespace nabla::testing {

/// `A[n, n] symmetric`, as an answer's kinds, shapes and facts say it.
std::string declaration_of(ir::Expr symbol);

/// One text a name: symbols, and dimension names that no symbol's shape tells.
std::vector<std::string> stated_declarations(ir::Expr e, const std::vector<ir::Expr>& symbols);

/// Reads one printed answer back: the first line an expression, further lines definitions.
ir::Expr read_printed(ir::Expr e, const std::string& text, const std::vector<ir::Expr>& symbols);

/// 1/||x|| as derivatives make it (0 at 0) reads back as IEEE's power: both as the power.
ir::Expr without_rnorm(ir::Expr e);

/// Holds a product of more factors, or a sum of more terms, than are kept flat (ir::max_factors,
/// ir::max_flat_terms). Its text says nothing of how it is nested, so that another nesting may be
/// read.
bool has_nested_parts(ir::Expr e);

/// Why the finished expression does not come back from its text; empty if it does.
std::string round_trip_failure(ir::Expr finished, const std::vector<ir::Expr>& symbols,
                               codegen::TextStyle style, bool as_row = false);

}  // namespace nabla::testing
