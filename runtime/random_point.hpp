// Random numbers for a symbol that keep its declared facts and bounds.
#pragma once

#include <cstddef>
#include <random>
#include <vector>

#include <nabla/array.hpp>

#include "ir/facts.hpp"
#include "ir/module.hpp"

namespace nabla::runtime {

/// Where the entries lie that no fact or bound confines. The later ones are for functions that are
/// not defined everywhere.
enum class Region { around_zero, positive, inside_unit_interval };

/// An array of these sizes for the declared symbol.
Array random_array(const ir::Declaration& declaration, const Sizes& sizes, Region region,
                   std::mt19937& random);

/// Makes an n×n matrix the nearest one in the space of its declared structure (symmetric,
/// antisymmetric, diagonal, lower, upper): the space that derivatives by it are taken in.
void project_on_structure(double* matrix, std::size_t n, ir::Facts facts);

}  // namespace nabla::runtime
