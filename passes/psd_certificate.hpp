// Is a quadratic form at least 0 in every direction? By its structure:
//
//   - sums of squares with weights at least 0, and forms B^T M B with M positive semidefinite;
//   - the inequality of Cauchy and Schwarz: (Σ a u)^2 <= (Σ a^2/w) (Σ w u^2), which covers
//     sum(p) diag(p) - p p^T and x^T x I - x x^T;
//   - completing the square: what is left is a small matrix of numbers whose principal minors are
//     at least 0 (x^2/y, relative entropy).
//
// After Klaus, Merk, Wiedom, Laue, Giesen: "Convexity Certificates from Hessians", NeurIPS 2022,
// with quadratic forms in place of matrices, so that any number of variables of any rank is one
// case.
#pragma once

#include <string>
#include <vector>

#include "passes/second_derivative.hpp"
#include "passes/signs.hpp"

namespace nabla::passes {

/// One line of a proof: `{}` in the text stands for an expression of `pieces`, in order.
struct CertificateStep {
    std::string text;
    std::vector<ir::Expr> pieces;
};

/// The steps of a proof that sign · form >= 0; nothing if none is found.
std::optional<std::vector<CertificateStep>> prove_psd(const Form& form, int sign, Signs& signs);

}  // namespace nabla::passes
