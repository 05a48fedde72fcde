// Loop nests under construction. Values over the same domain are merged into one nest: one body
// with common subexpressions, several stores; what an earlier member computed at the same point is
// used directly. Until the program is assembled, accesses name ValueIds and the value's own axes.
#pragma once

#include <map>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "codegen/body.hpp"
#include "codegen/fuse.hpp"
#include "codegen/graph.hpp"
#include "codegen/inline.hpp"
#include "codegen/loop.hpp"

namespace nabla::codegen {

struct Nest {
    std::vector<AxisId> domain;
    BodyBuilder body;
    std::vector<Store> stores;  ///< targets name values
    /// Elements known at the current point: loaded, or computed by an earlier member.
    std::map<std::pair<ValueId, std::vector<AxisId>>, std::uint32_t> known;
};

/// A nest, or steps that are complete (a routine's call).
using Item = std::variant<Nest, std::vector<Step>>;

/// The items of one group: a stream's body, or a stretch of the program outside of streams.
class Items {
public:
    Items(const Graph& graph, const Inlining& inlining, std::vector<Axis>& axes)
        : graph_(graph), inlining_(inlining), axes_(axes) {}
    /// Members' `label` walks `axis`.
    void set_stream(AxisId axis) { stream_axis_ = axis; }

    /// Computes the formula of op.value by loops and stores it; `label`: the one that the stream
    /// walks, if there is a stream. `accumulate`: into what the target holds.
    void add_loops(const Op& op, std::optional<AxisId> label, bool accumulate);
    /// Adds steps that make `value`, after everything that was added before.
    void add_steps(ValueId value, std::vector<Step> steps);

    std::vector<Item>& items() { return items_; }

private:
    std::optional<std::vector<AxisId>> match(const Op& op, const Nest& nest,
                                             std::optional<AxisId> label) const;
    bool can_follow(const Op& op, const Nest& nest, std::size_t item,
                    const std::vector<AxisId>& axes) const;
    bool worth_merging(const Op& op, const Nest& nest, const std::vector<AxisId>& axes) const;
    std::size_t first_item(const Op& op) const;
    void write(const Op& op, Nest& nest, const std::vector<AxisId>& axes, bool accumulate);
    std::uint32_t element(Nest& nest, ValueId value, std::vector<AxisId> axes);
    std::vector<AxisId> new_axes(const Formula& formula, std::optional<AxisId> label);

    const Graph& graph_;
    const Inlining& inlining_;
    std::vector<Axis>& axes_;
    std::optional<AxisId> stream_axis_;
    std::vector<Item> items_;
    std::map<ValueId, std::size_t> made_in_;  ///< item that makes a value
};

/// The body of a formula with everything that is not stored expanded, over its own labels.
std::vector<Instr> expanded_body(const Graph& graph, const Inlining& inlining, ValueId value);

}  // namespace nabla::codegen
