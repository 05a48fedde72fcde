#include "passes/steps.hpp"

#include <array>

#include "ir/work_limit.hpp"
#include "passes/steps_stage.hpp"

namespace nabla::passes {

using namespace ir;

Derivation derivation_steps(Expr f, Expr x, std::span<const Expr> answers, bool as_row) {
    const WorkLimit limit(f.context());
    std::vector<Expr> all{f, x};
    all.insert(all.end(), answers.begin(), answers.end());
    FreeNames names(all);
    Derivation result;
    static constexpr std::array<std::string_view, 3> functions{"f", "F", "phi"};
    static constexpr std::array<std::string_view, 3> derivatives{"g", "G", "h"};
    static constexpr std::array<std::string_view, 3> matrices{"G", "H", "K"};
    result.function = names.next(functions);
    std::string change = names.change_of(x.symbol().name);
    result.direction = change_symbol(x, change);
    NotationBuilder builder;
    const StageSetting setting{x, result.direction, names, builder, result.steps};
    Stage::Question question{f, result.function, {}, answers[0], 1, as_row};
    Stage(setting, question).write();
    for (std::size_t k = 1; k < answers.size(); ++k) {
        question.function = answers[k - 1];
        question.name =
            question.function.rank() < 2 ? names.next(derivatives) : names.next(matrices);
        question.why = "differentiate again";
        question.answer = answers[k];
        question.order = static_cast<int>(k) + 1;
        question.as_row = as_row && question.function.rank() == 1;
        Stage(setting, question).write();
    }
    return result;
}

}  // namespace nabla::passes
