// The answer of `nabla run`: as a report for people and as the JSON of the contract.
#pragma once

#include <string>
#include <vector>

#include "runtime/run.hpp"

namespace nabla::cli {

std::string run_text(const std::vector<runtime::RequestResult>& results);
/// With the diagnostics of what could not be carried out beside the results, under "errors", and
/// with what `--verbose` tells, if that is given.
std::string run_json(const std::vector<runtime::RequestResult>& results,
                     const std::vector<runtime::RewriteNote>* rewrites = nullptr);
/// The diagnostics of everything that could not be carried out.
std::vector<Diagnostic> run_errors(const std::vector<runtime::RequestResult>& results);

/// Whether every problem converged and no `assert` was refuted.
bool reached_all(const std::vector<runtime::RequestResult>& results);

}  // namespace nabla::cli
