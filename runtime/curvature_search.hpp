// Looks for a point and a direction in which a scalar curves downwards (it is not convex), and one
// in which it curves upwards (not concave), at random points that keep all declared facts. A find
// is certain: the eigenvalue of the Hessian is well below 0 and the values of the function itself
// on both sides of the point agree with it. Finding none says nothing.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <nabla/array.hpp>

#include "ir/expr.hpp"
#include "runtime/model_state.hpp"
#include "runtime/values.hpp"

namespace nabla::runtime {

/// v^T H v / v^T v, or where the function has kinks the second difference between the values at
/// `point` and at both ends of `direction`.
struct CurvatureWitness {
    ir::DimValues dims;
    std::vector<std::pair<std::string, Array>> point;  ///< every name's value
    std::vector<std::pair<std::string, Array>> direction;
    double curvature = 0;
    bool is_difference = false;
};

struct CurvatureSearch {
    std::optional<CurvatureWitness> downwards, upwards;
    bool kept_values = false;  ///< at the values given, not at random ones
};

/// `f` may hold derivatives. Values for every name that is no variable, if there are, are kept;
/// else all are random and sizes small. Takes the model's lock.
CurvatureSearch search_curvature(const ModelState& model, ir::Expr f,
                                 const std::vector<ir::Expr>& variables, const Values& values);

}  // namespace nabla::runtime
