// Finds statements that compute a symmetric matrix, so that only about half of it is computed and
// the rest mirrored: X^T diag(t) X and its like. Private to emit*.cpp.
#pragma once

#include <set>

#include "codegen/loop.hpp"

namespace nabla::codegen {

/// The statements of `program` that may leave the lower triangle of their (only) target to a mirror
/// step at their end, or at the end of the stream that they are in: the value is the same with the
/// target's two axes exchanged, the target holds nothing else that is not symmetric, and nobody
/// reads it before.
std::set<const Statement*> symmetric_statements(const LoopProgram& program);

}  // namespace nabla::codegen
