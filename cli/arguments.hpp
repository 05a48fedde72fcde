// What was typed on the command line, checked and sorted by command. CLI11 stays behind it.
#pragma once

#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

#include "runtime/evaluate.hpp"

namespace nabla::cli {

struct DeriveArguments {
    std::string expression;
    std::string variable;
    int order = 1;
    std::vector<std::string> declarations;
    std::string format = "text";  ///< text, unicode, latex, json
    bool verbose = false;
    bool steps = false;  ///< the derivation, a rule a line
};

struct EvalArguments {
    std::string expression;
    std::vector<std::string> data;
    std::string variable;  ///< empty: no derivative
    int order = 1;
    std::vector<std::string> declarations;
    std::vector<std::string> standardize;
    std::string format = "json";  ///< json, text
    runtime::Precision precision = runtime::Precision::f64;
    bool verbose = false;
};

struct RunArguments {
    std::string file;
    std::vector<std::string> data;
    std::vector<std::string> standardize;
    std::vector<std::string> start;
    std::optional<std::string> method;
    std::optional<double> tolerance;
    std::optional<int> max_iterations;
    std::string format = "text";  ///< text, json
    bool verbose = false;
};

struct CompileArguments {
    std::string file;
    std::string folder;
    std::map<std::string, std::string> dims;  ///< decimal digits, perhaps with a sign
    std::string format = "text";              ///< text, json
    runtime::Precision precision = runtime::Precision::f64;
};

struct CheckArguments {
    std::string subject;  ///< a file or an expression
    std::vector<std::string> variables;
    std::vector<std::string> declarations;
    int points = 5;
    unsigned seed = 1;
    std::string format = "text";  ///< text, json
};

struct ReplArguments {
    std::string file;  ///< to be loaded first; may be empty
};

/// A text to print instead of doing something: help, the version.
struct Information {
    std::string text;
};

using Arguments = std::variant<Information, DeriveArguments, EvalArguments, RunArguments,
                               CheckArguments, CompileArguments, ReplArguments>;

/// The command line is not one that `--help` describes.
class UsageError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Throws UsageError. An argument that begins with `-` and is no option of its command is taken
/// for the EXPR of `derive`, `eval` and `check`, unless it looks like an option (`--word`).
Arguments parse_arguments(int argc, const char* const* argv);

/// Whether `--format json` was typed, even where the rest cannot be understood.
bool wants_json(int argc, const char* const* argv);

}  // namespace nabla::cli
