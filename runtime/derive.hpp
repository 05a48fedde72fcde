// The answer to "what is the derivative of this expression?"
#pragma once

#include <string>
#include <vector>

#include <nabla/error.hpp>

#include "runtime/formula.hpp"
#include "runtime/steps.hpp"
#include "runtime/verbose.hpp"

namespace nabla::runtime {

/// A one-liner and what to differentiate it by.
struct DeriveQuery {
    std::string expression;
    std::vector<std::string> declarations;  ///< `A[n,n] symmetric`
    std::string variable;
    int order = 1;
    bool verbose = false;  ///< also tell what was rewritten
    bool steps = false;    ///< also how it is derived
    std::string language;  ///< one of source_languages(): also the answer as a program
};

struct DeriveAnswer {
    Formula expression;
    Formula derivative;
    std::vector<std::string> shape;     ///< of the derivative: one text an axis
    bool row = false;                   ///< the derivative is a row vector
    std::vector<NameInfo> names;        ///< every name that occurs, in order of appearance
    std::vector<Diagnostic> notes;      ///< what was guessed
    std::vector<RewriteNote> rewrites;  ///< if asked for
    std::vector<StepText> steps;        ///< the last line says `derivative`
    std::string source;  ///< functions of value and derivative in the language asked for
};

/// Names of output languages, aliases included.
std::vector<std::string> source_languages();

/// Throws InputError for a mistake in the expression, a declaration, the variable or the order.
DeriveAnswer derive(const DeriveQuery& query);

/// The highest order that is computed: entries of a derivative grow as the variable's size to this
/// power.
inline constexpr int max_order = 6;

/// Throws InputError unless `order` is 1 to max_order.
void check_order(int order);

}  // namespace nabla::runtime
