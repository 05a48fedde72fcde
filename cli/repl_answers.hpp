// Answers of a session as text for people.
#pragma once

#include <string>

#include "cli/repl.hpp"
#include "runtime/check.hpp"
#include "runtime/session/inspect.hpp"

namespace nabla::cli {

/// Prints what came of a line: a value or a formula, what a definition is, a problem's solution.
void print_answer(Repl& repl, const runtime::Answer& answer);

/// `vector n, >= 0`, with what is known of the names below it.
std::string type_text(const runtime::ExpressionAnswer& answer);

std::string timing_text(const runtime::Timing& timing);
std::string check_text(const runtime::CheckReport& report);

}  // namespace nabla::cli
