// From labels back to what people write: an expression as a tree of matrix notation, which printers
// only spell. Treats the labels of an Einsum as a graph: vectors hang on vertices, matrices are
// edges, parallel edges are a Hadamard product, dead ends fold into a vector, a path between the
// output labels is a matrix chain, a cycle is a trace. What has no such form, and every tensor of
// rank 3 and more, is in index notation. Never fails, and takes time linear in the DAG.
#pragma once

#include "ir/expr.hpp"
#include "passes/notation.hpp"

namespace nabla::passes {

/// The shortest form found: fewest transposes, then fewest symbols, among equal ones. A vector that
/// is to be shown as a row (`as_row`) gets its transpose written out.
NotationPtr to_matrix(ir::Expr e, bool as_row = false);

}  // namespace nabla::passes
