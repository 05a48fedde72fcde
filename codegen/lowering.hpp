// From expressions to the value graph, one file a kind of node: lower_elementwise.cpp (leaves, Sum,
// Map), lower_einsum.cpp, lower_reduce.cpp, lower_matrix.cpp. Each function makes the value of one
// node whose children have theirs already.
#pragma once

#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "codegen/compile.hpp"
#include "codegen/gram.hpp"
#include "codegen/graph.hpp"
#include "ir/expr.hpp"

namespace nabla::codegen {

class Lowering {
public:
    Lowering(Graph& graph, const CompileOptions& options) : graph_(graph), options_(options) {}

    /// `symbol` is the kernel's argument `position`.
    void bind_input(ir::Expr symbol, std::uint32_t position);
    /// Makes values for everything below the roots; afterwards value() knows them.
    void lower_all(std::span<const ir::Expr> roots);
    ValueId value(ir::Expr e) const;

    Graph& graph() { return graph_; }
    const CompileOptions& options() const { return options_; }
    std::int64_t extent(ir::Dim dim) const;
    std::vector<std::int64_t> extents(const ir::Shape& shape) const;
    /// A number from 1 on for this explanation of a failure.
    int error(const std::string& text);
    const std::vector<std::string>& error_texts() const { return error_texts_; }

private:
    ValueId lower_node(ir::Expr e);

    Graph& graph_;
    const CompileOptions& options_;
    std::unordered_map<ir::Expr, ValueId, ir::ExprHash> values_;
    std::vector<std::string> error_texts_;
};

// lower_elementwise.cpp
ValueId lower_constant(Lowering& lowering, double value);
ValueId lower_identity(Lowering& lowering, ir::Expr e);
ValueId lower_sum(Lowering& lowering, ir::Expr e);
ValueId lower_map(Lowering& lowering, ir::Expr e);
// lower_einsum.cpp
ValueId lower_einsum(Lowering& lowering, ir::Expr e);
// lower_root.cpp
/// The square root of a sum of squares, which may leave the range of numbers where its root does
/// not; no_value if `sum` is none.
ValueId root_of_squares(Lowering& lowering, ValueId sum);
// lower_windows.cpp: slices, blocks, other shapes: copies of boxes.
ValueId lower_selection(Lowering& lowering, ir::Expr e);
ValueId lower_iota(Lowering& lowering, ir::Expr e);
ValueId lower_reshape(Lowering& lowering, ir::Expr e);
/// Of `source` the entries offsets[d] … offsets[d] + extents[d] − 1 along each axis.
ValueId slice_of(Graph& graph, ValueId source, const std::vector<std::int64_t>& offsets,
                 const std::vector<std::int64_t>& extents);
/// An array of `extents`, zero but for a box of `source` at `box`.
ValueId placed(Graph& graph, ValueId source, std::vector<std::int64_t> extents, Box box);
/// Distances of neighbours along each axis of a row-major array.
std::vector<std::int64_t> row_major_strides(const std::vector<std::int64_t>& extents);
// lower_reduce.cpp
ValueId lower_reduce(Lowering& lowering, ir::Expr e);
/// Σ over the axis of a vector-valued body, and the like: combine over all labels of `formula`.
ValueId reduce_all(Graph& graph, Combine combine, std::vector<std::int64_t> extents,
                   std::vector<Instr> body);
// lower_matrix.cpp
ValueId lower_inverse(Lowering& lowering, ir::Expr matrix);
ValueId lower_det(Lowering& lowering, ir::Expr matrix);
/// log det: from the factor's diagonal, so that it neither overflows nor underflows; NaN for a
/// negative determinant, −Inf for a singular matrix. With `absolute`: log |det|.
ValueId lower_log_det(Lowering& lowering, ir::Expr matrix, bool absolute);
ValueId lower_adjugate(Lowering& lowering, ir::Expr matrix);
/// The factorisation that everything about this matrix shares. `solving`: it is an error if it
/// fails.
ValueId matrix_factor(Lowering& lowering, ir::Expr matrix, bool solving);

// lower_gram.cpp
/// The value of any expression over the kernel's inputs.
ValueId lowered(Lowering& lowering, ir::Expr e);
/// R with R^T R = G, whose terms these are: by Cholesky where G is well conditioned, else from the
/// rows. Its failure is no error until someone sets one.
ValueId gram_factor(Lowering& lowering, ir::Expr matrix, const std::vector<GramTerm>& terms);
struct LeastSquaresSides {
    std::vector<GramTerm> terms;
    std::size_t term = 0;
    ValueId right = no_value;  ///< Y, one row for each of M's
    Formula projected;         ///< M^T W Y, one row for each of G's
};
/// G^-1 M^T W Y, with G's factor.
ValueId least_squares(Lowering& lowering, ValueId factor, const LeastSquaresSides& sides);

/// How an explanation of a failure names a matrix.
std::string describe_matrix(Lowering& lowering, ir::Expr matrix);
// lower_spectral.cpp
ValueId lower_trimask(Lowering& lowering, ir::Expr e);
ValueId lower_chol(Lowering& lowering, ir::Expr matrix);
ValueId lower_eigenvalue(Lowering& lowering, ir::Expr matrix);
ValueId lower_eigenvector(Lowering& lowering, ir::Expr matrix);
ValueId lower_shifted_pinv(Lowering& lowering, ir::Expr matrix);
ValueId lower_expm(Lowering& lowering, ir::Expr e);
// lower_sylvester.cpp
ValueId lower_sylvester(Lowering& lowering, ir::Expr e);

/// 0, 1, …, count−1.
std::vector<AxisId> first_labels(std::size_t count);

}  // namespace nabla::codegen
