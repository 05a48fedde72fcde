#include "runtime/derive.hpp"

#include <optional>
#include <utility>

#include <fmt/format.h>

#include "codegen/source/languages.hpp"
#include "passes/computing_form.hpp"
#include "passes/pipeline.hpp"
#include "runtime/differentiate_by.hpp"
#include "runtime/located.hpp"
#include "runtime/model_state.hpp"

namespace nabla::runtime {

void check_order(int order) {
    if (order >= 1 && order <= max_order) return;
    throw InputError(fmt::format("the order of a derivative is 1 to {}, not {}", max_order, order));
}

namespace {

/// `gradient`, `jacobian`, `hessian`, `third_derivative` …
std::string derivative_name(ir::Expr value, int order) {
    if (order == 1) return value.is_scalar() ? "gradient" : "jacobian";
    if (order == 2) return value.is_scalar() ? "hessian" : "second_derivative";
    if (order == 3) return "third_derivative";
    return fmt::format("derivative_{}", order);
}

std::string program(const DeriveQuery& query, const DeriveAnswer& answer,
                    const std::vector<ir::Expr>& symbols, ir::Expr value, bool value_row,
                    ir::Expr derivative) {
    const std::optional<codegen::Language> language = codegen::find_language(query.language);
    if (!language) throw InputError("there is no output language " + query.language);
    // A long formula is several lines, the first of which is the whole.
    std::string text = answer.expression.text;
    if (const std::size_t end = text.find('\n'); end != std::string::npos) text.resize(end);
    const std::string power = query.order == 1 ? "" : fmt::format("^{}", query.order);
    const std::string by = fmt::format("d{0}/d{1}{0} of ", power, query.variable);
    codegen::SourceRequest request;
    request.parameters = symbols;
    request.functions = {{"value", text, value, value_row},
                         {derivative_name(value, query.order), by + text, derivative, answer.row}};
    return codegen::source_text(*language, request);
}

DeriveAnswer answer_to(const DeriveQuery& query) {
    syntax::Options options;
    options.defaults = true;
    options.wanted = {query.variable};
    for (const std::string& text : query.declarations) options.declarations.push_back({text});
    auto [model, expression] = ModelState::from_expression(query.expression, options);

    const auto lock = model->lock();
    std::optional<passes::RewriteLog> log;
    if (query.verbose) log.emplace(expression.expr.context());
    const ir::Expr derivative =
        differentiate_by(expression.expr, expression.wanted.at(0), query.order);
    DeriveAnswer answer;
    answer.row = expression.orientation == ir::Orientation::row && expression.expr.rank() == 1 &&
                 derivative.rank() == 1;
    const ir::Expr value = passes::finish(expression.expr);
    if (log) {
        passes::computing_form(std::vector{value, derivative});
        answer.rewrites = describe_rewrites(*log);
        log.reset();
    }
    answer.expression = format_formula(value, expression.orientation);
    answer.derivative =
        format_formula(derivative, answer.row ? ir::Orientation::row : ir::Orientation::column);
    if (query.steps)
        answer.steps = derive_steps(expression.expr, expression.wanted.at(0), query.order,
                                    expression.orientation);
    answer.shape = shape_texts(derivative.shape());
    std::vector<ir::Expr> symbols;
    for (const ir::Declaration& declaration : model->module().declarations) {
        symbols.push_back(declaration.symbol);
        answer.names.push_back(describe_name(declaration.symbol));
    }
    for (NameInfo& name : describe_dimensions(derivative, symbols)) {
        answer.names.push_back(std::move(name));
    }
    if (!query.language.empty()) {
        const bool row = expression.orientation == ir::Orientation::row && value.rank() == 1;
        answer.source = program(query, answer, symbols, value, row, derivative);
    }
    answer.notes = std::move(expression.notes);
    note_unused_variable(query.variable, expression, query.declarations, answer.notes);
    return answer;
}

}  // namespace

std::vector<std::string> source_languages() {
    std::vector<std::string> names = codegen::language_names();
    names.insert(names.end(), {"python", "octave"});
    return names;
}

DeriveAnswer derive(const DeriveQuery& query) {
    check_order(query.order);
    const auto end = static_cast<std::uint32_t>(query.expression.size());
    const Location whole = syntax::Source("<expression>", query.expression).locate({0, end});
    return located(whole, [&] { return answer_to(query); });
}

}  // namespace nabla::runtime
