// Minimising (or maximising) an expression of a model: start values, a method, a result.
#pragma once

#include <functional>

#include <nabla/optimize.hpp>

#include "runtime/fit_objective.hpp"

namespace nabla::runtime {

struct FitOptions {
    Method method = Lbfgs{};
    double tolerance = 1e-8;
    int max_iterations = 0;  ///< 0: the method's own limit
    std::function<void(const Iteration&)> on_iteration = {};
};

struct FitAnswer {
    Result result;  ///< the value is the objective's own, also when maximising
    FitFormulas formulas;
};

/// Throws InputError: a parameter without a value, sizes that disagree, a variable with a bound or
/// a constraint among its facts (these methods know none).
FitAnswer fit(const ModelState& model, const FitProblem& problem, const FitOptions& options,
              const Values& data, const Values& start);

/// Whether `method` needs the Hessian.
bool uses_hessian(const Method& method);

}  // namespace nabla::runtime
