// Fusion: which values are computed in one pass over memory. An axis of a big input (or stored
// value) is chosen as the axis of a stream when that saves memory traffic; whatever reads data by
// that axis joins. The level rule: within a stream a value may follow the ones it needs row by row;
// what a value reduced over the axis, or is needed as a whole, is complete only after the pass.
#pragma once

#include <cstdint>
#include <vector>

#include "codegen/graph.hpp"
#include "codegen/inline.hpp"

namespace nabla::codegen {

/// A value to be computed: what it reads by loops, and what its routine needs whole.
struct Op {
    ValueId value = no_value;
    std::vector<Read> reads;
    std::vector<ValueId> operands;
    bool library = false;  ///< a library routine computes it, if its stream allows
};

struct Assignment {
    int stream = -1;   ///< −1: outside of all streams
    AxisId label = 0;  ///< of the value's formula: the stream's axis
};

struct Group {
    int stream = -1;
    std::vector<std::size_t> ops;  ///< in an order that respects their needs
};

struct Schedule {
    std::vector<std::int64_t> stream_extents;
    std::vector<Assignment> of_value;  ///< by ValueId
    std::vector<Group> groups;         ///< in order of execution
};

/// `library_threshold` as in CompileOptions.
std::vector<Op> collect_ops(const Graph& graph, const Inlining& inlining,
                            std::int64_t library_threshold);

Schedule fuse(const Graph& graph, const std::vector<Op>& ops, const std::vector<ValueId>& outputs);

/// The axis of `id` that its stream walks: −1 if none (not in a stream, or reduced over it).
int streamed_axis(const Graph& graph, const Schedule& schedule, ValueId id);

/// Values that live only within one block of their stream: read in the same group only, row by row.
std::vector<bool> block_local_values(const Graph& graph, const std::vector<Op>& ops,
                                     const Schedule& schedule, const std::vector<ValueId>& outputs);

}  // namespace nabla::codegen
