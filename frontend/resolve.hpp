// Name resolution on the surface tree, in place: every name node ends up meaning something in the
// Scope (or was reported), words that are no names are split into names that are (`AXB` is A X B),
// and texts that would silently mean something else are rejected. Shapes play no part here.
#pragma once

#include "frontend/ast.hpp"
#include "frontend/diagnostics.hpp"
#include "frontend/scope.hpp"

#include <optional>
#include <set>
#include <string>
#include <vector>

namespace nabla::syntax {

/// Resolves the names of one expression. With scope.defaults, undeclared default names are added
/// to the scope as symbols. `locals` are the parameters of the function being defined. Reports each
/// unknown name; returns whether there was none.
bool resolve_names(ast::Node& expression, Scope& scope, const std::set<std::string>& locals,
                   Diagnostics& diagnostics);

/// Adds the names that the expression uses as sizes (in `ones zeros eye reshape`, `unit`, range
/// bounds) to the scope's dimension names, unless they are declared.
void collect_size_names(const ast::Node& expression, Scope& scope);

/// The words of an expression, as typed.
void collect_words(const ast::Node& expression, std::set<std::string>& words);

/// Splits a word into names: longest first, with backtracking. Nothing if it cannot be done.
std::optional<std::vector<std::string>> split_word(const std::string& word, const Scope& scope,
                                                   const std::set<std::string>& locals);

}  // namespace nabla::syntax
