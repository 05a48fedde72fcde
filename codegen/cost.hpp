// What a plan costs: the traffic between memory and processor that fusion minimises, and the flops
// and bytes of a finished loop program's steps.
#pragma once

#include "codegen/fuse.hpp"
#include "codegen/loop.hpp"

namespace nabla::codegen {

/// Sizes of caches that blocks are chosen for, in bytes.
inline constexpr double first_level_block = 24 * 1024;
inline constexpr double second_level_block = 192 * 1024;
inline constexpr double library_block = 512 * 1024;

/// Elements moved by a schedule: every pass over a stored value counts its size, writing it once
/// more; block-local values cost nothing.
double memory_traffic(const Graph& graph, const std::vector<Op>& ops, const Schedule& schedule,
                      const std::vector<ValueId>& outputs);

/// Floating-point operations of a step (a function call counts as 20) and bytes of the buffers it
/// touches, each once.
struct StepCost {
    double flops = 0;
    double bytes = 0;
};
StepCost cost(const LoopProgram& program, const Step& step);
StepCost cost(const LoopProgram& program);

/// How often the program walks through a buffer from memory: steps outside of streams that read it,
/// plus streams that do. Within one stream the rows of a block stay in cache and count once; a
/// large buffer that a stream's body reads as a whole counts once a block.
int passes_over(const LoopProgram& program, BufferId buffer);

/// The buffer of input number `position`, or of output number `position`.
BufferId input_buffer(const LoopProgram& program, std::uint32_t position);
BufferId output_buffer(const LoopProgram& program, std::uint32_t position);

}  // namespace nabla::codegen
