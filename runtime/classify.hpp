// What kind of critical point: minimum, maximum, saddle or degenerate. From the eigenvalues of the
// Hessian where there are numbers, from definiteness by structure where there are none.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ir/module.hpp"
#include "runtime/values.hpp"

namespace nabla::runtime {

class ModelState;

enum class CriticalKind : std::uint8_t {
    minimum,
    maximum,
    saddle,
    degenerate,  ///< an eigenvalue is 0 and the others do not differ in sign
    not_critical,
    unknown
};

struct Classification {
    CriticalKind kind = CriticalKind::unknown;
    std::string reason;               ///< "the Hessian's eigenvalues are 2, 5"
    std::vector<double> eigenvalues;  ///< ascending; empty where there are no numbers
    double gradient_norm = 0;
};

/// Of `f` by `variables` together at the values of all its names. Nothing if a name has none.
/// Takes the model's lock. Throws InputError where `f` has no second derivative.
std::optional<Classification> classify_point(const ModelState& model, ir::Expr f,
                                             const std::vector<ir::Expr>& variables,
                                             const Values& values);

/// Where `solve` asks for a zero of a gradient: the function, else nothing.
std::optional<ir::Expr> potential_of(const ir::Solve& request);

/// The kind of the point that `solve` found: by `values`, which hold the solution if there is one,
/// else by what is known of the Hessian. Nothing if the equation is no gradient's.
std::optional<Classification> classify_solution(const ModelState& model, const ir::Solve& request,
                                                const Values& values);

std::string_view to_string(CriticalKind kind) noexcept;
/// "minimum: the Hessian's eigenvalues are 2, 5".
std::string summary(const Classification& found);

}  // namespace nabla::runtime
