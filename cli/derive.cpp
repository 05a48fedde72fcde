#include "runtime/derive.hpp"

#include <algorithm>
#include <cstdio>
#include <string>

#include <fmt/format.h>

#include "cli/commands.hpp"
#include "cli/json_writer.hpp"
#include "cli/steps_text.hpp"
#include "cli/text.hpp"
#include "cli/verbose.hpp"

namespace nabla::cli {
namespace {

void write_formula(JsonWriter& json, const runtime::Formula& formula) {
    json.open_object();
    json.key("text").text(formula.text);
    json.key("unicode").text(formula.unicode);
    json.key("latex").text(formula.latex);
    json.close_object();
}

std::string as_json(const DeriveArguments& arguments, const runtime::DeriveAnswer& answer) {
    JsonWriter json;
    json.open_object();
    json.key("expression").text(answer.expression.text);
    json.key("wrt").text(arguments.variable);
    json.key("order").integer(arguments.order);
    json.key("derivative").text(answer.derivative.text);
    json.key("shape").texts(answer.shape);
    if (answer.row) json.key("orientation").text("row");
    json.key("formulas");
    write_formula(json, answer.derivative);
    if (arguments.steps) {
        json.key("steps");
        write_steps(json, answer.steps);
    }
    json.key("names").open_list();
    for (const runtime::NameInfo& name : answer.names) {
        json.open_object();
        json.key("name").text(name.name);
        json.key("kind").text(name.kind);
        json.key("shape").texts(name.shape);
        json.key("facts").texts(name.facts);
        json.close_object();
    }
    json.close_list();
    json.key("notes").open_list();
    for (const Diagnostic& note : answer.notes) json.text(note.message);
    json.close_list();
    if (arguments.verbose) write_verbose(json, answer.rewrites);
    json.close_object();
    return json.str() + "\n";
}

// A ∈ R^{n × n}, a name a line.
std::string latex_names(const std::vector<runtime::NameInfo>& names) {
    std::string text;
    for (const runtime::NameInfo& name : names) {
        std::string space = name.kind == "dimension" ? "\\mathbb{N}" : "\\mathbb{R}";
        if (!name.shape.empty()) {
            space += fmt::format("^{{{}}}", fmt::join(name.shape, " \\times "));
        }
        text += fmt::format(
            "% {} \\in {}{}\n", name.name, space,
            name.facts.empty() ? std::string() : fmt::format(", {}", fmt::join(name.facts, ", ")));
    }
    return text;
}

}  // namespace

int derive(const DeriveArguments& arguments) {
    runtime::DeriveQuery query;
    query.expression = arguments.expression;
    query.declarations = arguments.declarations;
    query.variable = arguments.variable;
    query.order = arguments.order;
    query.verbose = arguments.verbose;
    query.steps = arguments.steps;
    const std::vector<std::string> languages = runtime::source_languages();
    const bool program =
        std::find(languages.begin(), languages.end(), arguments.format) != languages.end();
    if (program) query.language = arguments.format;
    const runtime::DeriveAnswer answer = runtime::derive(query);
    print_notes(answer.notes);
    if (arguments.verbose && arguments.format != "json") print_verbose(answer.rewrites);

    std::string out;
    if (program) {
        out = answer.source;
    } else if (arguments.format == "json") {
        out = as_json(arguments, answer);
    } else if (arguments.format == "latex") {
        out = (arguments.steps ? steps_latex(answer.steps) : answer.derivative.latex + "\n") +
              latex_names(answer.names);
    } else {
        const bool unicode = arguments.format == "unicode";
        if (arguments.steps) out = steps_text(answer.steps, unicode) + "\n";
        out += format_answer(unicode ? answer.derivative.unicode : answer.derivative.text,
                             answer.names);
    }
    std::fputs(out.c_str(), stdout);
    return exit_fine;
}

}  // namespace nabla::cli
