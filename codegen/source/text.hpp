// Expressions as text: ASCII as it is typed, Unicode, LaTeX. ASCII and Unicode read back.
#pragma once

#include <string>

#include "ir/expr.hpp"
#include "passes/notation.hpp"

namespace nabla::codegen {

enum class TextStyle { ascii, unicode, latex };

/// E.g. `2 X^T (X w - y)`. Matrix notation where there is one, else index notation. The expression
/// is shown as it is: call passes::finish first. With `as_row`, a vector is written as a row. What
/// would fill pages gets parts named: the first line is the expression, and each further one a
/// definition `t1 = …`, as in a file.
std::string print(ir::Expr e, TextStyle style = TextStyle::ascii, bool as_row = false);

/// The same for notation that is there already.
std::string print(const passes::NotationPtr& notation, TextStyle style);

}  // namespace nabla::codegen
