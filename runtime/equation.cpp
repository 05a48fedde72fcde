#include "runtime/equation.hpp"

#include <algorithm>
#include <cmath>
#include <nabla/error.hpp>
#include <utility>

#include <fmt/format.h>

#include "ir/build.hpp"
#include "ir/shape.hpp"
#include "ir/traverse.hpp"
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

std::string least_squares_help(const ir::Solve& request) {
    const std::string& name = request.unknown.symbol().name;
    return fmt::format(
        "for a least squares solution write `solve grad(||{} - ({})||^2, {}) == 0 for {}`",
        request.left_text, request.right_text, name, name);
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
            help = least_squares_help(request);
            break;
        case passes::Linear::rectangular:
            why = fmt::format("a matrix that multiplies {} is not square", name);
            help = least_squares_help(request);
            break;
        case passes::Linear::singular:
            why = fmt::format(
                "whatever the data are it has no solution or more than one: its Jacobian by {} is "
                "{}, which is singular",
                name, jacobian_text(found));
            break;
        case passes::Linear::two_valued:
            why = fmt::format(
                "it determines an even power of {} or of an expression in it, which two values "
                "have",
                name);
            help = fmt::format("declare `{} >= 0` for the solution that is not negative", name);
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

/// `sylvester(A, B, C) is the Z with A Z + Z B = C`, and its entries in closed form.
std::string meaning_of(ir::Expr solution) {
    for (const ir::Expr node : ir::post_order(solution)) {
        if (node.op() != ir::Op::sylvester || node.rank() != 2) continue;
        const ir::Expr a = node.child(0), b = node.child(1), c = node.child(2), d = node.child(3);
        const ir::Expr z = node.context().fresh_symbol("Z", node.shape());
        const auto product = [&](ir::Expr left, ir::Expr right) {
            return ir::matmul(ir::matmul(left, z), right);
        };
        const ir::Expr entries =
            ir::add(ir::kronecker(ir::transpose(b), a), ir::kronecker(ir::transpose(d), c));
        const auto text = [](ir::Expr e) { return format_formula(e).text; };
        return fmt::format("{} is the Z with {} = {}: vec(Z) = {}", text(node),
                           text(ir::add(product(a, b), product(c, d))), text(node.child(4)),
                           text(ir::matmul(ir::inverse(entries), ir::vec(node.child(4)))));
    }
    return {};
}

/// The equation at the solution, and its terms, whose size says how exactly it can hold.
void add_residual(Program& program, const passes::Stationary& found, ir::Expr unknown) {
    const auto at_solution = [&](ir::Expr e) {
        program.outputs.push_back(ir::substitute(e, {{unknown, found.solution}}));
    };
    at_solution(found.residual);
    if (found.residual.op() != ir::Op::sum) return;
    for (const ir::Term& term : found.residual.sum().terms) at_solution(term.expr);
}

double largest(const Array& array) {
    double most = 0;
    for (const double entry : array.values()) {
        if (!(std::fabs(entry) <= most)) most = std::fabs(entry);
    }
    return most;
}

/// Functions were inverted on the way: sqrt(x) == -1 gives x = 1, which is no solution.
void check_residual(const ir::Solve& request, const Array& value,
                    const std::vector<Array>& computed) {
    constexpr double tolerance = 1e-6;
    double scale = 1e-300;
    for (std::size_t k = 2; k < computed.size(); ++k) scale = std::max(scale, largest(computed[k]));
    if (computed.size() == 2) scale = std::max(scale, largest(value));
    if (largest(computed[1]) <= tolerance * scale) return;
    throw UnsupportedError(
        fmt::format("`{}` has no solution at these data: the only candidate does not satisfy it",
                    request.text));
}

}  // namespace

SolveResult solve_equation(const ModelState& model, const ir::Solve& request,
                           const Values& values) {
    SolveResult result;
    Program program;
    {
        const auto lock = model.lock();
        const passes::Stationary found =
            passes::solve_closed_form(request.left, request.right, request.unknown);
        if (found.kind != passes::Linear::solved) fail(request, found);
        program.outputs = {found.solution};
        if (found.inverted) add_residual(program, found, request.unknown);
        for (const ir::Expr symbol : request.inputs) {
            if (!(symbol == request.unknown)) program.inputs.push_back(symbol);
        }
        result.expression = format_formula(found.solution);
        result.where = meaning_of(found.solution);
        result.shape = shape_texts(found.solution.shape());
    }
    result.request = request.text;
    result.unknown = request.unknown.symbol().name;
    if (!has_values(program, values)) return result;
    if (!sizes_of(model, program, values).missing.empty()) return result;
    try {
        std::vector<std::string> texts(program.outputs.size(), request.text);
        texts.front() = result.expression.text;
        std::vector<Array> computed = compute(model, program, texts, values);
        result.value = std::move(computed.front());
        if (computed.size() > 1) check_residual(request, *result.value, computed);
    } catch (const NumericalError& error) {
        throw UnsupportedError(
            fmt::format("cannot solve `{}` at these data: {}", request.text, error.what()));
    }
    check_value(model, request, *result.value);
    return result;
}

}  // namespace nabla::runtime
