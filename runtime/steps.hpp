// A derivation's lines in every style.
#pragma once

#include <string>
#include <vector>

#include "ir/module.hpp"
#include "passes/steps.hpp"
#include "runtime/formula.hpp"

namespace nabla::runtime {

struct RuleText {
    std::string name;
    Formula piece;      ///< empty texts where the rule has none
    Formula law_left;   ///< `tanh'(u)`, and
    Formula law_right;  ///< `1 - tanh(u)^2`; empty where the rule has none
};

struct StepText {
    passes::StepLeft kind;
    bool continues = false;  ///< the left-hand side is that of the line before
    Formula left;
    Formula right;
    std::vector<RuleText> rules;
};

/// The derivation of the derivatives of order 1, …, `order`. Makes nodes.
std::vector<StepText> derive_steps(ir::Expr f, ir::Expr x, int order,
                                   ir::Orientation orientation = ir::Orientation::column);

/// The derivations of the outermost derivatives in an expression, in order. Throws InputError
/// (without a place) where it has none, or one that is a product with a direction. Makes nodes.
std::vector<std::vector<StepText>> steps_in(ir::Expr e);

}  // namespace nabla::runtime
