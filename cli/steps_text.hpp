// A derivation as people read it: a column of equations, beside each line the rule and the piece
// that it was applied to.
#pragma once

#include <string>
#include <vector>

#include "cli/json_writer.hpp"
#include "runtime/steps.hpp"

namespace nabla::cli {

std::string steps_text(const std::vector<runtime::StepText>& steps, bool unicode);

/// For amsmath: an `aligned` of equations, the rules at its right.
std::string steps_latex(const std::vector<runtime::StepText>& steps);

/// A list of lines: what each says, in every style, and its rules.
void write_steps(JsonWriter& json, const std::vector<runtime::StepText>& steps);

}  // namespace nabla::cli
