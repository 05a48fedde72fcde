// Carrying out a file's requests, in its order.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <nabla/error.hpp>
#include <nabla/optimize.hpp>

#include "runtime/assertion.hpp"
#include "runtime/convexity.hpp"
#include "runtime/equation.hpp"
#include "runtime/formula.hpp"
#include "runtime/values.hpp"
#include "runtime/verbose.hpp"

namespace nabla::runtime {

class ModelState;

/// What the command line says beyond the file.
struct RunQuery {
    Values data;
    Values start;
    std::optional<Method> method;  ///< else the file's `using`, else L-BFGS
    std::optional<double> tolerance;
    std::optional<int> max_iterations;
    std::function<void(const Iteration&)> on_iteration = {};
    std::vector<RewriteNote>* rewrites = nullptr;  ///< if given, receives what was rewritten
};

/// A `minimize` or `maximize` statement, carried out.
struct ProblemResult {
    std::string request;
    std::string method;  ///< for people: `L-BFGS`
    bool maximize = false;
    std::vector<std::string> variables;
    Formula objective;
    std::vector<Formula> gradients;  ///< by each variable
    /// Blocks of the Hessian by pairs of variables (the second not after the first).
    struct Block {
        std::string row, column;
        Formula formula;
    };
    std::vector<Block> hessian;
    ConvexityAnswer convexity;  ///< of the objective in the variables together
    Result result;
};

/// A `show` statement.
struct ShowResult {
    std::string request;
    Formula expression;
    std::vector<std::string> shape;
    bool row = false;
    std::optional<Array> value;  ///< where every name in it has data or was fitted
};

/// A statement that this version cannot carry out.
struct FailedResult {
    std::string request;
    std::vector<Diagnostic> diagnostics;
};

using RequestResult =
    std::variant<ProblemResult, SolveResult, AssertResult, ShowResult, FailedResult>;

/// Carries out everything but exports. A `show` sees the variables that problems and `solve`
/// statements before it found.
/// Throws InputError for data that is missing or does not fit, and where a shown value cannot be
/// computed.
std::vector<RequestResult> run(const ModelState& model, const RunQuery& query);

}  // namespace nabla::runtime
