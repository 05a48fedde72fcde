// The search behind prove_at_most: whether a normal form is nonnegative, entry by entry.
#pragma once

#include <unordered_set>
#include <vector>

#include "passes/normal_form.hpp"
#include "passes/prove.hpp"

namespace nabla::passes {

class SignSearch {
public:
    explicit SignSearch(NormalForm& normal) : normal_(normal) {}

    /// The normal form of `e` with psd symbols P as L^T L and diagonal ones as diag(d).
    ir::Expr prepare(ir::Expr e);

    /// `positive` is asked for only if `strict`; `none` if nothing was found.
    Proof::Kind prove(ir::Expr gap, bool strict, int depth = 0);

    const std::vector<ProofStep>& steps() const { return steps_; }

private:
    ir::Expr clear_denominators(ir::Expr gap);
    Proof::Kind by_squaring(ir::Expr gap, int depth);
    Proof::Kind by_entries(ir::Expr gap, int depth);

    NormalForm& normal_;
    std::vector<ProofStep> steps_;
};

/// Whether a sum is one of squares with nonnegative weights and of terms that are nonnegative by
/// themselves; with `strict`, whether something positive is left over.
bool is_sum_of_squares(ir::Expr sum, bool strict);

}  // namespace nabla::passes
