// Is a derivative the derivative? Compared with central differences of the expression itself at
// random points, extrapolated after Richardson.
//
// The differences are taken of the expression without any of the declared facts, and the derivative
// uses them all: so rules that use facts are checked too. Points keep the facts, and directions
// stay in the space of a variable's structure (the gradient by a symmetric matrix is compared along
// symmetric directions only).
#pragma once

#include <functional>
#include <string>
#include <vector>

#include <nabla/array.hpp>

#include "ir/shape.hpp"
#include "runtime/model_state.hpp"

namespace nabla::runtime {

struct CheckOptions {
    int points = 5;
    unsigned seed = 1;
    std::function<void()> checkpoint = [] {};  ///< called between evaluations; may throw
};

/// The derivative by one symbol.
struct CheckRow {
    std::string name;
    Sizes sizes;
    int points = 0;
    int directions = 0;  ///< at each point
    /// The largest difference at any point along any direction, relative to the larger of the two
    /// derivatives (and at least to a thousandth of the expression's own value).
    double error = 0;
    std::string unsupported = {};  ///< why there is no derivative by this symbol; empty if there is
};

struct CheckReport {
    /// What differences can tell; rounding keeps a right derivative well below.
    static constexpr double tolerance = 1e-6;

    std::vector<CheckRow> rows;
    ir::DimValues dims;  ///< sizes that were used

    bool passed() const;
};

/// Checks the derivative of `e` by each of `symbols`. `inputs` are all symbols that `e` uses; what
/// the model's `dim` lines leave open gets small sizes. Takes the model's lock. Throws InputError
/// if no random point is found where all is finite.
CheckReport check_derivatives(const ModelState& model, ir::Expr e,
                              const std::vector<ir::Expr>& inputs,
                              const std::vector<ir::Expr>& symbols, const CheckOptions& options);

}  // namespace nabla::runtime
