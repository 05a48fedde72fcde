// Rational identities at random points modulo a prime: exact, so that no rounding hides a small
// difference, and cheap enough for larger sizes. Two rational expressions that differ at all for
// some sizes differ at almost every point (Schwartz and Zippel); agreement at fixed sizes proves
// nothing for all of them, so that this is a filter and no proof.
#pragma once

#include <cstdint>

#include "ir/expr.hpp"

namespace nabla::passes {

enum class Agreement : std::uint8_t {
    unknown,  ///< not rational, or no sizes and no point could be had
    agree,
    differ,
};

/// At some points of random small sizes, which have the declared facts that are equations; `left`
/// and `right` of one shape or one of them a scalar. The same arguments give the same answer.
Agreement agree_modulo_prime(ir::Expr left, ir::Expr right);

}  // namespace nabla::passes
