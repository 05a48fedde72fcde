// Functions in other languages: the value of an expression and its derivatives as source text that
// a person would paste into a program. One pair of files a language; what they share is code.hpp
// (array programs) and writer.hpp (names, shared parts, helper functions).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ir/expr.hpp"

namespace nabla::codegen {

enum class Language : std::uint8_t { numpy, jax, torch, julia, matlab, c, cpp, dot };

/// By the name that `--format` takes; `python` is NumPy, `octave` MATLAB.
std::optional<Language> find_language(std::string_view name);

/// Names in the order of help texts, without the aliases.
std::vector<std::string> language_names();

struct SourceFunction {
    std::string name;     ///< `gradient`
    std::string summary;  ///< `d/dw of ||X w - y||^2`
    ir::Expr value;       ///< finished
    bool row = false;     ///< a row vector
};

struct SourceRequest {
    std::vector<ir::Expr> parameters;  ///< symbols, in the order of the functions' arguments
    std::vector<SourceFunction> functions;
};

/// The program, one function for each of the request's. Makes nodes. Throws InputError for what the
/// language cannot say, naming it.
std::string source_text(Language language, const SourceRequest& request);

}  // namespace nabla::codegen
