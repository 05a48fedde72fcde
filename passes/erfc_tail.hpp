// The tail of the complementary error function, which underflows at 27 while exp(x²) erfc(x) goes
// on as 1/(x √π).
#pragma once

#include "ir/expr.hpp"

namespace nabla::passes {

/// Beyond this argument erfc is computed by its asymptotic series; native erfc is good to 26.
inline constexpr int erfc_tail = 20;

/// exp(x²) erfc(x) for x > erfc_tail.
ir::Expr scaled_erfc(ir::Expr x);

}  // namespace nabla::passes
