// Selections among the factors of a product. S[a,b] is 1 where a = b + offset, so that label a can
// go: whatever carries it is sliced and carries b in its place, and where a is an axis of the
// result, the result is put between zeros at the end. Nothing is multiplied by a zero of S.
#pragma once

#include <vector>

#include "codegen/contraction_order.hpp"
#include "codegen/lowering.hpp"

namespace nabla::codegen {

/// A factor S[rows, columns].
struct SelectionFactor {
    std::uint16_t rows = 0, columns = 0;
    std::int64_t offset = 0;
};

/// An axis of the result of a product: the label that it has in the product without Selections,
/// and where in the axis that label begins.
struct ResultAxis {
    std::uint16_t label = 0;
    std::int64_t offset = 0;
};

struct WithoutSelections {
    std::vector<Operand> operands;
    std::vector<ResultAxis> axes;
    Labels output;       ///< labels of the product to compute, each once
    double repeats = 1;  ///< extents of summed labels that nothing carries any more
};

/// Slices operands until no Selection is left.
WithoutSelections apply_selections(Graph& graph, std::vector<Operand> operands,
                                   const std::vector<SelectionFactor>& selections,
                                   const Labels& output, const std::vector<std::int64_t>& extents);

/// The result over all its axes from the product over `plan.output`.
ValueId spread_result(Graph& graph, ValueId product, const WithoutSelections& plan,
                      const Labels& output, const std::vector<std::int64_t>& extents);

}  // namespace nabla::codegen
