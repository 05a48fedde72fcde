// Iterative, memoised walks over the DAG: no pass recurses by hand, so that deep input cannot
// overflow the stack, and a shared node is visited once.
#pragma once

#include <functional>
#include <span>
#include <unordered_map>
#include <vector>

#include "ir/expr.hpp"

namespace nabla::ir {

/// Every node below `roots`, children before parents, each once.
std::vector<Expr> post_order(std::span<const Expr> roots);
std::vector<Expr> post_order(Expr root);

/// The same node with other children (as many as child_count()), through the smart constructors;
/// returns `e` itself if nothing changed.
Expr rebuild(Expr e, std::span<const Expr> children);

/// Rewrites bottom-up: `visit` gets each node after its children were rewritten and returns its
/// replacement (or the node itself).
Expr rewrite_dag(Expr root, const std::function<Expr(Expr)>& visit);
/// Several at once: what they share is visited once.
std::vector<Expr> rewrite_dag(std::span<const Expr> roots, const std::function<Expr(Expr)>& visit);

using Substitution = std::unordered_map<Expr, Expr, ExprHash>;
/// Replaces nodes (usually symbols) by expressions of the same shape.
Expr substitute(Expr root, const Substitution& with);
/// Replaces dimension names by polynomials or numbers everywhere, symbols included.
Expr substitute_dims(Expr root, const DimSubstitution& with);

/// All symbols below the roots, in order of first appearance.
std::vector<Expr> symbols_of(std::span<const Expr> roots);
bool depends_on(Expr e, Expr symbol);
/// Number of distinct nodes.
std::size_t dag_size(Expr root);

}  // namespace nabla::ir
