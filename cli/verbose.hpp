// What `--verbose` adds to an answer: on stderr in text, as members of the object in JSON.
#pragma once

#include <vector>

#include "cli/json_writer.hpp"
#include "runtime/verbose.hpp"

namespace nabla::cli {

/// Prints the rewrites, two lines each, and the conventions on stderr.
void print_verbose(const std::vector<runtime::RewriteNote>& rewrites);

/// Members "rewrites" and "conventions" of the object that is open.
void write_verbose(JsonWriter& json, const std::vector<runtime::RewriteNote>& rewrites);

}  // namespace nabla::cli
