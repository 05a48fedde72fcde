// A linear function read off a product: z = Σ a · u for a product z that holds the factors of u.
#pragma once

#include <optional>

#include "ir/expr.hpp"

namespace nabla::passes {

/// The a of u's shape with z = Σ a · u over all entries, for a scalar z; nothing if u's factors are
/// not among z's, or what they are summed over is used elsewhere in z.
std::optional<ir::Expr> coefficient_of(ir::Expr u, ir::Expr z);

}  // namespace nabla::passes
