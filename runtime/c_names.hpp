// Names of the language as names in a C header.
#pragma once

#include <set>
#include <string>
#include <string_view>

namespace nabla::runtime {

/// Whether `name` means something else to a C or C++ compiler: a keyword of either, or a macro or a
/// type that the standard headers (and the compilers themselves: `linux`) define.
bool is_taken_in_c(std::string_view name);

/// A parameter's name for `name`: the name itself, with underscores behind it where C has taken it
/// or `used` holds it. Adds it to `used`.
std::string c_parameter_name(std::string_view name, std::set<std::string>& used);

}  // namespace nabla::runtime
