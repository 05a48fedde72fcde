// Differences that may stand either way round, ||x - a|| and ||a - x||, stand as they do elsewhere
// in the formula: (x - a)/||x - a||.
#pragma once

#include "passes/notation.hpp"

namespace nabla::passes {

/// The same value, with differences under norms, in even powers and in quadratic forms turned to
/// agree with those outside; the argument itself where there is nothing to turn.
NotationPtr with_consistent_signs(const NotationPtr& notation);

}  // namespace nabla::passes
