// A problem's `using METHOD(option=value, …)` as options for its fit.
#pragma once

#include "ir/module.hpp"
#include "runtime/fit.hpp"

namespace nabla::runtime {

/// L-BFGS where the problem names no method. Options: `tol`, `max_iter`, and `memory` for lbfgs.
/// Throws InputError for a method or an option that does not exist, or a value out of range.
FitOptions method_options(const ir::Problem& problem);

/// The method of that name with its default options. Throws InputError that lists the names.
Method method_by_name(std::string_view name);

}  // namespace nabla::runtime
