// The derivation of a derivative as a teacher writes it on a board: the expression, names for what
// its functions are applied to, the differential of each, and backwards from the last one the
// factor of every differential, until that of the variable is the derivative.
//
// A line is an equation whose right-hand side is notation of its own, not yet canonical. Read back,
// with the names that lines define and the small change `dx` as one more symbol of the variable's
// shape, it has the value that its left-hand side stands for:
//   value         the named part of the expression (the expression itself under its own name)
//   differential  the derivative of that part in the direction dx
//   factor        the derivative of the expression by a named part: what its differential is
//                 multiplied by (`g_z`, for a vector `J_z`)
//   pairing       the left-hand side, which is notation too
//   derivative    the derivative
// The last line is the finished derivative itself.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "passes/notation.hpp"

namespace nabla::passes {

/// Why a line follows: a rule, the piece that it was applied to (or null), and for a function the
/// equation that was used, `tanh'(u) = 1 - tanh(u)^2` (or null).
struct StepRule {
    std::string name;
    NotationPtr piece;
    NotationPtr law_left, law_right;
};

enum class StepLeft : std::uint8_t { value, differential, factor, pairing, derivative };

struct Step {
    StepLeft kind = StepLeft::value;
    NotationPtr left;  ///< null for a derivative
    int order = 0;     ///< of a derivative
    NotationPtr right;
    bool continues = false;  ///< the left-hand side of the line before, which is not repeated
    std::vector<StepRule> rules;
};

struct Derivation {
    std::string function;              ///< the name that lines give to the expression: f
    std::vector<ir::Expr> directions;  ///< the symbol dx of each variable
    std::vector<Step> steps;
};

/// One differentiation of several in a row: by what, and the finished result.
struct Differentiation {
    ir::Expr variable;
    ir::Expr answer;
};

/// `f` is free of Derivative nodes. The first differentiation is of `f`, each further one of the
/// answer before it; not empty. A vector that is to be shown as a row is asked for with `as_row`.
Derivation derivation_steps(ir::Expr f, std::span<const Differentiation> orders,
                            bool as_row = false);

}  // namespace nabla::passes
