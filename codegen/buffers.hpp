// Memory of temporaries: offsets in the workspace, reused once a temporary is dead.
#pragma once

#include <vector>

#include "codegen/loop.hpp"

namespace nabla::codegen {

/// Gives every temporary (and every buffer of integers) its offset, a multiple of 64, such that two
/// that live at the same time do not overlap; sets workspace_bytes.
void assign_offsets(LoopProgram& program);

/// Bytes of a buffer in the program's precision.
std::uint64_t bytes_of(const LoopProgram& program, const Buffer& buffer);

/// Every buffer that a step mentions, inner steps of a stream included; with repetitions.
std::vector<BufferId> buffers_of(const Step& step);

}  // namespace nabla::codegen
