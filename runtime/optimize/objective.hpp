// What an optimizer sees: numbers in, numbers out. Where value, gradient and Hessian come from is
// none of its business, so that every method can be tested on functions written by hand.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include <nabla/optimize.hpp>

namespace nabla::runtime {

/// A function of `size` variables. The callbacks may throw; it passes through every method.
struct Objective {
    std::size_t size = 0;
    /// Returns the value at `x` and writes the gradient (`size` numbers).
    std::function<double(const double* x, double* gradient)> value_and_gradient;
    /// Also writes the Hessian, all `size`² entries. Only methods of second order call it.
    std::function<double(const double* x, double* gradient, double* hessian)> with_hessian = {};
};

/// What every method needs to know.
struct Settings {
    double tolerance = 1e-8;  ///< see MinimizeOptions::tolerance
    int max_iterations = 1000;
    std::function<void(const Iteration&)> on_iteration = {};
};

/// Where a method ended.
struct Solution {
    Status status = Status::not_finite;
    std::vector<double> x;
    double value = 0;
    double gradient_norm = 0;
    int iterations = 0;
    long evaluations = 0;
};

}  // namespace nabla::runtime
