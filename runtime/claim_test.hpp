// Random points for a claim, and special ones: can it be refuted?
#pragma once

#include "runtime/assertion.hpp"

namespace nabla::runtime {

/// Tries the claim `left ? right` (claim.left and claim.right, finished) at random points and sets
/// the verdict: refuted with a counterexample, holds, or untested. A strict inequality is tried at
/// special points too: where symbols are zero, equal, or multiples of one another.
void test_claim(const ir::Module& module, const ir::Assert& claim, ir::Expr left, ir::Expr right,
                AssertResult& result);

}  // namespace nabla::runtime
