#include "passes/steps.hpp"

#include <array>

#include "ir/work_limit.hpp"
#include "passes/steps_stage.hpp"
#include "passes/to_matrix.hpp"

namespace nabla::passes {

using namespace ir;

namespace {

using Letters = std::array<std::string_view, 3>;
constexpr Letters functions{"f", "F", "phi"};
constexpr Letters derivatives{"g", "h", "q"};
constexpr Letters matrices{"G", "H", "K"};

/// The small change of a variable, one symbol however often it is differentiated by.
Expr direction_of(Expr x, std::span<const Differentiation> orders, Derivation& result,
                  FreeNames& names) {
    for (std::size_t k = 0; k < result.directions.size(); ++k)
        if (orders[k].variable == x) return result.directions[k];
    return change_symbol(x, names.change_of(x.symbol().name));
}

}  // namespace

Derivation derivation_steps(Expr f, std::span<const Differentiation> orders, bool as_row) {
    const WorkLimit limit(f.context());
    std::vector<Expr> all{f};
    for (const Differentiation& order : orders) {
        all.push_back(order.variable);
        all.push_back(order.answer);
    }
    FreeNames names(all);
    for (const Differentiation& order : orders) names.avoid_indices(to_matrix(order.answer));
    Derivation result;
    result.function = names.next(functions);
    NotationBuilder builder;
    Stage::Question question{f, result.function, {}, {}, 0, as_row};
    for (const Differentiation& order : orders) {
        Expr dx = direction_of(order.variable, orders, result, names);
        result.directions.push_back(dx);
        const StageSetting setting{order.variable, dx, names, builder, result.steps};
        question.answer = order.answer;
        ++question.order;
        Stage(setting, question).write();
        question.function = order.answer;
        const bool matrix = question.function.rank() >= 2;
        if (question.order < static_cast<int>(orders.size()))
            question.name = names.next(matrix ? matrices : derivatives);
        question.why = "differentiate again";
        question.as_row = as_row && question.function.rank() == 1;
    }
    return result;
}

}  // namespace nabla::passes
