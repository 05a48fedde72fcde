// Proofs of identities and inequalities between expressions, for all sizes and all values that the
// declarations allow, wherever both sides are defined. Nothing that is false is proved; what is
// true may well be left open, and the bounds on terms and steps see to it that it is left soon.
//
// An identity is brought to the normal form of its difference (normal_form.hpp). Where that is not
// zero yet, the difference is multiplied by what stands below a fraction or by a matrix whose
// inverse stands at an end of a term, or taken apart along a symbol that every term holds. An
// inequality is a sum of squares and of products of what is declared nonnegative, or comes down to
// one by squaring.
#pragma once

#include <vector>

#include "ir/expr.hpp"
#include "passes/signs.hpp"

namespace nabla::passes {

/// What makes a claim simpler and no weaker.
struct ProofStep {
    enum class Kind : std::uint8_t {
        multiply,       ///< both sides by `by`, entry by entry
        multiply_left,  ///< by the matrix `by`
        multiply_right,
        blocks,        ///< of matrices that are put together from parts
        coefficients,  ///< of the symbol `by`, which every term holds to the same degree
        entries,       ///< of sums over the same indices
        exponentials,  ///< of both sides, which are sums of logarithms
        squares,       ///< of both sides, which are nonnegative
    };
    Kind kind;
    ir::Expr by;  ///< null for blocks, entries, exponentials and squares
};

struct Proof {
    enum class Kind : std::uint8_t {
        none,
        normal_form,  ///< both sides come to one normal form
        nonnegative,  ///< the difference is a sum of squares and of what is nonnegative
        positive,     ///< and one of them is positive
        signs,        ///< the difference is at least 0 by the bounds of what it is made of
    };
    Kind kind = Kind::none;
    std::vector<ProofStep> steps;
    /// Inverted or divided by on the way: the claim is proved where these are invertible or not 0.
    std::vector<ir::Expr> conditions;

    explicit operator bool() const { return kind != Kind::none; }
};

/// `left == right`, of one shape or one of them a scalar; both free of Derivative nodes.
Proof prove_equal(ir::Expr left, ir::Expr right);

/// `left <= right`, or `left < right` if strict, entry by entry; `bounds` as they are declared.
Proof prove_at_most(ir::Expr left, ir::Expr right, bool strict, const Bounds& bounds = {});

}  // namespace nabla::passes
