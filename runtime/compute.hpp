// One evaluation of expressions at given values: compiled, run once, forgotten.
#pragma once

#include <string>
#include <vector>

#include "runtime/model_state.hpp"
#include "runtime/specialise.hpp"
#include "runtime/values.hpp"

namespace nabla::runtime {

/// The outputs of `program`. Every input must have a value. `texts` name the outputs in errors.
/// With f32 the inputs are rounded to float, all is computed in float, and the results widened.
/// Throws InputError for values that are missing or do not fit, NumericalError where a
/// factorisation fails.
std::vector<Array> compute(const ModelState& model, const Program& program,
                           const std::vector<std::string>& texts, const Values& values,
                           codegen::Precision precision = codegen::Precision::f64);

/// Whether every input of `program` has a value.
bool has_values(const Program& program, const Values& values);

/// Makes values fit the declared ranks where the data leave a choice: a table's only column is a
/// vector or a matrix with one column. Then checks the declared facts (check_facts.hpp).
void fit_to_declarations(Values& values, const ir::Module& module);

}  // namespace nabla::runtime
