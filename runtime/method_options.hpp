// A problem's `using METHOD(option=value, …)` as options for its fit.
#pragma once

#include <optional>

#include "ir/module.hpp"
#include "runtime/fit.hpp"

namespace nabla::runtime {

/// L-BFGS where the problem names no method. Options: `tol`, `max_iter`, and `memory` for lbfgs.
/// With `instead`, the problem's own method plays no part, nor do options that only suit that one.
/// Throws UnsupportedError for a method or an option that the language has and that is not built,
/// InputError for a value out of range.
FitOptions method_options(const ir::Problem& problem, const std::optional<Method>& instead = {});

/// The method of that name with its default options. Throws UnsupportedError for one that is not
/// built, InputError that lists the names for one that does not exist.
Method method_by_name(std::string_view name);

}  // namespace nabla::runtime
