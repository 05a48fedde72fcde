// The last steps on a program whose accesses still name values: stores that nobody reads and what
// they needed are dropped, loops are ordered, streams of one statement become that statement, and
// values turn into buffers.
#pragma once

#include <vector>

#include "codegen/fuse.hpp"
#include "codegen/nest.hpp"

namespace nabla::codegen {

/// One group's items in order, before values are buffers.
struct Stretch {
    std::optional<AxisId> stream_axis;
    std::vector<Item> items;
    std::vector<Step> after;  ///< mirrors of results that the stream accumulates
};

/// Removes stores to values that are no outputs and that nothing reads, and dead bodies.
void drop_unread(std::vector<Stretch>& stretches, const std::vector<bool>& is_output);

/// The nest as a statement with its loops in a good order: the stream's axis outermost, innermost
/// the axis that walks most elements contiguously. Accesses name values; `layouts` as in
/// structure.hpp.
Statement to_statement(const Nest& nest, std::optional<AxisId> stream_axis,
                       const std::vector<std::vector<std::uint8_t>>& layouts);

}  // namespace nabla::codegen
