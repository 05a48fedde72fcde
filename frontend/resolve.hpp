// Name resolution on the surface tree, in place: every name node ends up meaning something in the
// Scope (or was reported), words that are no names are split into names that are (`AXB` is A X B),
// and texts that would silently mean something else are rejected. Shapes play no part here.
#pragma once

#include "frontend/ast.hpp"
#include "frontend/diagnostics.hpp"
#include "frontend/scope.hpp"

#include <set>
#include <string>

namespace nabla::syntax {

enum class Resolution {
    complete,
    unknown_names,  ///< some names mean nothing; what does not use them can still be checked
    rejected,       ///< the text could mean two things, or is too deep
};

/// Resolves the names of one expression. With scope.defaults, undeclared default names are added
/// to the scope as symbols. `locals` are the parameters of the function being defined. Reports each
/// unknown name.
Resolution resolve_names(ast::Node& expression, Scope& scope, const std::set<std::string>& locals,
                         Diagnostics& diagnostics);

/// The arguments of a call that are sizes, as in `zeros(m, n)`, begin here; past the end if none
/// is.
std::size_t first_size_argument(const ast::Node& call);

/// Adds the names that the expression uses as sizes (in `ones zeros eye reshape`, `unit`, range
/// bounds) to the scope's dimension names, unless they are declared.
void collect_size_names(const ast::Node& expression, Scope& scope);

/// The indices of a tensor `[i, j: A[i,k] B[k,j]]`: those on the left, then each name that stands
/// at an axis and that nothing declares.
std::vector<std::string> tensor_indices(const ast::Node& tensor, const Scope& scope);

/// The words of an expression, as typed.
void collect_words(const ast::Node& expression, std::set<std::string>& words);

}  // namespace nabla::syntax
