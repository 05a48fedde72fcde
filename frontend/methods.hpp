// The names that `using METHOD(option=…)` may hold: every method and option of the language,
// whether or not the runtime at hand can carry it out (runtime/method_options knows that).
#pragma once

#include <span>
#include <string_view>
#include <vector>

namespace nabla::syntax {

/// Names of all methods.
std::span<const std::string_view> method_names() noexcept;
bool is_method(std::string_view name) noexcept;

/// Options that the method takes; an empty name stands for the default method.
std::vector<std::string_view> method_options(std::string_view method);

/// Options that any method takes.
std::vector<std::string_view> option_names();

}  // namespace nabla::syntax
