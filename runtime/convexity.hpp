// Is a function convex: the proof, or a point and a direction that refute it, or neither. What
// `minimize`, `nabla check` and `:convex` say.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/curvature_search.hpp"
#include "runtime/formula.hpp"

namespace nabla::runtime {

enum class Certificate : std::uint8_t { affine, convex, concave, not_convex, unknown };

struct ConvexityAnswer {
    Certificate certificate = Certificate::unknown;
    std::vector<std::string> variables;
    Formula function;
    std::vector<std::string> proof;   ///< a step a line; the last is about the whole
    std::vector<std::string> domain;  ///< `x > 0`, beyond what is declared
    ir::Interval range;               ///< that the function lies in
    /// The variables in every entry of which it grows, or falls.
    std::vector<std::string> increasing, decreasing;
    std::optional<CurvatureWitness> downwards;  ///< of what is not convex
    std::optional<CurvatureWitness> upwards;    ///< of what is not concave
    bool at_given_values = false;  ///< the refutation is about the values that names have
};

/// `f` is scalar. `values` are kept in the search for a counterexample where they suffice. Takes
/// the model's lock.
ConvexityAnswer certify_convexity(const ModelState& model, ir::Expr f,
                                  const std::vector<ir::Expr>& variables,
                                  const Values& values = {});

/// `convex`, `concave`, `not convex`, `unknown`; what is affine is called convex, or concave where
/// it is to be maximised.
std::string_view to_string(Certificate certificate, bool maximize = false) noexcept;

/// "at least 0; increasing in x"; empty where nothing is known.
std::string sign_summary(const ConvexityAnswer& answer);

/// One line: "convex in w, where x > 0", "neither convex nor concave in x".
std::string summary(const ConvexityAnswer& answer);

}  // namespace nabla::runtime
