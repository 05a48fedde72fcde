// What cannot be infinite or NaN: beside such factors a factor that selects (a step, a triangle, a
// strong zero) is as good as a plain one.
#pragma once

#include "ir/expr.hpp"

namespace nabla::passes {

enum class Finite {
    with_derivatives,  ///< the value and all its derivatives
    in_value,          ///< the value alone: after the last derivative
};

/// Every factor but k is finite for every finite value of the symbols, overflow aside.
bool others_finite(const ir::EinsumData& data, std::size_t k,
                   Finite finite = Finite::with_derivatives);

}  // namespace nabla::passes
