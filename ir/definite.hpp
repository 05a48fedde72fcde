// Which products are positive definite: congruences B^T M B with M positive definite and B
// injective (X^T X for X of full column rank, A^T P A for invertible A), and entrywise products of
// positive definite matrices.
#pragma once

#include "ir/expr.hpp"

namespace nabla::ir {

/// `data` is known to be a positive semidefinite matrix product.
bool is_definite_product(const EinsumData& data);

/// Whether `d` is at least 0 for all sizes of at least 1.
bool at_least_zero(Dim d);

}  // namespace nabla::ir
