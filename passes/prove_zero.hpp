// The search behind prove_equal: whether a normal form is zero, by steps that do not change the
// answer.
#pragma once

#include <unordered_set>
#include <vector>

#include "passes/normal_form.hpp"
#include "passes/prove.hpp"

namespace nabla::passes {

class ZeroSearch {
public:
    explicit ZeroSearch(NormalForm& normal) : normal_(normal) {}

    /// `difference` is a normal form. The steps are kept only of what succeeds.
    bool vanishes(ir::Expr difference, int depth = 0);

    const std::vector<ProofStep>& steps() const { return steps_; }

private:
    bool follow(ProofStep step, ir::Expr next, int depth);
    bool clear_denominators(ir::Expr difference, int depth, bool& applies);
    bool clear_ends(ir::Expr difference, int depth);
    bool compare_blocks(ir::Expr difference, int depth);
    bool compare_coefficients(ir::Expr difference, int depth);
    bool compare_exponentials(ir::Expr difference);
    bool compare_squares(ir::Expr difference, int depth);

    NormalForm& normal_;
    std::vector<ProofStep> steps_;
    std::unordered_set<ir::Expr, ir::ExprHash> tried_;
};

}  // namespace nabla::passes
