#include <cstdio>
#include <filesystem>
#include <nabla/nabla.hpp>
#include <string>

#include "cli/commands.hpp"
#include "cli/convexity_report.hpp"
#include "cli/text.hpp"
#include "runtime/check_model.hpp"

namespace nabla::cli {
namespace {

/// What ends like a file or is one; no expression ends in `.nabla`.
bool is_file(const std::string& subject) {
    std::error_code failed;
    return subject.ends_with(".nabla") || std::filesystem::is_regular_file(subject, failed);
}

void check_options(const CheckArguments& arguments) {
    if (!arguments.variables.empty())
        throw UsageError("--wrt is for an expression: a file's problems name their variables");
    if (!arguments.declarations.empty())
        throw UsageError("--declare is for an expression: a file declares its names itself");
}

}  // namespace

int check(const CheckArguments& arguments) {
    runtime::CheckOptions options;
    options.points = arguments.points;
    options.seed = arguments.seed;
    runtime::CheckAnswer answer;
    if (is_file(arguments.subject)) {
        check_options(arguments);
        const Model model = Model::from_file(arguments.subject);
        answer.check = runtime::check_model(model.state(), options);
    } else {
        answer = runtime::check(
            {arguments.subject, arguments.declarations, arguments.variables, options});
    }
    print_notes(answer.notes);
    std::string out;
    if (arguments.format == "json") {
        JsonWriter json;
        json.open_object();
        write_check(json, answer.check);
        out = json.close_object().str() + "\n";
    } else {
        out = check_text(answer.check);
        if (!answer.names.empty()) out += "where\n" + format_names(answer.names);
    }
    std::fputs(out.c_str(), stdout);
    return answer.check.passed() ? exit_fine : exit_not_converged;
}

}  // namespace nabla::cli
