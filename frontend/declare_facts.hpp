// The facts after a declaration: which words there are and what they need, bounds, and facts that
// no value can have together.
#pragma once

#include "frontend/scope.hpp"

#include <string>

namespace nabla::syntax {

/// Why no value has all the facts; empty if nothing speaks against one. Bounds hold for every
/// entry, and a size is at least 1.
std::string contradiction(const Symbol& symbol);

}  // namespace nabla::syntax
