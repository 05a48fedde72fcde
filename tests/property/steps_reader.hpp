// Reads a derivation back: every line, as it is printed, is parsed and evaluated, and compared with
// what its left-hand side stands for.
#pragma once

#include <string>

#include "codegen/source/text.hpp"
#include "ir/interpret.hpp"
#include "passes/steps.hpp"

namespace nabla::testing {

struct ReadCounts {
    int lines = 0;
    int derivations = 0;
    int skipped = 0;  ///< derivations whose value is not finite at the point
};

/// What is wrong with the derivation of `f` by `x` up to `order`; empty if nothing is. `at` has a
/// value for every symbol of f, and for x.
std::string derivation_failure(ir::Expr f, ir::Expr x, int order, const ir::Bindings& at,
                               codegen::TextStyle style, ReadCounts& counts);

}  // namespace nabla::testing
