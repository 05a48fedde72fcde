// Structure that a library routine exploits: which reductions are matrix products, of what form
// (transposed operands, symmetric results), inside a stream or not.
#pragma once

#include <optional>
#include <vector>

#include "codegen/graph.hpp"
#include "codegen/inline.hpp"
#include "codegen/loop.hpp"

namespace nabla::codegen {

/// A reduction that is one gemm or syrk. The call's operands name values.
struct ProductCall {
    LibraryCall call;
    bool mirror = false;  ///< only the upper triangle is computed
};

struct ProductContext {
    /// The label that a stream walks, if the value is computed in a stream.
    std::optional<AxisId> streamed;
    /// Order of a value's axes in its buffer: layout(v)[d] is the value's axis at dimension d.
    const std::vector<std::vector<std::uint8_t>>* layouts = nullptr;
    std::int64_t threshold = 0;  ///< flops from which on a call pays; 0: never
};

/// c·R where R is a library product that nobody else reads becomes that product with the factor in
/// it, so that it is written once, scaled. Returns whether the graph changed.
bool absorb_scaling(Graph& graph, const Inlining& inlining, const std::vector<ValueId>& outputs,
                    std::int64_t library_threshold);

/// Every value's axes in their own order.
std::vector<std::vector<std::uint8_t>> row_major_layouts(const Graph& graph);

/// The call that computes `value`, or nothing if it is not a large product of two stored matrices
/// (tensors whose axes group into two of them).
std::optional<ProductCall> match_product(const Graph& graph, const Inlining& inlining,
                                         ValueId value, const ProductContext& context);

}  // namespace nabla::codegen
