// Ways to take products and sums apart that the files of the normal form share.
#pragma once

#include <optional>
#include <vector>

#include "ir/expr.hpp"

namespace nabla::passes {

/// Any node as a product: an Einsum as it is, another node as its only factor.
ir::EinsumData as_product(ir::Expr e);

/// The terms of a Sum, or the node itself with the coefficient 1.
std::vector<ir::Term> as_terms(ir::Expr e);

/// Σ coefficient·expr as ir::sum makes it, or nothing if a coefficient on the way is not exact or
/// so large that one more product may not be: rounded coefficients could cancel by mistake.
std::optional<ir::Expr> exact_sum(ir::Context& context, const std::vector<ir::Term>& terms,
                                  const ir::Shape& shape);

bool is_output(const ir::EinsumData& data, ir::LabelId label);
int occurrences(const ir::EinsumData& data, ir::LabelId label);

/// The product with the factors `gone` (sorted indices) replaced by `added`. A label that nothing
/// carries any more and that is no output leaves, and counts as nothing.
ir::Expr replace_factors(ir::Context& context, const ir::EinsumData& data,
                         const std::vector<std::size_t>& gone, std::vector<ir::Factor> added);

/// `e` without the output axes that no factor carries, and which of its axes are left.
struct Compact {
    ir::Expr core;
    ir::Labels axes;
};
Compact compact(ir::Expr e);
/// `core` with its axes at `axes` of `shape`, spread over the rest.
ir::Expr spread(ir::Expr core, const ir::Labels& axes, const ir::Shape& shape);

/// Each term times `by` (of the sum's shape, or scalar), so that powers of `by` in it meet before
/// anything is multiplied out.
ir::Expr multiply_terms(ir::Expr sum, ir::Expr by);

/// A sum as `content` times `primitive`: content has the factors that all terms share (to their
/// least power, which may be negative) and the positive rational that leaves coprime whole
/// coefficients, the first positive if `either_sign`.
struct Primitive {
    ir::Expr content;  ///< of the same shape, or scalar
    ir::Expr rest;
    bool trivial = true;  ///< content is 1
};
struct PrimitiveOptions {
    bool scalars_only = false;  ///< only factors without axes: what commutes with matrices
    bool nonnegative = false;   ///< only factors that are known to be nonnegative
    bool either_sign = false;
};
Primitive primitive(ir::Expr sum, PrimitiveOptions options);

/// A matrix f such that every term of `sum` is f times a rest (on the left, or on the right): it
/// and the sum of the rests. A vector counts as a matrix with one column; the rest then has one
/// axis less.
struct SideFactor {
    ir::Expr factor, rest;
};
std::optional<SideFactor> left_factor(ir::Expr sum);
std::optional<SideFactor> right_factor(ir::Expr sum);

/// Selections on one axis of some terms that together cover it from end to end, in order: the parts
/// that a block matrix was put together from. Empty if there are none.
std::vector<ir::Expr> parts_of_axis(ir::Expr sum, std::size_t axis);
/// What a selection picks along an axis.
ir::Expr part_along(ir::Expr e, std::size_t axis, ir::Expr selection);

/// A Map of that function.
bool is_function(ir::Expr e, ir::Fn f);

}  // namespace nabla::passes
