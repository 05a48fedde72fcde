// Products without outputs: inner products, norms, traces, sums of entries.
#include <algorithm>

#include "passes/to_matrix_graph.hpp"

namespace nabla::passes {
namespace {

using ir::Rational;

bool is_call(const NotationPtr& n, const char* name) {
    return n->kind == NotationKind::call && n->text == name;
}

/// Matrices that one multiplies, as against those one treats entry by entry.
bool is_linear(const GraphEdge& edge) {
    if (edge.factors.size() != 1 || edge.factors[0].exponent != Rational(1)) return false;
    switch (edge.factors[0].base->kind) {
        case NotationKind::name:
        case NotationKind::identity:
        case NotationKind::sum:
        case NotationKind::product:
        case NotationKind::quotient:
        case NotationKind::power:
        case NotationKind::transpose:
        case NotationKind::inverse:
        case NotationKind::inverse_transpose:
        case NotationKind::indexed:
        case NotationKind::kronecker:
        case NotationKind::block:
            return true;
        case NotationKind::number:
        case NotationKind::pi:
        case NotationKind::ones:
        case NotationKind::zeros:
        case NotationKind::hadamard:
        case NotationKind::hadamard_quotient:
        case NotationKind::hadamard_power:
        case NotationKind::norm:
        case NotationKind::call:
        case NotationKind::index_tensor:
        case NotationKind::compare:
            return false;
    }
    return false;
}

bool is_square(const NotationPtr& n) {
    return n->kind == NotationKind::hadamard_power && n->children.size() == 1 &&
           n->exponent == Rational(2);
}

/// The r of r.^2, or of a product of such; else null.
NotationPtr entrywise_root(const NotationPtr& n) {
    if (is_square(n)) return n->children[0];
    if (n->kind != NotationKind::hadamard ||
        !std::all_of(n->children.begin(), n->children.end(), is_square))
        return nullptr;
    std::vector<Power> roots;
    for (const NotationPtr& child : n->children) roots.push_back(Power{child->children[0]});
    return hadamard_notation(roots);
}

/// The sum of all entries of a vector or matrix.
Power entry_sum(const NotationPtr& argument) {
    if (argument->kind == NotationKind::transpose) return entry_sum(argument->children[0]);
    if (is_call(argument, "sum") && argument->rank == 1) return entry_sum(argument->children[0]);
    if (NotationPtr root = entrywise_root(argument))
        return Power{norm_notation(root, argument->rank == 2 ? "F" : ""), 2};
    if (is_call(argument, "abs") && argument->rank == 1)
        return Power{norm_notation(argument->children[0], "1")};
    if (is_call(argument, "diag") && argument->rank == 1)
        return Power{call_notation("tr", argument->children, 0)};
    return Power{call_notation("sum", {argument}, 0)};
}

/// The entry that a unit vector among the factors picks; null without one.
NotationPtr picked_entry(const std::vector<Power>& factors) {
    for (std::size_t k = 0; k < factors.size() && factors.size() > 1; ++k) {
        if (!is_unit_vector(factors[k].base)) continue;
        std::vector<Power> rest = factors;
        rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(k));
        return entry_of(hadamard_notation(rest), factors[k].base);
    }
    return nullptr;
}

/// A sum over a vector knows how long the vector is: sum(x)/n is mean(x).
Power sized_sum(Power sum, ir::Dim size) {
    if (!is_call(sum.base, "sum") || sum.base->children[0]->rank != 1) return sum;
    Notation n = *sum.base;
    n.dims = {size};
    sum.base = make(std::move(n));
    return sum;
}

/// Σ_i of a product of vectors.
Power contracted(const std::vector<Power>& factors) {
    if (NotationPtr entry = picked_entry(factors)) return Power{entry};
    bool squares = std::all_of(factors.begin(), factors.end(),
                               [](const Power& p) { return p.exponent == Rational(2); });
    if (factors.size() == 1 || squares) return entry_sum(hadamard_notation(factors));
    NotationPtr best;
    for (std::size_t k = 0; k < factors.size(); ++k) {
        if (factors[k].exponent != Rational(1)) continue;
        std::vector<Power> rest = factors;
        rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(k));
        bool only_below = std::all_of(rest.begin(), rest.end(),
                                      [](const Power& p) { return p.exponent.num < 0; });
        if (only_below) continue;
        NotationPtr form = product_notation({transposed(factors[k].base), hadamard_notation(rest)});
        if (!best || simpler(form, best)) best = form;
    }
    NotationPtr sum = entry_sum(hadamard_notation(factors)).base;
    if (!best || (factors.size() > 2 && sum->size < best->size)) best = sum;
    return Power{best};
}

