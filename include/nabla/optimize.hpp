// Minimising a model's expression: the methods, what can be set, and what comes back.
//
// A method is a value (`Lbfgs{.memory = 20}`), so that each carries its own settings and nothing
// else. All methods stop on the Euclidean norm of the gradient. Standard library only.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <nabla/array.hpp>

namespace nabla {

/// Steepest descent with Barzilai–Borwein trial steps and a Wolfe line search.
struct GradientDescent {};

/// Limited-memory BFGS: the curvature of the last `memory` steps, a Wolfe line search.
struct Lbfgs {
    int memory = 10;
};

/// Newton's method with the full Hessian: Cholesky, a multiple of the identity added where the
/// Hessian is not positive definite, and a Wolfe line search.
struct Newton {};

using Method = std::variant<GradientDescent, Lbfgs, Newton>;

/// How a minimisation ended.
enum class Status {
    converged,           ///< the gradient is small enough, or as small as rounding lets it be
    max_iterations,      ///< the limit on iterations was reached first
    line_search_failed,  ///< no step along the search direction made progress
    unbounded,           ///< the objective falls without end
    not_finite,          ///< the objective or its gradient is NaN or infinite at the start
};

/// `converged`, `max_iterations`, …: the name as it stands above.
std::string_view to_string(Status status) noexcept;

/// One line of a method's trace.
struct Iteration {
    int number = 0;            ///< 0 is the start
    double value = 0;          ///< of the objective
    double gradient_norm = 0;  ///< Euclidean
    double step = 0;           ///< length of the step that led here, as a multiple of the direction
    long evaluations = 0;      ///< of value and gradient, so far
};

struct MinimizeOptions {
    Method method = Lbfgs{};
    /// Stops when the Euclidean norm of the gradient is at most this. Where rounding makes that
    /// impossible, it stops at the floor, and calls it converged if the norm has at least fallen to
    /// this fraction of the largest one seen.
    double tolerance = 1e-8;
    /// 0: the method's own limit (10000 for gradient descent, 1000 for the others).
    int max_iterations = 0;
    /// Called after each iteration, and once with number 0 for the start.
    std::function<void(const Iteration&)> on_iteration = {};
    /// The values of the model's parameters, by name.
    Arrays data = {};
    /// Start values by variable; without one: zeros, the identity for a `pd` variable. Where the
    /// gradient is zero there, small numbers are added, the same in every run, and the result is
    /// what that run finds if it is lower: such a start may be a maximum or a saddle.
    Arrays start = {};
    /// The variables to minimise over; empty: those of the model's `minimize` statement with this
    /// objective, else every `var` that the objective depends on.
    std::vector<std::string> over = {};
};

/// Seconds spent.
struct Times {
    double derive = 0;   ///< differentiating and simplifying
    double compile = 0;  ///< to native code
    double solve = 0;    ///< in the method, kernels included
};

struct Result {
    Status status = Status::not_finite;
    double value = 0;          ///< the objective at `x`
    double gradient_norm = 0;  ///< Euclidean
    int iterations = 0;
    long evaluations = 0;  ///< of the objective with its gradient
    Arrays x;              ///< each variable
    Times times;
};

}  // namespace nabla
