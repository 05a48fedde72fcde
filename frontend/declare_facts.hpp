// The facts after a declaration: which words there are and what they need, bounds, and facts that
// no value can have together.
#pragma once

#include "frontend/scope.hpp"

#include <string>
#include <vector>

namespace nabla::syntax {

/// The facts with those joined that are one fact in two words: `positive definite`.
std::vector<ast::Fact> joined_facts(const std::vector<ast::Fact>& facts);

/// Why no value has all the facts; empty if nothing speaks against one. Bounds hold for every
/// entry, and a size is at least 1.
std::string contradiction(const Symbol& symbol);

}  // namespace nabla::syntax
