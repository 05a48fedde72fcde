// Products of entries and powers of a norm: x x^T/‖x‖^3, x^T A x/(x^T x). The product of the x, and
// the power of the norm, may both leave the range of numbers where the whole does not; so as many
// of the x as there are powers are divided by the norm before they are multiplied.
#pragma once

#include <set>
#include <vector>

#include "codegen/contraction_order.hpp"
#include "codegen/lowering.hpp"

namespace nabla::codegen {

/// Factor number `factor` is divided by `norm` that many times: by entries of the same labels, or
/// by a scalar.
struct Division {
    std::size_t factor;
    std::int64_t times;
    ValueId norm;
};

struct Normalization {
    std::vector<Division> divisions;
    /// A scalar factor that is a product itself, with divisions inside.
    struct Inner {
        std::size_t factor;
        std::vector<Division> divisions;
    };
    std::vector<Inner> inner;
    std::set<std::size_t> gone;  ///< factors that are powers of norms: `rest` stands for them
    std::vector<Operand> rest;
};

/// Nothing, unless a norm occurs to the power −2 or below beside what it is the norm of.
Normalization normalize(Lowering& lowering, const ir::EinsumData& product);

}  // namespace nabla::codegen
