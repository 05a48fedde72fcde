// Between which numbers the entries of an expression lie, and whether they are at least 0: what the
// proofs of convexity need of weights that facts alone do not tell (1 - tanh(x)^2, 1 - x for x in
// [0, 1], s - x^2 for s = 1 + x^2). Interval arithmetic, and for sums a common positive factor
// divided out before the rest is multiplied out. Never claims what does not hold.
#pragma once

#include <unordered_map>

#include "ir/expr.hpp"

namespace nabla::passes {

/// Numbers that all entries of a symbol lie between, beyond its facts (`x in [0, 1]`).
using Bounds = std::unordered_map<ir::Expr, ir::Interval, ir::ExprHash>;

class Signs {
public:
    explicit Signs(Bounds bounds = {}) : bounds_(std::move(bounds)) {}

    /// Every entry lies in it, wherever the expression is defined.
    ir::Interval range(ir::Expr e);

    bool nonnegative(ir::Expr e);
    bool nonpositive(ir::Expr e);
    bool positive(ir::Expr e);

    /// Also tries to factor and to multiply out: slower.
    bool prove_nonnegative(ir::Expr e);

    const Bounds& bounds() const { return bounds_; }

private:
    bool is_quadratic_form(ir::Expr e);  // signs_quadratic.cpp
    ir::Interval compute(ir::Expr e);
    ir::Interval of_einsum(ir::Expr e);
    ir::Interval of_map(ir::Expr e);

    Bounds bounds_;
    bool inside_form_ = false;  ///< no form within a form
    std::unordered_map<ir::Expr, ir::Interval, ir::ExprHash> known_;
};

}  // namespace nabla::passes
