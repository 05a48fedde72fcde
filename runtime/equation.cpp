#include "runtime/equation.hpp"

#include <cmath>
#include <nabla/error.hpp>
#include <utility>

#include <fmt/format.h>

#include "ir/shape.hpp"
#include "passes/stationary.hpp"
#include "runtime/check_facts.hpp"
#include "runtime/compute.hpp"
#include "runtime/dims.hpp"
#include "runtime/located.hpp"
#include "runtime/model_state.hpp"
#include "runtime/program_sizes.hpp"
#include "runtime/unsupported.hpp"

namespace nabla::runtime {
namespace {

constexpr std::size_t longest_formula = 200;  ///< shown in a message

std::string jacobian_text(const passes::Stationary& found) {
    std::string text = format_formula(found.jacobian).text;
    if (text.size() <= longest_formula) return text;
    return "a long expression";
}

/// Why there is no closed form, in the user's terms.
[[noreturn]] void fail(const ir::Solve& request, const passes::Stationary& found) {
    const std::string name = request.unknown.symbol().name;
    std::string why;
    std::string help;
    switch (found.kind) {
        case passes::Linear::solved:
            break;
        case passes::Linear::constant:
            why = fmt::format("{} cancels from the equation", name);
            break;
        case passes::Linear::nonlinear:
            why = fmt::format(
                "the equation is not linear in {}: its Jacobian by {} is {}, which "
                "depends on {}",
                name, name, jacobian_text(found), name);
            help = "`minimize` finds stationary points of what is not quadratic";
            break;
        case passes::Linear::jumping:
            why = fmt::format(
                "it holds a function of {} that is not linear though its slope does "
                "not depend on {}",
                name, name);
            break;
        case passes::Linear::mismatched:
            why = fmt::format("the shape of the equation is {}, that of {} is {}",
                              ir::to_string(found.residual.shape()), name,
                              ir::to_string(request.unknown.shape()));
            help = fmt::format(
                "for a least squares solution write "
                "`solve grad(||{} - ({})||^2, {}) == 0 for {}`",
                request.left_text, request.right_text, name, name);
            break;
        case passes::Linear::rectangular:
            why = fmt::format("a matrix that multiplies {} is not square", name);
            break;
        case passes::Linear::unstructured:
            why = fmt::format(
                "the solution {} does not have the structure that {} is declared to "
                "have",
                format_formula(found.solution).text, name);
            help = fmt::format("declare {} without the fact to solve for any matrix", name);
            break;
    }
    throw UnsupportedError(fmt::format("cannot solve `{}`: {}", request.text, why), help);
}

/// The value must be one that the declaration allows.
void check_value(const ModelState& model, const ir::Solve& request, const Array& value) {
    const std::string& name = request.unknown.symbol().name;
    for (const double entry : value.values()) {
        if (std::isfinite(entry)) continue;
        throw UnsupportedError(fmt::format(
            "cannot solve `{}` at these data: what multiplies {} is singular", request.text, name));
    }
    const ir::Declaration* declaration = model.module().find_declaration(name);
    if (declaration == nullptr) return;
    try {
        check_facts({name, value, "the solution", false, false}, *declaration);
    } catch (const InputError& error) {
        throw UnsupportedError(
            fmt::format("`{}` has no solution as declared: {}", request.text, error.what()));
    }
}

}  // namespace

SolveResult solve_equation(const ModelState& model, const ir::Solve& request,
                           const Values& values) {
    SolveResult result;
    Program program;
    {
        const auto lock = model.lock();
        const passes::Stationary found =
            passes::solve_linear(request.left, request.right, request.unknown);
        if (found.kind != passes::Linear::solved) fail(request, found);
        program.outputs = {found.solution};
        for (const ir::Expr symbol : request.inputs) {
            if (!(symbol == request.unknown)) program.inputs.push_back(symbol);
        }
        result.expression = format_formula(found.solution);
        result.shape = shape_texts(found.solution.shape());
    }
    result.request = request.text;
    result.unknown = request.unknown.symbol().name;
    if (!has_values(program, values)) return result;
    if (!sizes_of(model, program, values).missing.empty()) return result;
    try {
        result.value = std::move(compute(model, program, {result.expression.text}, values).front());
    } catch (const NumericalError& error) {
        throw UnsupportedError(
            fmt::format("cannot solve `{}` at these data: {}", request.text, error.what()));
    }
    check_value(model, request, *result.value);
    return result;
}

}  // namespace nabla::runtime
