// `nabla COMMAND …`: arguments in, an exit status out. Errors become diagnostics here and nowhere
// else: as text on stderr, and as JSON on stdout where the answer would have been JSON.
#include <cstdio>
#include <exception>
#include <nabla/error.hpp>
#include <new>
#include <span>
#include <string>
#include <variant>

#include <fmt/format.h>

#include "cli/arguments.hpp"
#include "cli/commands.hpp"
#include "frontend/render.hpp"
#include "runtime/blas_threads.hpp"

namespace {

using namespace nabla;

void report(std::span<const Diagnostic> diagnostics, bool json) {
    std::fputs(syntax::render_text(diagnostics).c_str(), stderr);
    if (!json) return;
    const std::string text = syntax::render_json(diagnostics);
    std::fprintf(stdout, "%s%s", text.c_str(), text.ends_with('\n') ? "" : "\n");
}

void report(std::string message, bool json, std::string help = {}) {
    const Diagnostic diagnostic{Severity::error, {}, std::move(message), {}, std::move(help)};
    report(std::span(&diagnostic, 1), json);
}

struct Perform {
    int operator()(const cli::Information& information) const {
        std::fputs(information.text.c_str(), stdout);
        return cli::exit_fine;
    }
    int operator()(const cli::DeriveArguments& arguments) const { return cli::derive(arguments); }
    int operator()(const cli::EvalArguments& arguments) const { return cli::eval(arguments); }
    int operator()(const cli::RunArguments& arguments) const { return cli::run(arguments); }
    int operator()(const cli::CheckArguments& arguments) const { return cli::check(arguments); }
    int operator()(const cli::CompileArguments& arguments) const { return cli::compile(arguments); }
    int operator()(const cli::ReplArguments& arguments) const { return cli::repl(arguments); }
};

// Whether diagnostics go to stdout as JSON: where the answer would have.
struct AnswersInJson {
    bool operator()(const cli::Information&) const { return false; }
    bool operator()(const cli::ReplArguments&) const { return false; }
    bool operator()(const auto& arguments) const { return arguments.format == "json"; }
};

int perform(const cli::Arguments& arguments, bool json) {
    try {
        return std::visit(Perform{}, arguments);
    } catch (const InputError& error) {
        report(error.diagnostics(), json);
    } catch (const NumericalError& error) {
        report(error.what(), json);
    } catch (const std::bad_alloc&) {
        report("the input needs more memory than there is", json);
    }
    return cli::exit_input;
}

}  // namespace

int main(int argc, char** argv) {
    bool json = cli::wants_json(argc, argv);
    runtime::keep_blas_on_callers_thread();
    try {
        const cli::Arguments arguments = cli::parse_arguments(argc, argv);
        json = std::visit(AnswersInJson{}, arguments);
        return perform(arguments, json);
    } catch (const cli::UsageError& error) {
        report(error.what(), json,
               "nabla --help lists the commands, nabla COMMAND --help explains one");
        return cli::exit_usage;
    } catch (const std::exception& error) {
        report(fmt::format("internal error: {}", error.what()), json,
               "this is a bug in nabla: please report it with the input that led to it");
        return cli::exit_internal;
    }
}
