#include "runtime/evaluate.hpp"

#include <cstdio>
#include <string>

#include <fmt/format.h>

#include "cli/commands.hpp"
#include "cli/json_writer.hpp"
#include "cli/text.hpp"
#include "cli/verbose.hpp"
#include "runtime/data/data.hpp"

namespace nabla::cli {
namespace {

std::string as_json(const EvalArguments& arguments, const runtime::EvaluateAnswer& answer) {
    const Array& shaped = answer.derivative ? *answer.derivative : answer.value;
    const bool row = answer.derivative ? answer.derivative_row : answer.value_row;
    JsonWriter json;
    json.open_object();
    json.key("value").array(answer.value);
    if (answer.derivative) json.key("derivative").array(*answer.derivative);
    json.key("shape").sizes(shaped.sizes());
    if (row) json.key("orientation").text("row");
    json.key("value_shape").sizes(answer.value.sizes());
    if (answer.value_row) json.key("value_orientation").text("row");
    json.key("expression").text(answer.text);
    if (arguments.verbose) write_verbose(json, answer.rewrites);
    json.close_object();
    return json.str() + "\n";
}

std::string as_text(const runtime::EvaluateAnswer& answer) {
    std::string out = fmt::format("value       {}\n", format_array(answer.value, 12));
    if (answer.derivative) {
        out += fmt::format("derivative  {}\n", format_array(*answer.derivative, 12));
    }
    return out +
           fmt::format("{}  {}\n", answer.derivative ? "formula   " : "expression", answer.text);
}

}  // namespace

runtime::Values load_values(const std::vector<std::string>& data,
                            const std::vector<std::string>& standardize) {
    runtime::Values values;
    for (const std::string& argument : data) {
        values.add_all(runtime::load_data(runtime::parse_data_request(argument)));
    }
    for (const std::string& name : standardize) runtime::standardize(values, name);
    return values;
}

int eval(const EvalArguments& arguments) {
    runtime::EvaluateQuery query;
    query.expression = arguments.expression;
    query.declarations = arguments.declarations;
    query.variable = arguments.variable;
    query.order = arguments.order;
    query.precision = arguments.precision;
    query.verbose = arguments.verbose;
    query.data = load_values(arguments.data, arguments.standardize);
    const runtime::EvaluateAnswer answer = runtime::evaluate(query);
    print_notes(answer.notes);
    const bool json = arguments.format == "json";
    if (arguments.verbose && !json) print_verbose(answer.rewrites);
    const std::string out = json ? as_json(arguments, answer) : as_text(answer);
    std::fputs(out.c_str(), stdout);
    return exit_fine;
}

}  // namespace nabla::cli
