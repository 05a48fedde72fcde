// Formulas of products of two values, in a form that does not depend on how the product was
// written.
#pragma once

#include <optional>
#include <utility>

#include "codegen/contraction_order.hpp"
#include "codegen/graph.hpp"

namespace nabla::codegen {

/// One side of a product: a value and the labels of its axes, distinct.
struct Part {
    ValueId value = no_value;
    Labels labels;
    bool selects = false;
};

/// The formula Σ a·b with output axes in the given order. Factors are sorted, so that the product
/// written the other way round is the same formula.
Formula product_formula(const Part& a, const Part& b, const Labels& output,
                        const std::vector<std::int64_t>& extents);

/// For `scaled` = t·X and `plain` = X, where t >= 0 has only labels that both share: sqrt(t)·X
/// twice.
std::optional<std::pair<Part, Part>> root_weighted(Graph& graph, const Part& scaled,
                                                   const Part& plain);

}  // namespace nabla::codegen
