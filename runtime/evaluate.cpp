#include "runtime/evaluate.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "frontend/suggest.hpp"
#include "passes/pipeline.hpp"
#include "runtime/compute.hpp"
#include "runtime/derive.hpp"
#include "runtime/differentiate_by.hpp"
#include "runtime/formula.hpp"
#include "runtime/located.hpp"
#include "runtime/model_state.hpp"
#include "runtime/session/line.hpp"

namespace nabla::runtime {
namespace {

syntax::Options options_for(const EvaluateQuery& query) {
    syntax::Options options;
    options.defaults = true;
    for (const Value& value : query.data.all()) {
        const Sizes& sizes = value.array.sizes();
        options.data_shapes[value.name] = std::vector<std::int64_t>(sizes.begin(), sizes.end());
        if (sizes.empty()) options.data_numbers[value.name] = value.array.scalar();
    }
    for (const std::string& text : query.declarations) options.declarations.push_back({text});
    if (!query.variable.empty()) options.wanted = {query.variable};
    return options;
}

// The zeros that a name gives which the expression does not use still have a shape.
void check_variable(const EvaluateQuery& query, const syntax::Expression& expression) {
    if (query.variable.empty() || query.data.find(query.variable) != nullptr) return;
    const ir::Expr variable = expression.wanted.at(0);
    const auto& used = expression.symbols;
    if (variable.is_scalar() || std::find(used.begin(), used.end(), variable) != used.end()) return;
    const syntax::Source source("<variable>", query.variable);
    const auto end = static_cast<std::uint32_t>(query.variable.size());
    throw InputError({error_at(
        source.locate({0, end}),
        fmt::format("{} has no value or size: no data give one, and the expression does not use it",
                    query.variable),
        fmt::format("add it to the data, or write --declare '{}' if it is a scalar",
                    query.variable))});
}

// A value that is given to a name by that name is meant for it; a file may hold more names.
void check_data_names(const EvaluateQuery& query, const ir::Module& module) {
    std::vector<std::string> known;
    for (const ir::Declaration& declaration : module.declarations) {
        known.push_back(declaration.symbol.symbol().name);
    }
    std::vector<std::string> words = words_of(query.expression);
    for (const std::string& text : query.declarations) {
        for (std::string& word : words_of(text)) words.push_back(std::move(word));
    }
    for (const Value& value : query.data.all()) {
        if (!value.by_name) continue;
        const auto is_it = [&](const std::string& name) { return name == value.name; };
        if (std::any_of(known.begin(), known.end(), is_it)) continue;
        if (std::any_of(words.begin(), words.end(), is_it)) continue;
        const std::string near = syntax::did_you_mean(value.name, known);
        throw InputError(
            fmt::format("{} gives a value to {}, which the expression does not have", value.origin,
                        value.name),
            near.empty() ? fmt::format("its names: {}", fmt::join(known, ", ")) : near);
    }
}

}  // namespace

EvaluateAnswer evaluate(const EvaluateQuery& query) {
    check_order(query.order);
    const auto end = static_cast<std::uint32_t>(query.expression.size());
    const Location whole = syntax::Source("<expression>", query.expression).locate({0, end});
    auto [model, expression] = located(
        whole, [&] { return ModelState::from_expression(query.expression, options_for(query)); });
    check_variable(query, expression);
    check_data_names(query, model->module());
    Values data = query.data;
    fit_to_declarations(data, model->module());

    std::optional<passes::RewriteLog> log;
    if (query.verbose) log.emplace(expression.expr.context());
    EvaluateAnswer answer;
    Program program;
    std::vector<std::string> texts{query.expression};
    {
        const auto lock = model->lock();
        const bool row = expression.orientation == ir::Orientation::row;
        // The derivative first: what is rewritten before differentiation is then told as that.
        ir::Expr derivative;
        if (!query.variable.empty()) {
            derivative = differentiate_by(expression.expr, expression.wanted.at(0), query.order);
        }
        program.outputs = {passes::finish(expression.expr)};
        program.inputs = model->in_declaration_order(expression.symbols);
        answer.value_row = row && expression.expr.rank() == 1;
        if (!query.variable.empty()) {
            program.outputs.push_back(derivative);
            answer.derivative_row = answer.value_row && program.outputs.back().rank() == 1;
            texts.push_back("the derivative by " + query.variable);
        }
        const bool text_as_row = query.variable.empty() ? answer.value_row : answer.derivative_row;
        answer.text = format_formula(program.outputs.back(),
                                     text_as_row ? ir::Orientation::row : ir::Orientation::column)
                          .text;
    }
    std::vector<Array> results =
        located(whole, [&] { return compute(*model, program, texts, data, query.precision); });
    answer.value = std::move(results[0]);
    if (!query.variable.empty()) answer.derivative = std::move(results[1]);
    if (log) {
        const auto lock = model->lock();
        answer.rewrites = describe_rewrites(*log);
    }
    answer.notes = std::move(expression.notes);
    if (!query.variable.empty() && query.data.find(query.variable) == nullptr) {
        note_unused_variable(query.variable, expression, query.declarations, answer.notes);
    }
    return answer;
}

}  // namespace nabla::runtime
