// ASCII and Unicode spelling of notation, with as few parentheses as read unambiguously. Both are
// the language that the frontend reads.
#pragma once

#include <string>

#include "passes/notation.hpp"

namespace nabla::codegen {

std::string plain_text(const passes::NotationPtr& notation, bool unicode);

}  // namespace nabla::codegen
