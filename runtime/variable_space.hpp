// Variables that are declared symmetric, diagonal, … live in a subspace of all matrices.
#pragma once

#include <cstddef>

#include "ir/facts.hpp"

namespace nabla::runtime {

/// Derivatives by a variable with such a fact are projected on its space, so that the Hessian
/// vanishes across it, and a Newton step there would be rounding divided by rounding. Adds a
/// positive multiple of the projector on the orthogonal complement to the block of the n×n variable
/// whose entries begin at `offset` of the `size` unknowns: with a gradient in the space, the step
/// then stays in it.
void fill_complement(double* hessian, std::size_t size, std::size_t offset, std::size_t n,
                     ir::Facts facts);

}  // namespace nabla::runtime
