#include "runtime/run.hpp"

#include <cstdio>
#include <nabla/nabla.hpp>
#include <string>

#include "cli/commands.hpp"
#include "cli/progress.hpp"
#include "cli/run_report.hpp"
#include "cli/text.hpp"
#include "cli/verbose.hpp"
#include "runtime/data/data.hpp"
#include "runtime/method_options.hpp"

namespace nabla::cli {

int run(const RunArguments& arguments) {
    const Model model = Model::from_file(arguments.file);
    Progress progress;
    runtime::RunQuery query;
    query.data = load_values(arguments.data, arguments.standardize);
    query.start = load_values(arguments.start, {});
    if (arguments.method) query.method = runtime::method_by_name(*arguments.method);
    query.tolerance = arguments.tolerance;
    query.max_iterations = arguments.max_iterations;
    query.on_iteration = [&](const Iteration& iteration) { progress.show(iteration); };
    std::vector<runtime::RewriteNote> rewrites;
    if (arguments.verbose) query.rewrites = &rewrites;
    const auto results = runtime::run(model.state(), query);

    const bool json = arguments.format == "json";
    if (arguments.verbose && !json) print_verbose(rewrites);
    const std::string out = json ? run_json(results, query.rewrites) : run_text(results);
    std::fputs(out.c_str(), stdout);
    if (const auto errors = run_errors(results); !errors.empty()) {
        print_notes(errors);
        return exit_input;
    }
    return reached_all(results) ? exit_fine : exit_not_converged;
}

}  // namespace nabla::cli
