// `solve`: the formula for the unknown of a linear equation, and its value where data allow it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <nabla/array.hpp>

#include "ir/module.hpp"
#include "runtime/classify.hpp"
#include "runtime/formula.hpp"
#include "runtime/values.hpp"

namespace nabla::runtime {

class ModelState;

struct SolveResult {
    std::string request;
    std::string unknown;
    Formula expression;
    std::vector<std::string> shape;
    std::optional<Array> value;  ///< where every other name of the equation has a value
    std::optional<Classification> classification;  ///< where the equation is a gradient's
};

/// Throws UnsupportedError where the equation has no closed form or cannot be computed with, and
/// says why; InputError for values that do not fit.
SolveResult solve_equation(const ModelState& model, const ir::Solve& request, const Values& values);

}  // namespace nabla::runtime
