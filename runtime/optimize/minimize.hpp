// The door to the optimizers: a method by its name or by its options, run on an Objective.
//
// Adding a method: one file with a function of type `Solver`, one row in the table of minimize.cpp.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "runtime/optimize/objective.hpp"

namespace nabla::runtime {

/// Minimises from `start` (as many numbers as the objective has variables).
using Solver = Solution (*)(const Objective& objective, const Settings& settings,
                            const Method& method, std::vector<double> start);

/// One method: how the command line calls it, and what it needs.
struct MethodInfo {
    std::string_view name;   ///< as in `--method NAME`
    std::string_view title;  ///< for people
    Solver solve;
    Method defaults;  ///< the method's options as they are without any given
    bool uses_hessian;
    int max_iterations;  ///< unless the user says otherwise
};

/// All methods, the default one first.
std::span<const MethodInfo> methods() noexcept;

/// The method of that name, or null.
const MethodInfo* find_method(std::string_view name) noexcept;

/// The row of the table that `method` belongs to.
const MethodInfo& method_info(const Method& method);

/// Runs `method`. `settings.max_iterations` 0 stands for the method's own limit. The start value
/// not being finite gives Status::not_finite. Throws what the callbacks throw.
Solution minimize(const Objective& objective, const Method& method, Settings settings,
                  std::vector<double> start);

/// The solvers themselves; each in its own file.
Solution gradient_descent(const Objective&, const Settings&, const Method&, std::vector<double>);
Solution lbfgs(const Objective&, const Settings&, const Method&, std::vector<double>);
Solution newton(const Objective&, const Settings&, const Method&, std::vector<double>);

}  // namespace nabla::runtime
