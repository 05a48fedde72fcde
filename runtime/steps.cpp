#include "runtime/steps.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "codegen/source/greek.hpp"
#include "codegen/source/text.hpp"
#include "ir/traverse.hpp"
#include "passes/pipeline.hpp"
#include "runtime/differentiate_by.hpp"

namespace nabla::runtime {
namespace {

Formula spelled(const passes::NotationPtr& notation) {
    if (!notation) return {};
    using codegen::TextStyle;
    return {codegen::print(notation, TextStyle::ascii),
            codegen::print(notation, TextStyle::unicode),
            codegen::print(notation, TextStyle::latex)};
}

// df/dx, ∇f or ∂f/∂x, and their powers.
Formula derivative_name(const std::string& f, const std::string& x, int order, bool scalar) {
    const std::string letter = codegen::greek_letter(f), variable = codegen::greek_letter(x);
    const std::string f_latex = codegen::latex_name(f), x_latex = codegen::latex_name(x);
    const std::string power = order == 1 ? "" : std::to_string(order);
    const std::string raised = order == 1 ? "" : fmt::format("^{{{}}}", order);
    Formula name;
    name.text = fmt::format("d{}{}/d{}{}", power, f, x, power);
    const std::string top = order == 1 ? "" : order == 2 ? "²" : "^" + power;
    if (scalar && order <= 2) {
        name.unicode = fmt::format("∇{}{}", top, letter);
        name.latex = fmt::format("\\nabla{} {}", raised, f_latex);
    } else {
        name.unicode = fmt::format("∂{}{}/∂{}{}", top, letter, variable, top);
        name.latex = fmt::format("\\frac{{\\partial{} {}}}{{\\partial {}{}}}", raised, f_latex,
                                 x_latex, raised);
    }
    return name;
}

RuleText rule_text(const passes::StepRule& rule) {
    return {rule.name, spelled(rule.piece), spelled(rule.law_left), spelled(rule.law_right)};
}

}  // namespace

std::vector<StepText> derive_steps(ir::Expr f, ir::Expr x, int order, ir::Orientation orientation) {
    std::vector<ir::Expr> answers;
    for (int k = 1; k <= order; ++k) answers.push_back(differentiate_by(f, x, k));
    const auto is_derivative = [](ir::Expr e) { return e.op() == ir::Op::derivative; };
    const std::vector<ir::Expr> nodes = ir::post_order(f);
    if (std::any_of(nodes.begin(), nodes.end(), is_derivative)) f = passes::derive(f);
    const bool as_row = orientation == ir::Orientation::row && f.rank() == 1;
    const passes::Derivation derivation = passes::derivation_steps(f, x, answers, as_row);
    std::vector<StepText> texts;
    for (const passes::Step& step : derivation.steps) {
        StepText text{step.kind, step.continues, {}, spelled(step.right), {}};
        text.left =
            step.kind == passes::StepLeft::derivative
                ? derivative_name(derivation.function, x.symbol().name, step.order, f.is_scalar())
                : spelled(step.left);
        for (const passes::StepRule& rule : step.rules) text.rules.push_back(rule_text(rule));
        texts.push_back(std::move(text));
    }
    return texts;
}

}  // namespace nabla::runtime
