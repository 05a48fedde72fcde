// Keeps printed answers finite: a notation shares subtrees, so that spelled out it may be
// exponentially longer than the expression it stands for.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "passes/notation.hpp"

namespace nabla::codegen {

/// `main` with some subtrees replaced by names; each definition uses only earlier ones.
struct Abbreviated {
    passes::NotationPtr main;
    std::vector<std::pair<std::string, passes::NotationPtr>> definitions;
};

/// Names parts so that none is longer or deeper than a page allows; most notations stay as they
/// are.
Abbreviated abbreviate(const passes::NotationPtr& notation);

}  // namespace nabla::codegen
