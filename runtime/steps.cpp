#include "runtime/steps.hpp"

#include <algorithm>
#include <span>
#include <unordered_set>

#include <fmt/format.h>

#include "codegen/source/greek.hpp"
#include "codegen/source/text.hpp"
#include "ir/build.hpp"
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

// df/dx, ∇f or ∂f/∂x, and those of higher order: d2f/dx2, d2f/(dx dy).
Formula derivative_name(const std::string& f, std::span<const std::string> variables, bool scalar) {
    const std::size_t order = variables.size();
    const bool one = std::all_of(variables.begin(), variables.end(),
                                 [&](const std::string& x) { return x == variables[0]; });
    const std::string power = order == 1 ? "" : std::to_string(order);
    const std::string raised = order == 1 ? "" : fmt::format("^{{{}}}", order);
    const std::string top = order == 1 ? "" : order == 2 ? "²" : "^" + power;
    const std::string letter = codegen::greek_letter(f), latex = codegen::latex_name(f);
    std::string text, unicode, below;
    for (const std::string& x : variables) {
        text += (text.empty() ? "d" : " d") + x;
        unicode += (unicode.empty() ? "∂" : " ∂") + codegen::greek_letter(x);
        below += (below.empty() ? "\\partial " : " \\partial ") + codegen::latex_name(x);
    }
    if (one) {
        text = "d" + variables[0] + power;
        unicode = "∂" + codegen::greek_letter(variables[0]) + top;
        below = "\\partial " + codegen::latex_name(variables[0]) + raised;
    } else {
        text = "(" + text + ")";
        unicode = "(" + unicode + ")";
    }
    Formula name{fmt::format("d{}{}/{}", power, f, text),
                 fmt::format("∂{}{}/{}", top, letter, unicode),
                 fmt::format("\\frac{{\\partial{} {}}}{{{}}}", raised, latex, below)};
    if (scalar && order <= 2 && one) {
        name.unicode = fmt::format("∇{}{}", top, letter);
        name.latex = fmt::format("\\nabla{} {}", raised, latex);
    }
    return name;
}

RuleText rule_text(const passes::StepRule& rule) {
    return {rule.name, spelled(rule.piece), spelled(rule.law_left), spelled(rule.law_right)};
}

bool is_derivative(ir::Expr e) { return e.op() == ir::Op::derivative; }

ir::Expr without_derivatives(ir::Expr e) {
    const std::vector<ir::Expr> nodes = ir::post_order(e);
    return std::any_of(nodes.begin(), nodes.end(), is_derivative) ? passes::derive(e) : e;
}

std::vector<StepText> spelled(ir::Expr f, std::span<const passes::Differentiation> orders,
                              ir::Orientation orientation) {
    const bool as_row = orientation == ir::Orientation::row && f.rank() == 1;
    const passes::Derivation derivation =
        passes::derivation_steps(without_derivatives(f), orders, as_row);
    std::vector<std::string> variables;
    for (const auto& order : orders) variables.push_back(order.variable.symbol().name);
    std::vector<StepText> texts;
    for (const passes::Step& step : derivation.steps) {
        StepText text{step.kind, step.continues, {}, spelled(step.right), {}};
        const std::span<const std::string> by(variables.data(),
                                              static_cast<std::size_t>(step.order));
        text.left = step.kind == passes::StepLeft::derivative
                        ? derivative_name(derivation.function, by, f.is_scalar())
                        : spelled(step.left);
        for (const passes::StepRule& rule : step.rules) text.rules.push_back(rule_text(rule));
        texts.push_back(std::move(text));
    }
    return texts;
}

/// The outermost derivatives in an expression, each once.
std::vector<ir::Expr> outermost_derivatives(ir::Expr e) {
    std::vector<ir::Expr> found, stack{e};
    std::unordered_set<ir::Expr, ir::ExprHash> seen;
    while (!stack.empty()) {
        const ir::Expr node = stack.back();
        stack.pop_back();
        if (!seen.insert(node).second) continue;
        if (is_derivative(node)) {
            found.push_back(node);
            continue;
        }
        for (int k = node.child_count(); k-- > 0;) stack.push_back(node.child(k));
    }
    return found;
}

std::vector<passes::Differentiation> differentiations(ir::Expr node) {
    using ir::DerivativeMode;
    const ir::DerivativeData& data = node.derivative();
    const ir::Expr f = data.arguments[0];
    switch (data.mode) {
        case DerivativeMode::gradient:
        case DerivativeMode::jacobian:
            return {{data.arguments[1], passes::finish(node)}};
        case DerivativeMode::hessian: {
            const ir::Expr x = data.arguments[1];
            const ir::Expr gradient = ir::derivative(DerivativeMode::gradient, f, {x});
            return {{x, passes::finish(gradient)}, {data.arguments.back(), passes::finish(node)}};
        }
        case DerivativeMode::directional:
        case DerivativeMode::vjp:
        case DerivativeMode::hvp:
        case DerivativeMode::at:
            break;
    }
    return {};
}

}  // namespace

std::vector<StepText> derive_steps(ir::Expr f, ir::Expr x, int order, ir::Orientation orientation) {
    std::vector<passes::Differentiation> orders;
    for (int k = 1; k <= order; ++k) orders.push_back({x, differentiate_by(f, x, k)});
    return spelled(f, orders, orientation);
}

std::vector<std::vector<StepText>> steps_in(ir::Expr e) {
    std::vector<std::vector<StepText>> all;
    for (const ir::Expr node : outermost_derivatives(e)) {
        const std::vector<passes::Differentiation> orders = differentiations(node);
        if (orders.empty())
            throw InputError("steps are shown for gradients, Jacobians and Hessians",
                             "a product with a direction is that of one of these");
        all.push_back(spelled(node.derivative().arguments[0], orders, ir::Orientation::column));
    }
    if (all.empty())
        throw InputError("there is no derivative in this", "for example `:steps grad(f, x)`");
    return all;
}

}  // namespace nabla::runtime
