#include "runtime/derive.hpp"

#include <optional>
#include <utility>

#include <fmt/format.h>

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
    const ir::Expr finished = passes::finish(expression.expr);
    if (log) {
        passes::computing_form(std::vector{finished, derivative});
        answer.rewrites = describe_rewrites(*log);
        log.reset();
    }
    answer.expression = format_formula(finished, expression.orientation);
    answer.derivative =
        format_formula(derivative, answer.row ? ir::Orientation::row : ir::Orientation::column);
    answer.shape = shape_texts(derivative.shape());
    std::vector<ir::Expr> symbols;
    for (const ir::Declaration& declaration : model->module().declarations) {
        symbols.push_back(declaration.symbol);
        answer.names.push_back(describe_name(declaration.symbol));
    }
    for (NameInfo& name : describe_dimensions(derivative, symbols)) {
        answer.names.push_back(std::move(name));
    }
    answer.notes = std::move(expression.notes);
    note_unused_variable(query.variable, expression, query.declarations, answer.notes);
    return answer;
}

}  // namespace

DeriveAnswer derive(const DeriveQuery& query) {
    check_order(query.order);
    const auto end = static_cast<std::uint32_t>(query.expression.size());
    const Location whole = syntax::Source("<expression>", query.expression).locate({0, end});
    return located(whole, [&] { return answer_to(query); });
}

}  // namespace nabla::runtime
