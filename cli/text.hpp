// Values and names as text for people.
#pragma once

#include <string>
#include <vector>

#include <nabla/array.hpp>
#include <nabla/error.hpp>

#include "runtime/formula.hpp"

namespace nabla::cli {

/// At most `digits` significant digits; -0 is 0.
std::string format_number(double value, int digits);

/// A scalar as a number, a vector as `[1, 2, 3]`, a matrix as rows under each other, each after
/// `indent` blanks; long axes are cut in the middle and their length is said.
std::string format_array(const Array& array, std::size_t indent);

/// `A  matrix n×n, symmetric`, one name a line, in columns, each after two blanks.
std::string format_names(const std::vector<runtime::NameInfo>& names);

/// A formula, then what stands for its names: definitions `t1 = …` of a long one, then the names.
std::string format_answer(const std::string& formula, const std::vector<runtime::NameInfo>& names);

/// `3.24 ms`: always in milliseconds, so that times compare at a glance.
std::string format_seconds(double seconds);

/// Prints notes as diagnostics on stderr.
void print_notes(const std::vector<Diagnostic>& notes);

}  // namespace nabla::cli
