// GENO models (www.geno-project.org): blocks `parameters`, `variables`, `min` or `max`, and `st`,
// without sizes. Cuts a text into its blocks and gives the statements that a native file would
// have: declarations whose sizes use decides, and one problem over all variables. The expressions
// are those of the language itself.
#pragma once

#include "frontend/ast.hpp"
#include "frontend/diagnostics.hpp"
#include "frontend/lexer.hpp"

#include <optional>
#include <vector>

namespace nabla::syntax {

/// A model with its declarations read and its expressions still text.
struct GenoModel {
    struct Declared {
        Span line;
        ast::Declaration declaration;
    };
    std::vector<Declared> declarations;
    std::vector<ast::Name> broken;  ///< names on lines that do not parse
    bool maximize = false;
    Span whole;  ///< from `min` to the last constraint
    std::optional<Span> objective;
    std::vector<Span> constraints;
};

/// Whether the segment begins with `parameters`, or with `variables` and then a kind.
bool is_geno(const Source& source, std::size_t segment);

/// Blocks that are missing, stand twice or in the wrong order are reported, and so are declarations
/// that do not parse.
GenoModel read_geno_blocks(const Source& source, std::size_t segment, Diagnostics& diagnostics);

/// The model as statements: declarations, then the problem if it has an objective.
std::vector<ast::Statement> geno_statements(const Source& source, const GenoModel& model,
                                            const KnownNames& known, Diagnostics& diagnostics);

}  // namespace nabla::syntax
