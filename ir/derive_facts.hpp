// Facts of a node from its payload and its children's facts: one case a node kind. Called once,
// when the node is interned.
#pragma once

#include "ir/expr.hpp"

namespace nabla::ir {

Facts derive_facts(const Node& node);

}  // namespace nabla::ir
