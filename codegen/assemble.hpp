// From a schedule to the loop program: buffers and their layouts, loop nests, library calls,
// streams with their block sizes, initial values of accumulations.
#pragma once

#include <string>
#include <vector>

#include "codegen/compile.hpp"
#include "codegen/fuse.hpp"
#include "codegen/graph.hpp"
#include "codegen/inline.hpp"

namespace nabla::codegen {

struct AssembleRequest {
    Graph& graph;  ///< copies of blocks are added
    Inlining& inlining;
    const std::vector<Op>& ops;
    const Schedule& schedule;
    const std::vector<ValueId>& inputs;   ///< by position
    const std::vector<ValueId>& outputs;  ///< by position, distinct
    const CompileOptions& options;
};

/// Complete but for error texts and the offsets of temporaries.
LoopProgram assemble(const AssembleRequest& request);

}  // namespace nabla::codegen
