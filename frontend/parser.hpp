// The only door to the grammar: text in, surface tree out. No function here throws on bad text;
// what is wrong is reported, and every logical line of a file is tried, so that one run shows the
// mistakes of all of them.
#pragma once

#include "frontend/ast.hpp"
#include "frontend/imports.hpp"
#include "frontend/lexer.hpp"

#include <optional>
#include <vector>

namespace nabla::syntax {

/// All statements that parse, of a native file or a GENO model. The names that the file itself
/// declares and defines are added to `known` first. Where an import stands, the statements of its
/// file follow, without that file's requests.
ast::File parse_file(const Source& source, KnownNames known, Diagnostics& diagnostics,
                     const Imports& imports = {});

/// The imports of one segment, those that parse.
std::vector<ast::Import> imports_of(const Source& source, std::size_t segment);

/// The whole text as one expression, or as one comparison.
std::optional<ast::Node> parse_expression(const Source& source, const KnownNames& known,
                                          Diagnostics& diagnostics, bool comparison = false);

/// The whole text as one declaration without its first word: `A[n,n] symmetric`.
std::optional<ast::Declaration> parse_declaration(const Source& source, Diagnostics& diagnostics);

// The lines of a GENO model (geno.hpp), each a part of the source.

/// `matrix A symmetric, B`, one or several.
std::optional<std::vector<ast::Declaration>> parse_geno_declarations(const Source& source,
                                                                     Span line,
                                                                     Diagnostics& diagnostics);
std::optional<ast::Node> parse_geno_objective(const Source& source, Span part,
                                              const KnownNames& known, Diagnostics& diagnostics);
std::optional<ast::Node> parse_geno_constraint(const Source& source, Span line,
                                               const KnownNames& known, Diagnostics& diagnostics);

}  // namespace nabla::syntax
