// Convexity of a scalar from its second derivative, where the disciplined rules are silent: affine
// parts are given names first (f is g of an affine function, and convex if g is), then the second
// derivative along any direction is shown to be at least 0, or at most 0.
#pragma once

#include <optional>
#include <vector>

#include "passes/curvature.hpp"
#include "passes/psd_certificate.hpp"

namespace nabla::passes {

struct HessianCertificate {
    Curve curve = Curve::unknown;  ///< convex, concave, or affine
    std::vector<CertificateStep> steps;
    std::vector<DomainCondition> domain;
};

/// `all` must know the nodes below `f`, which is scalar; `variables` are its variables.
std::optional<HessianCertificate> certify_by_hessian(Curvatures& all, ir::Expr f,
                                                     const std::vector<ir::Expr>& variables);

}  // namespace nabla::passes
