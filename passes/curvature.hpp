// Disciplined rules: which expressions are affine, convex or concave (entry by entry) in some
// variables jointly, bottom-up over the DAG, and why. A function that is not defined everywhere is
// convex only where its domain is: a rule that needs `g > 0` asks that g is concave, so that the
// domain is a convex set, and notes the condition.
//
// Beyond the usual rules: sums of squares through congruences (x^T A x for psd A), monomials of
// concave functions (x^2/y, sqrt(x y)), fractions with matrices (x^T A^-1 x), log det, norms as
// roots of sums of powers, products' roots (geometric means).
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "ir/expr.hpp"
#include "passes/signs.hpp"

namespace nabla::passes {

enum class Curve : std::uint8_t { unknown, constant, affine, convex, concave };

constexpr bool is_affine(Curve c) { return c == Curve::constant || c == Curve::affine; }
constexpr bool is_convex(Curve c) { return is_affine(c) || c == Curve::convex; }
constexpr bool is_concave(Curve c) { return is_affine(c) || c == Curve::concave; }
constexpr Curve opposite(Curve c) {
    return c == Curve::convex ? Curve::concave : (c == Curve::concave ? Curve::convex : c);
}
constexpr const char* word(Curve c) {
    constexpr const char* words[] = {"unknown", "constant", "affine", "convex", "concave"};
    return words[static_cast<int>(c)];
}

/// `expr > bound` (or at least), where a function is defined.
struct DomainCondition {
    ir::Expr expr;
    double bound = 0;
    bool strict = true;
    bool below = false;  ///< `expr < bound`
    friend bool operator==(const DomainCondition&, const DomainCondition&) = default;
};

/// What is known of one expression, and from what.
struct Finding {
    Curve curve = Curve::unknown;
    std::string reason;              ///< "a sum of convex functions"
    std::vector<ir::Expr> premises;  ///< findings that it rests on
    std::vector<DomainCondition> domain = {};
};

class Curvatures {
public:
    /// Jointly in these symbols. `signs` must outlive it.
    Curvatures(std::vector<ir::Expr> variables, Signs& signs);

    const Finding& of(ir::Expr e);
    Curve curve(ir::Expr e) { return of(e).curve; }
    /// Whether a variable occurs in it.
    bool depends(ir::Expr e);
    Signs& signs() { return signs_; }

    /// Called for each scalar on which the rules are silent; may know more.
    std::function<Finding(ir::Expr)> fallback = {};

private:
    Finding compute(ir::Expr e);

    std::unordered_set<ir::Expr, ir::ExprHash> variables_;
    Signs& signs_;
    std::unordered_map<ir::Expr, bool, ir::ExprHash> depends_;
    std::unordered_map<ir::Expr, Finding, ir::ExprHash> known_;
};

// The rules by node kind; children have findings already. Unknown where silent.
Finding curvature_of_sum(Curvatures& all, ir::Expr e);
Finding curvature_of_product(Curvatures& all, ir::Expr e);  // curvature_products.cpp
Finding curvature_of_map(Curvatures& all, ir::Expr e);      // curvature_maps.cpp
Finding curvature_of_pieces(Curvatures& all, ir::Expr e);   // curvature_pieces.cpp: `where`

/// g is `root`^power for a `root` of known curvature that is at least 0, though it is no node: a
/// sum of squares is the square of a norm, a determinant the n-th power of a concave function.
struct Root {
    ir::Rational power{1};
    bool unlimited = false;  ///< any power, however large (the root may be taken as high as needed)
    std::string what;        ///< "the square of a norm"
    std::vector<ir::Expr> premises;
    std::vector<DomainCondition> domain = {};
};
std::optional<Root> convex_root(Curvatures& all, ir::Expr e);   // curvature_roots.cpp
std::optional<Root> concave_root(Curvatures& all, ir::Expr e);  // curvature_roots.cpp

/// Adds the conditions that are not there yet.
void add_domain(std::vector<DomainCondition>& to, const std::vector<DomainCondition>& more);

}  // namespace nabla::passes
