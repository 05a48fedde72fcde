// Diagnostics and the one family of exceptions that Nabla throws.
//
// A Diagnostic is data: it knows its file, line and columns (code points, from 1) and carries the
// text of the line it points into, so that it can be rendered long after the source is gone.
// Rendering (carets, JSON) is in frontend/render.hpp. The library never prints and never exits.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace nabla {

/// A half-open range of byte offsets into a source text.
struct Span {
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
};

/// A place in a file as a person counts it: lines and code-point columns from 1. `end_column` is
/// one past the last column of the span on that line. `line_text` is the whole line, without its
/// newline. Line 0 means "the file as a whole" (or no file).
struct Location {
    std::string file;
    std::uint32_t line = 0;
    std::uint32_t column = 0;
    std::uint32_t end_column = 0;
    std::string line_text;
};

/// A second place that explains the first ("X is m×n here").
struct Label {
    Location where;
    std::string text;
};

enum class Severity { error, warning, note };

/// One mistake (or remark), in the user's terms.
struct Diagnostic {
    Severity severity = Severity::error;
    Location where;
    std::string message;
    std::vector<Label> labels;  ///< secondary places
    std::string help;           ///< the likely fix; may be empty
};

/// Base of every exception thrown by Nabla.
class Error : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// The user's input is wrong. Carries at least one diagnostic of severity `error`.
class InputError : public Error {
public:
    explicit InputError(std::vector<Diagnostic> diagnostics)
        : Error(diagnostics.empty() ? "invalid input" : diagnostics.front().message),
          diagnostics_(std::move(diagnostics)) {}
    /// A mistake that has no place in a text (a missing data file, a bad option value).
    explicit InputError(std::string message, std::string help = {})
        : InputError(std::vector<Diagnostic>{
              Diagnostic{Severity::error, {}, std::move(message), {}, std::move(help)}}) {}

    const std::vector<Diagnostic>& diagnostics() const noexcept { return diagnostics_; }

private:
    std::vector<Diagnostic> diagnostics_;
};

/// The computation is not possible at these values: a singular matrix, a factorisation that failed.
class NumericalError : public Error {
public:
    using Error::Error;
};

/// A bug in Nabla: an invariant does not hold. Says where it was noticed.
class InternalError : public Error {
public:
    using Error::Error;
};

}  // namespace nabla
