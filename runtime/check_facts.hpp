// Data against declarations: a fact that the numbers break would make answers silently wrong.
#pragma once

#include "ir/module.hpp"
#include "runtime/values.hpp"

namespace nabla::runtime {

/// Throws InputError that names the first entry which breaks a declared fact or bound. Equalities
/// between entries (`symmetric`, `simplex`, …) hold if they hold to 1e-8 of the largest entry: data
/// are often rounded. `invertible` and `full_rank` are broken by rows (or columns) that depend on
/// each other up to rounding (dependence.hpp). A rank that does not fit is left to those who solve
/// for the sizes.
void check_facts(const Value& value, const ir::Declaration& declaration);

}  // namespace nabla::runtime
