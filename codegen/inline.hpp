// Which values get a buffer and which are recomputed inside the loops of those who read them. A
// reduction, a routine's result and an output have one; an entrywise value is computed in its
// readers' loops unless these run over more points than it has (a sigmoid of m numbers read inside
// m×n loops), or it is costly and has several readers, or its body would grow without bound.
#pragma once

#include <vector>

#include "codegen/graph.hpp"

namespace nabla::codegen {

/// One element of a stored value (or input) that a loop reads: labels of the reader's formula.
struct Read {
    ValueId value = no_value;
    std::vector<AxisId> labels;
    friend bool operator==(const Read&, const Read&) = default;
};

class Inlining {
public:
    Inlining(const Graph& graph, const std::vector<ValueId>& outputs);

    bool reachable(ValueId id) const { return reachable_[id]; }
    /// Has a buffer: inputs, parts, and whatever its own loops or routine compute.
    bool stored(ValueId id) const { return stored_[id]; }
    /// A value that was added to the graph since then has a buffer.
    void add_stored(ValueId id);
    /// Computed by loops of its own: stored, and neither input nor part.
    std::vector<ValueId> computed() const;
    /// What the formula of `id` reads once everything that is not stored is expanded; each once.
    std::vector<Read> reads(ValueId id) const;

private:
    void mark_reachable(const std::vector<ValueId>& outputs);
    void decide(const std::vector<ValueId>& outputs);
    bool must_store(ValueId id, double largest_reader, int readers) const;
    void bound_bodies();

    const Graph* graph_;
    std::vector<bool> reachable_, stored_;
};

}  // namespace nabla::codegen
