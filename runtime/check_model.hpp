// `nabla check`: every derivative that a file or an expression asks for against differences, and
// the convexity of each objective.
#pragma once

#include <string>
#include <vector>

#include "runtime/check.hpp"
#include "runtime/convexity.hpp"

namespace nabla::runtime {

/// One function that is differentiated, by some of its names.
struct DerivativeCheck {
    std::string expression;
    CheckReport report;
    std::string error;  ///< why nothing could be compared
    bool passed() const { return error.empty() && report.passed(); }
};

struct ObjectiveCheck {
    std::string objective;  ///< as written
    bool maximize = false;
    ConvexityAnswer answer;
};

struct ModelCheck {
    std::vector<DerivativeCheck> derivatives;
    std::vector<ObjectiveCheck> objectives;
    bool passed() const;
};

/// Of a file: what its problems, `show`, `solve`, `assert` and `export` statements differentiate;
/// every `minimize` and `maximize` is an objective. `points` and the like as in `options`.
ModelCheck check_model(const ModelState& model, const CheckOptions& options);

/// Of one expression of the model: by `variables` if there are any, together for convexity; else by
/// the `var`s in it, else by each of its names alone.
ModelCheck check_expression(const ModelState& model, ir::Expr e, const std::string& text,
                            const std::vector<ir::Expr>& symbols,
                            const std::vector<ir::Expr>& variables, const Values& values,
                            const CheckOptions& options);

/// `nabla check EXPR`: undeclared names get the one-liner's defaults.
struct CheckQuery {
    std::string expression;
    std::vector<std::string> declarations;
    std::vector<std::string> variables;
    CheckOptions options;
};

struct CheckAnswer {
    ModelCheck check;
    std::vector<NameInfo> names;
    std::vector<Diagnostic> notes;
};

/// Throws InputError for mistakes in the text.
CheckAnswer check(const CheckQuery& query);

/// The variables that a question about an expression means, in groups that belong together.
std::vector<std::vector<ir::Expr>> variable_groups(const std::vector<ir::Expr>& symbols,
                                                   const std::vector<ir::Expr>& variables);

}  // namespace nabla::runtime
