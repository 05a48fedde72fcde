// The commands: each turns its arguments into an answer and prints it. User mistakes leave as
// nabla::InputError; main.cpp turns them into diagnostics and exit statuses.
#pragma once

#include "cli/arguments.hpp"
#include "runtime/values.hpp"

namespace nabla::cli {

/// Exit statuses of the contract.
enum ExitStatus : int {
    exit_fine = 0,
    exit_input = 1,          ///< the input is wrong
    exit_usage = 2,          ///< the command line is
    exit_not_converged = 3,  ///< it ran and did not converge, an assert was refuted, a check failed
    exit_internal = 4,       ///< a bug
};

int derive(const DeriveArguments& arguments);
int eval(const EvalArguments& arguments);
int run(const RunArguments& arguments);
int check(const CheckArguments& arguments);
int compile(const CompileArguments& arguments);
int repl(const ReplArguments& arguments);

/// Loads all `--data` arguments and standardizes what `--standardize` names.
runtime::Values load_values(const std::vector<std::string>& data,
                            const std::vector<std::string>& standardize);

}  // namespace nabla::cli
