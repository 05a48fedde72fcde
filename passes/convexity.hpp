// Is a scalar convex in its variables jointly, and why? Disciplined rules first, then a certificate
// from the second derivative. "convex" and "concave" are proved; "unknown" says that neither proof
// was found, nothing more. Where a function is not defined everywhere the claim is about its
// domain, a convex set, which is part of the answer.
#pragma once

#include <vector>

#include "passes/curvature.hpp"
#include "passes/psd_certificate.hpp"
#include "passes/signs.hpp"

namespace nabla::passes {

struct ConvexityProof {
    Curve curve = Curve::unknown;
    /// One a line, what it rests on before what rests on it; the last is about the whole. For
    /// `unknown`: none.
    std::vector<CertificateStep> steps;
    /// Beyond what the variables' facts say.
    std::vector<DomainCondition> domain;
};

/// `f` is scalar and may hold derivatives to be taken. Work is bounded; what would take too long is
/// unknown.
ConvexityProof prove_convexity(ir::Expr f, const std::vector<ir::Expr>& variables,
                               const Bounds& bounds = {});

}  // namespace nabla::passes
