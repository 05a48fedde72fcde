// Graphviz: the expression DAG of each function, a node an operation with its shape, shared parts
// once.
#pragma once

#include "codegen/source/languages.hpp"

namespace nabla::codegen {

std::string graphviz_text(const SourceRequest& request);

}  // namespace nabla::codegen
