// Canonical forms of where() and of comparisons.
#pragma once

#include <optional>
#include <vector>

#include "ir/build.hpp"

namespace nabla::ir {

/// A simpler form of f(arguments) for f = where or a comparison; `shape` is the result's.
std::optional<Expr> simplify_choice(Fn f, const std::vector<Expr>& arguments, const Shape& shape);

}  // namespace nabla::ir
