// What the terms of a sum share: the same factor in the same place of several products.
#pragma once

#include <vector>

#include "ir/expr.hpp"

namespace nabla::passes {

/// The role of an axis that is no output.
inline constexpr int summed_axis = -1;

/// A term as a product, whatever node it is.
ir::EinsumData product_of(ir::Expr e);

/// Where each axis of a factor goes: the position of an output, or `summed_axis`.
std::vector<int> roles_of(const ir::Factor& f, const ir::EinsumData& data);

struct Place {
    std::size_t term, factor;
};

/// The same factor in the same place, in some terms of a sum.
struct Shared {
    ir::Factor factor;
    std::vector<int> roles;
    std::vector<Place> places;
    std::vector<ir::EinsumData> products;  ///< all terms, rewritten where that shows the factor
};

bool has_term(const Shared& shared, std::size_t term);

/// Every factor in every place, with the terms that have it there to the same power.
std::vector<Shared> placed_factors(const std::vector<ir::EinsumData>& products);

/// Those that several terms have, also where a term must be rewritten to show it.
std::vector<Shared> shared_factors(const std::vector<ir::EinsumData>& products);

}  // namespace nabla::passes
