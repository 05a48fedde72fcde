// The only door to the grammar: text in, surface tree out. No function here throws on bad text;
// what is wrong is reported, and every logical line of a file is tried, so that one run shows the
// mistakes of all of them.
#pragma once

#include "frontend/ast.hpp"
#include "frontend/lexer.hpp"

#include <optional>

namespace nabla::syntax {

/// All statements that parse. The names that the file itself declares and defines are added to
/// `known` first.
ast::File parse_file(const Source& source, KnownNames known, Diagnostics& diagnostics);

/// The whole text as one expression, or as one comparison.
std::optional<ast::Node> parse_expression(const Source& source, const KnownNames& known,
                                          Diagnostics& diagnostics, bool comparison = false);

/// The whole text as one declaration without its first word: `A[n,n] symmetric`.
std::optional<ast::Declaration> parse_declaration(const Source& source, Diagnostics& diagnostics);

}  // namespace nabla::syntax