/// A cycle as a list: matrices in the direction of travel, and the vectors at each start.
struct Cycle {
    std::vector<NotationPtr> matrices;
    std::vector<std::vector<Power>> vectors;
    std::size_t length() const { return matrices.size(); }
};

Cycle walk(const LabelGraph& graph) {
    Cycle cycle;
    std::vector<bool> used(graph.edges.size(), false);
    std::size_t at = graph.edges[0].from;
    for (std::size_t step = 0; step < graph.edges.size(); ++step) {
        std::size_t e = 0;
        while (used[e] || (graph.edges[e].from != at && graph.edges[e].to != at)) ++e;
        used[e] = true;
        cycle.vectors.push_back(graph.vertices[at].factors);
        cycle.matrices.push_back(oriented(graph.edges[e], at));
        at = other_end(graph.edges[e], at);
    }
    return cycle;
}

Cycle turned(const Cycle& cycle) {
    Cycle result;
    for (std::size_t k = cycle.length(); k-- > 0;) {
        result.matrices.push_back(transposed(cycle.matrices[k]));
        result.vectors.push_back(cycle.vectors[(k + 1) % cycle.length()]);
    }
    return result;
}

/// `count` matrices from `start` on, with the vectors between them (and before the first one).
NotationPtr stretch(const Cycle& cycle, std::size_t start, std::size_t count, bool with_first) {
    std::vector<NotationPtr> chain;
    for (std::size_t k = 0; k < count; ++k) {
        std::size_t at = (start + k) % cycle.length();
        if (!cycle.vectors[at].empty() && (k > 0 || with_first))
            chain.push_back(diagonal_notation(hadamard_notation(cycle.vectors[at])));
        chain.push_back(cycle.matrices[at]);
    }
    return product_notation(std::move(chain));
}

/// If the cycle is M M^T: ||M||_F^2.
std::optional<Power> frobenius(const Cycle& cycle) {
    std::size_t n = cycle.length(), half = n / 2;
    if (n % 2 != 0) return std::nullopt;
    NotationPtr best;
    for (std::size_t start = 0; start < n; ++start) {
        if (!cycle.vectors[start].empty() || !cycle.vectors[(start + half) % n].empty()) continue;
        NotationPtr first = stretch(cycle, start, half, false);
        NotationPtr second = transposed(stretch(cycle, start + half, half, false));
        if (!same(first, second)) continue;
        for (const NotationPtr& m : {first, transposed(first)})
            if (!best || simpler(m, best)) best = m;
    }
    if (!best) return std::nullopt;
    return Power{norm_notation(best, "F"), 2};
}

Power trace_of(const LabelGraph& graph) {
    Cycle cycle = walk(graph);
    if (auto norm = frobenius(cycle)) return *norm;
    for (std::size_t e = 0; e < graph.edges.size() && cycle.length() > 1; ++e) {
        if (is_linear(graph.edges[e])) continue;
        // Entry by entry: sum(E .* R) reads better than tr(E^T R).
        const GraphEdge& edge = graph.edges[e];
        LabelGraph rest = graph;
        rest.edges.erase(rest.edges.begin() + static_cast<std::ptrdiff_t>(e));
        auto other = matrix_of(std::move(rest), edge.from, edge.to);
        if (!other) continue;
        std::vector<Power> factors = edge.factors;
        multiply_power(factors, Power{*other});
        return entry_sum(hadamard_notation(factors));
    }
    NotationPtr best;
    bool best_framed = false;
    for (const Cycle& c : {cycle, turned(cycle)})
        for (std::size_t start = 0; start < c.length(); ++start) {
            NotationPtr form = stretch(c, start, c.length(), true);
            // tr(X A X^T) rather than tr(A X^T X).
            std::size_t last = (start + c.length() - 1) % c.length();
            bool framed = c.length() > 2 && c.vectors[start].empty() &&
                          same(c.matrices[start], transposed(c.matrices[last]));
            bool as_short = best && form->transposes == best->transposes;
            bool better =
                !best || (as_short && framed != best_framed ? framed : simpler(form, best));
            if (better) best = form, best_framed = framed;
        }
    return Power{call_notation("tr", {best}, 0)};
}

std::optional<Power> ended_at(LabelGraph graph, std::size_t last) {
    graph.vertices[last].kept = true;
    reduce(graph, true);
    if (is_cycle(graph)) return trace_of(graph);
    if (!graph.edges.empty()) return std::nullopt;
    return sized_sum(contracted(graph.vertices[last].factors), graph.vertices[last].dim);
}

}  // namespace

std::optional<Power> scalar_of(const LabelGraph& graph) {
    std::optional<Power> best;
    for (std::size_t v = 0; v < graph.vertices.size(); ++v) {
        auto form = ended_at(graph, v);
        if (form && (!best || simpler(form->base, best->base))) best = form;
    }
    return best;
}

}  // namespace nabla::passes
