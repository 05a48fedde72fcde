// LaTeX spelling of notation, for math mode with amsmath: \frac, \top, \operatorname{tr}, \lVert.
#pragma once

#include <string>

#include "passes/notation.hpp"

namespace nabla::codegen {

std::string latex_text(const passes::NotationPtr& notation);

}  // namespace nabla::codegen
