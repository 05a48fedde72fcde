// The public Model, and minimize on it.
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <nabla/nabla.hpp>
#include <utility>

#include <fmt/format.h>

#include "ir/traverse.hpp"
#include "passes/pipeline.hpp"
#include "runtime/compute.hpp"
#include "runtime/fit.hpp"
#include "runtime/kernel.hpp"
#include "runtime/located.hpp"
#include "runtime/model_state.hpp"

namespace nabla {

Model Model::from_file(const std::filesystem::path& path) {
    std::ifstream stream(path, std::ios::binary);
    std::error_code ignored;
    if (!stream || std::filesystem::is_directory(path, ignored)) {
        const char* reason = stream ? "it is a folder" : std::strerror(errno);
        throw InputError({runtime::error_in_file(
            path.string(), fmt::format("cannot open {}: {}", path.string(), reason))});
    }
    std::string text{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
    return Model(
        runtime::ModelState::from_source(path.string(), std::move(text), false, path.string()));
}

Model Model::from_source(std::string text, const SourceOptions& options) {
    return Model(runtime::ModelState::from_source(options.name, std::move(text), options.defaults));
}

Kernel Model::compile(const std::vector<std::string>& expressions) const {
    if (expressions.empty()) throw InputError("a kernel needs at least one expression");
    runtime::Program program;
    std::vector<ir::Expr> symbols;
    {
        const auto lock = state_->lock();
        for (const std::string& text : expressions) {
            const syntax::Expression expression = state_->read(text);
            program.outputs.push_back(expression.expr);
            symbols.insert(symbols.end(), expression.symbols.begin(), expression.symbols.end());
        }
        program.outputs = passes::finish(std::move(program.outputs));
        program.inputs = state_->in_declaration_order(std::move(symbols));
    }
    return Kernel(std::make_shared<runtime::KernelState>(state_, std::move(program), expressions));
}

std::vector<std::string> Model::names() const {
    std::vector<std::string> names;
    for (const ir::Declaration& declaration : state_->module().declarations) {
        names.push_back(declaration.symbol.symbol().name);
    }
    return names;
}

namespace {

runtime::Values as_values(const Arrays& arrays) {
    runtime::Values values;
    for (const auto& [name, array] : arrays) values.add({name, array, "", false, true});
    return values;
}

std::vector<ir::Expr> named_variables(const runtime::ModelState& model,
                                      const std::vector<std::string>& names) {
    std::vector<ir::Expr> variables;
    for (const std::string& name : names) {
        const ir::Declaration* declaration = model.module().find_declaration(name);
        if (declaration == nullptr) {
            throw InputError(
                fmt::format("cannot minimise over {}: the model declares no such name", name));
        }
        variables.push_back(declaration->symbol);
    }
    return variables;
}

// Those of the `minimize` statement with this objective, else every `var` that occurs in it.
runtime::FitProblem default_problem(const runtime::ModelState& model,
                                    const syntax::Expression& objective) {
    for (const ir::Request& request : model.module().requests) {
        const auto* problem = std::get_if<ir::Problem>(&request);
        if (problem == nullptr || problem->maximize) continue;
        if (!problem->constraints.empty() || problem->objective != objective.expr) continue;
        return {problem->objective, false, problem->variables};
    }
    runtime::FitProblem problem{objective.expr, false, {}};
    for (const ir::Expr symbol : model.in_declaration_order(objective.symbols)) {
        if (symbol.symbol().is_variable) problem.variables.push_back(symbol);
    }
    if (problem.variables.empty()) {
        throw InputError("the objective depends on no variable",
                         "declare one with `var`, or say "
                         "which names to minimise over");
    }
    return problem;
}

}  // namespace

Result minimize(const Model& model, std::string_view objective, const MinimizeOptions& options) {
    const runtime::ModelState& state = model.state();
    runtime::FitProblem problem;
    {
        const auto lock = state.lock();
        const syntax::Expression expression = state.read(objective);
        if (!expression.expr.is_scalar()) {
            throw InputError(fmt::format("cannot minimise {}: its shape is {}", objective,
                                         ir::to_string(expression.expr.shape())));
        }
        problem = options.over.empty() ? default_problem(state, expression)
                                       : runtime::FitProblem{expression.expr, false,
                                                             named_variables(state, options.over)};
    }
    runtime::Values data = as_values(options.data);
    runtime::Values start = as_values(options.start);
    runtime::fit_to_declarations(data, state.module());
    runtime::fit_to_declarations(start, state.module());
    runtime::FitOptions fit_options;
    fit_options.method = options.method;
    fit_options.tolerance = options.tolerance;
    fit_options.max_iterations = options.max_iterations;
    fit_options.on_iteration = options.on_iteration;
    return runtime::fit(state, problem, fit_options, data, start).result;
}

std::string_view version() noexcept { return NABLA_VERSION; }

}  // namespace nabla
