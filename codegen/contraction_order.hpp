// The order in which a product of many factors is contracted: exact dynamic programming over the
// subsets of its factors by flops (and, with less weight, by elements written), after every factor
// has been summed over the labels that it alone carries. What an earlier contraction already
// computes costs nothing, and two halves that are the same value count once, so that all outputs
// share their partial products. An inverse that is contracted over one of its labels is a solve.
#pragma once

#include <cstdint>
#include <vector>

#include "codegen/graph.hpp"

namespace nabla::codegen {

using Labels = std::vector<std::uint16_t>;

/// A factor: `labels[d]` names axis d of `value`; labels may repeat (a diagonal).
struct Operand {
    ValueId value = no_value;
    Labels labels;
    ir::Rational exponent{1};
    bool selects = false;       ///< a zero of it makes the product zero whatever the rest is
    bool indicator = false;     ///< every entry is 0 or 1
    ValueId factor = no_value;  ///< of an inverse: the factor of its matrix, `value` being explicit
    bool symmetric = false;     ///< of an inverse: its matrix is symmetric
};

struct Contraction {
    ValueId value = no_value;
    Labels labels;  ///< of its axes, distinct
    double cost = 0;
};

struct ContractOptions {
    Labels keep;       ///< labels that are not summed
    Labels preferred;  ///< the order of the result's axes, where that costs no copy
    /// From this many flops on, X^T diag(t) X with t >= 0 is made Y^T Y with Y = diag(sqrt(t)) X,
    /// of which a library computes one triangle; 0: never.
    double symmetric_threshold = 0;
};

/// The product of the operands (at least one).
Contraction contract(Graph& graph, const std::vector<Operand>& operands,
                     const std::vector<std::int64_t>& extents, const ContractOptions& options);

}  // namespace nabla::codegen
