// Words and scalar functions that C and C++ programs share.
#pragma once

#include <span>
#include <string_view>

#include "codegen/source/writer.hpp"

namespace nabla::codegen {

/// Keywords of C++ (C's among them), and library names that generated programs use.
std::span<const std::string_view> cpp_words();

/// Functions of numbers that libm lacks.
std::span<const Helper> scalar_helpers();

}  // namespace nabla::codegen
