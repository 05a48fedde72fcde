// The labels of a product as a graph, and its reduction to matrix words. A vertex is a label and
// carries the vectors indexed by it; an edge is a matrix between two labels. Dead ends fold into a
// vector (X w), vertices between two edges join them into a chain (A diag(v) B), parallel edges
// become a Hadamard product. What is left at the end is read off.
#pragma once

#include <optional>
#include <vector>

#include "passes/notation_terms.hpp"

namespace nabla::passes {

struct GraphVertex {
    std::vector<Power> factors;  ///< column vectors, multiplied entry by entry
    bool kept = false;           ///< an output, or the vertex to end at: never folded
    bool gone = false;
    ir::Dim dim;
};

struct GraphEdge {
    std::size_t from = 0, to = 0;  ///< rows and columns of the matrices
    std::vector<Power> factors;    ///< matrices, multiplied entry by entry
};

struct LabelGraph {
    std::vector<GraphVertex> vertices;
    std::vector<GraphEdge> edges;
};

/// The edge's matrix with rows `row`, which is one of its ends.
NotationPtr oriented(const GraphEdge& edge, std::size_t row);
std::size_t degree(const LabelGraph& graph, std::size_t vertex);
std::size_t other_end(const GraphEdge& edge, std::size_t vertex);

/// Folds, joins and merges until nothing but kept vertices and edges between them is left, if the
/// graph allows it. With `stop_at_cycle`, leaves a graph that is one cycle as it is.
void reduce(LabelGraph& graph, bool stop_at_cycle);
/// Every vertex that is left lies on one common cycle (of one or more edges).
bool is_cycle(const LabelGraph& graph);

// The three ways in which a connected piece of a product ends; empty if it is no such graph
// (a K4, say).

/// No outputs: an inner product, a norm, a trace, a sum.
std::optional<Power> scalar_of(const LabelGraph& graph);
/// One output: a column vector.
std::optional<NotationPtr> vector_of(LabelGraph graph, std::size_t output);
/// Two outputs: a matrix with rows `row`. Where they are one vertex, a diagonal matrix.
std::optional<NotationPtr> matrix_of(LabelGraph graph, std::size_t row, std::size_t column);

}  // namespace nabla::passes
