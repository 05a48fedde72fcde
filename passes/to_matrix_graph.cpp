#include "passes/to_matrix_graph.hpp"

#include <algorithm>

namespace nabla::passes {
namespace {

using ir::Rational;

NotationPtr axis_sum(const NotationPtr& matrix, int axis) {
    Notation n = *call_notation("sum", {matrix}, 1, {std::to_string(axis)});
    n.row = axis == 1;
    return make(std::move(n));
}

/// The column of row sums; over the transposed matrix where that is the simpler one.
NotationPtr row_sums(const NotationPtr& matrix) {
    NotationPtr flipped = transposed(matrix);
    if (flipped->transposes < matrix->transposes) return transposed(axis_sum(flipped, 1));
    return axis_sum(matrix, 2);
}

NotationPtr diagonal_of(const NotationPtr& matrix) { return call_notation("diag", {matrix}, 1); }

/// The diagonal of an entrywise product: 1 ./ diag(L), not diag(1 ./ L).
Power diagonal_power(const std::vector<Power>& factors) {
    if (factors.size() == 1) return Power{diagonal_of(factors[0].base), factors[0].exponent};
    return Power{diagonal_of(hadamard_notation(factors))};
}

/// A triangle of ones between vectors is the triangle of their outer product; else null.
NotationPtr triangle_of_outer(const GraphEdge& edge, const std::vector<Power>& rows,
                              const std::vector<Power>& columns, std::size_t row) {
    if (rows.empty() || columns.empty() || edge.factors.size() != 1) return nullptr;
    NotationPtr mask = oriented(edge, row);
    if (mask->kind != NotationKind::call || !is_triangle(*mask) ||
        mask->children[0]->kind != NotationKind::ones)
        return nullptr;
    NotationPtr outer =
        product_notation({hadamard_notation(rows), transposed(hadamard_notation(columns))});
    return call_notation(mask->text, {outer}, 2);
}

/// Matrix · (vectors at the far end), or row sums where there are none.
NotationPtr applied(const NotationPtr& matrix, const GraphVertex& far) {
    if (far.factors.empty()) return row_sums(matrix);
    return product_notation({matrix, hadamard_notation(far.factors)});
}

NotationPtr joined(const NotationPtr& left, const GraphVertex& middle, const NotationPtr& right) {
    if (middle.factors.empty()) return product_notation({left, right});
    return product_notation({left, diagonal_notation(hadamard_notation(middle.factors)), right});
}

void remove_edges(LabelGraph& graph, std::vector<std::size_t> gone) {
    std::sort(gone.rbegin(), gone.rend());
    for (std::size_t e : gone)
        graph.edges.erase(graph.edges.begin() + static_cast<std::ptrdiff_t>(e));
}

std::vector<std::size_t> edges_at(const LabelGraph& graph, std::size_t vertex) {
    std::vector<std::size_t> result;
    for (std::size_t e = 0; e < graph.edges.size(); ++e)
        if (graph.edges[e].from == vertex || graph.edges[e].to == vertex) result.push_back(e);
    return result;
}

bool close_loops(LabelGraph& graph) {
    for (std::size_t e = 0; e < graph.edges.size(); ++e) {
        const GraphEdge& edge = graph.edges[e];
        if (edge.from != edge.to) continue;
        GraphVertex& vertex = graph.vertices[edge.from];
        multiply_power(vertex.factors, diagonal_power(edge.factors));
        remove_edges(graph, {e});
        return true;
    }
    return false;
}

/// Dead ends that carry a vector go first: `sum(X w)`, not `(X^T ones(m))^T w`.
bool fold_dead_end(LabelGraph& graph, bool with_vector) {
    for (std::size_t v = 0; v < graph.vertices.size(); ++v) {
        GraphVertex& vertex = graph.vertices[v];
        if (vertex.kept || vertex.gone || vertex.factors.empty() == with_vector) continue;
        std::vector<std::size_t> edges = edges_at(graph, v);
        if (edges.size() != 1 || degree(graph, v) != 1) continue;
        const GraphEdge& edge = graph.edges[edges[0]];
        std::size_t near = other_end(edge, v);
        NotationPtr folded = applied(oriented(edge, near), vertex);
        multiply_power(graph.vertices[near].factors, Power{folded});
        vertex.gone = true;
        remove_edges(graph, edges);
        return true;
    }
    return false;
}

/// A vertex between two edges that end at two others.
bool join_chain(LabelGraph& graph) {
    for (std::size_t v = 0; v < graph.vertices.size(); ++v) {
        GraphVertex& vertex = graph.vertices[v];
        if (vertex.kept || vertex.gone) continue;
        std::vector<std::size_t> edges = edges_at(graph, v);
        if (edges.size() != 2 || degree(graph, v) != 2) continue;
        std::size_t a = other_end(graph.edges[edges[0]], v);
        std::size_t b = other_end(graph.edges[edges[1]], v);
        if (a == b) continue;
        NotationPtr chain =
            joined(oriented(graph.edges[edges[0]], a), vertex, oriented(graph.edges[edges[1]], v));
        vertex.gone = true;
        remove_edges(graph, edges);
        graph.edges.push_back(GraphEdge{a, b, {Power{chain}}});
        return true;
    }
    return false;
}

/// A vertex that two edges tie to one other: diag(A B) or (A .* B^T) v, whichever is simpler.
bool join_pair(LabelGraph& graph) {
    for (std::size_t v = 0; v < graph.vertices.size(); ++v) {
        GraphVertex& vertex = graph.vertices[v];
        if (vertex.kept || vertex.gone) continue;
        std::vector<std::size_t> edges = edges_at(graph, v);
        if (edges.size() != 2 || degree(graph, v) != 2) continue;
        const GraphEdge &left = graph.edges[edges[0]], &right = graph.edges[edges[1]];
        std::size_t a = other_end(left, v);
        if (a != other_end(right, v)) continue;
        NotationPtr there = oriented(left, a), back = oriented(right, v);
        NotationPtr loop = diagonal_of(joined(there, vertex, back));
        if (NotationPtr turned = diagonal_of(joined(transposed(back), vertex, transposed(there)));
            simpler(turned, loop))
            loop = turned;
        std::vector<Power> both{Power{there}};
        multiply_power(both, Power{transposed(back)});
        NotationPtr product = applied(hadamard_notation(both), vertex);
        multiply_power(graph.vertices[a].factors, Power{simpler(product, loop) ? product : loop});
        vertex.gone = true;
        remove_edges(graph, edges);
        return true;
    }
    return false;
}

bool merge_parallel(LabelGraph& graph) {
    for (std::size_t i = 0; i < graph.edges.size(); ++i)
        for (std::size_t j = i + 1; j < graph.edges.size(); ++j) {
            GraphEdge &a = graph.edges[i], &b = graph.edges[j];
            bool along = a.from == b.from && a.to == b.to;
            bool against = a.from == b.to && a.to == b.from;
            if ((!along && !against) || a.from == a.to) continue;
            for (const Power& p : b.factors)
                multiply_power(a.factors, Power{along ? p.base : transposed(p.base), p.exponent});
            remove_edges(graph, {j});
            return true;
        }
    return false;
}

}  // namespace

NotationPtr oriented(const GraphEdge& edge, std::size_t row) {
    if (edge.from == row) return hadamard_notation(edge.factors);
    std::vector<Power> flipped;
    for (const Power& p : edge.factors) flipped.push_back(Power{transposed(p.base), p.exponent});
    return hadamard_notation(flipped);
}

std::size_t degree(const LabelGraph& graph, std::size_t vertex) {
    std::size_t count = 0;
    for (const GraphEdge& edge : graph.edges)
        count += (edge.from == vertex ? 1U : 0U) + (edge.to == vertex ? 1U : 0U);
    return count;
}

std::size_t other_end(const GraphEdge& edge, std::size_t vertex) {
    return edge.from == vertex ? edge.to : edge.from;
}

bool is_cycle(const LabelGraph& graph) {
    if (graph.edges.empty()) return false;
    for (std::size_t v = 0; v < graph.vertices.size(); ++v)
        if (!graph.vertices[v].gone && degree(graph, v) != 2) return false;
    // The graph is connected, so that even degrees of two mean a single cycle.
    return true;
}

void reduce(LabelGraph& graph, bool stop_at_cycle) {
    for (;;) {
        if (fold_dead_end(graph, true)) continue;
        if (stop_at_cycle && is_cycle(graph)) return;
        if (close_loops(graph) || join_chain(graph) || join_pair(graph)) continue;
        if (merge_parallel(graph) || fold_dead_end(graph, false)) continue;
        return;
    }
}

std::optional<NotationPtr> vector_of(LabelGraph graph, std::size_t output) {
    graph.vertices[output].kept = true;
    reduce(graph, false);
    if (!graph.edges.empty()) return std::nullopt;
    const GraphVertex& vertex = graph.vertices[output];
    if (vertex.factors.empty()) return sized_notation(NotationKind::ones, {vertex.dim});
    return hadamard_notation(vertex.factors);
}

std::optional<NotationPtr> matrix_of(LabelGraph graph, std::size_t row, std::size_t column) {
    if (row == column) {
        auto vector = vector_of(std::move(graph), row);
        if (!vector) return std::nullopt;
        return diagonal_notation(*vector);
    }
    graph.vertices[row].kept = graph.vertices[column].kept = true;
    reduce(graph, false);
    if (graph.edges.size() != 1) return std::nullopt;
    if (NotationPtr triangle = triangle_of_outer(graph.edges[0], graph.vertices[row].factors,
                                                 graph.vertices[column].factors, row))
        return triangle;
    std::vector<NotationPtr> chain;
    auto scaling = [&](std::size_t v) {
        if (!graph.vertices[v].factors.empty())
            chain.push_back(diagonal_notation(hadamard_notation(graph.vertices[v].factors)));
    };
    scaling(row);
    chain.push_back(oriented(graph.edges[0], row));
    scaling(column);
    return product_notation(std::move(chain));
}

}  // namespace nabla::passes
