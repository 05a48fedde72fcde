// Numbers as they are typed: 2, 0.05, 1e-300. They read back as the same number.
#pragma once

#include <string>

#include "ir/number.hpp"

namespace nabla::codegen {

std::string number_text(const ir::Number& number);

}  // namespace nabla::codegen
