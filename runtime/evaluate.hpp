// The answer to "what is this expression, and its derivative, at these values?"
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <nabla/array.hpp>
#include <nabla/error.hpp>

#include "codegen/loop.hpp"
#include "runtime/values.hpp"
#include "runtime/verbose.hpp"

namespace nabla::runtime {

/// The numbers that kernels compute with, for those who may not include codegen.
using Precision = codegen::Precision;

/// A one-liner with values for its names; kinds and shapes come from the values.
struct EvaluateQuery {
    std::string expression;
    std::vector<std::string> declarations;
    std::string variable;  ///< empty: no derivative
    int order = 1;
    Values data;
    codegen::Precision precision = codegen::Precision::f64;
    bool verbose = false;  ///< also tell what was rewritten
};

struct EvaluateAnswer {
    Array value;
    bool value_row = false;
    std::optional<Array> derivative;  ///< the value's axes, then the variable's once an order
    bool derivative_row = false;
    std::string text;  ///< what `derivative`, or else `value`, was computed from
    std::vector<Diagnostic> notes;
    std::vector<RewriteNote> rewrites;  ///< if asked for
};

/// Compiles and runs. A number among the data is also the size of that name, where the expression
/// uses it as one: `sum(i in 1..m: x[i])`. Throws InputError for a mistake in the expression or the
/// values, and where a factorisation fails at them.
EvaluateAnswer evaluate(const EvaluateQuery& query);

}  // namespace nabla::runtime
