// What is known of a function's convexity, as text and as JSON; and a check of a whole model.
#pragma once

#include <string>

#include "cli/json_writer.hpp"
#include "runtime/check_model.hpp"

namespace nabla::cli {

/// The verdict, then the proof a step a line or the counterexample, each line after `indent`.
std::string convexity_text(const runtime::ConvexityAnswer& answer, const std::string& indent = "");

/// Members of an object that is open: `certificate`, `summary`, `domain`, `proof`,
/// `counterexample`.
void write_convexity(JsonWriter& json, const runtime::ConvexityAnswer& answer, bool maximize);

std::string check_text(const runtime::ModelCheck& check);
void write_check(JsonWriter& json, const runtime::ModelCheck& check);

}  // namespace nabla::cli
