#include "runtime/fit.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <nabla/error.hpp>
#include <random>
#include <utility>

#include <fmt/format.h>

#include "ir/traverse.hpp"
#include "runtime/optimize/minimize.hpp"

namespace nabla::runtime {
namespace {

void check_variable(const ir::Module& module, ir::Expr symbol) {
    const ir::SymbolData& data = symbol.symbol();
    const ir::Declaration* declaration = module.find_declaration(data.name);
    const bool bounded = declaration != nullptr &&
                         (std::isfinite(declaration->lower) || std::isfinite(declaration->upper));
    const char* fact = nullptr;
    if (data.facts.has(ir::Fact::simplex)) fact = "simplex";
    if (data.facts.has(ir::Fact::orthogonal)) fact = "orthogonal";
    if (data.facts.has(ir::Fact::integer)) fact = "integer";
    if (data.facts.has(ir::Fact::psd) && !data.facts.has(ir::Fact::pd)) fact = "psd";
    if (!bounded && fact == nullptr) return;
    const std::string what =
        fact != nullptr ? fmt::format("is declared {}", fact) : std::string("has a bound");
    throw InputError(
        fmt::format("cannot optimise over {}: it {}, and the methods here know no constraints",
                    data.name, what),
        "declare it without, or write it as a function of a free variable");
}

// Whether some product in the objective has factors that depend on different variables (`U V`):
// then zeros can be stationary without being a minimum.
bool multiplies_variables(ir::Expr objective, const std::vector<ir::Expr>& variables) {
    for (const ir::Expr e : ir::post_order(objective)) {
        if (e.op() != ir::Op::einsum) continue;
        std::vector<bool> first;
        for (const ir::Factor& factor : e.einsum().factors) {
            std::vector<bool> used;
            for (const ir::Expr v : variables) used.push_back(ir::depends_on(factor.base, v));
            if (std::find(used.begin(), used.end(), true) == used.end()) continue;
            if (first.empty()) first = used;
            if (used != first) return true;
        }
    }
    return false;
}

class Start {
public:
    Start(const std::vector<FitVariable>& variables, const Values& given)
        : variables_(variables), given_(given) {}

    // Given values, zeros, or the identity for a pd variable.
    std::vector<double> values() const {
        std::vector<double> start;
        for (const FitVariable& variable : variables_) {
            const Value* value = given_.find(variable.symbol.symbol().name);
            if (value != nullptr) {
                const auto entries = value->array.values();
                start.insert(start.end(), entries.begin(), entries.end());
                continue;
            }
            start.resize(start.size() + variable.count, 0.0);
            if (!variable.symbol.has(ir::Fact::pd)) continue;
            for (std::size_t i = 0; i < variable.sizes[0]; ++i) {
                start[variable.offset + i * (variable.sizes[0] + 1)] = 1;
            }
        }
        return start;
    }

    // Replaces the zeros by small numbers, the same in every run.
    void disturb(std::vector<double>& start) const {
        std::mt19937 random(20110101);
        for (const FitVariable& variable : variables_) {
            if (given_.find(variable.symbol.symbol().name) != nullptr) continue;
            if (variable.symbol.has(ir::Fact::pd)) continue;
            for (std::size_t i = 0; i < variable.count; ++i) {
                const double unit = static_cast<double>(random()) / 4294967296.0;
                start[variable.offset + i] = 0.2 * (unit - 0.5);
            }
        }
    }

private:
    const std::vector<FitVariable>& variables_;
    const Values& given_;
};

bool is_stationary(const Objective& objective, const std::vector<double>& x) {
    std::vector<double> gradient(objective.size);
    objective.value_and_gradient(x.data(), gradient.data());
    return std::all_of(gradient.begin(), gradient.end(), [](double g) { return g == 0; });
}

Arrays split(const std::vector<double>& x, const std::vector<FitVariable>& variables) {
    Arrays arrays;
    for (const FitVariable& variable : variables) {
        const double* first = x.data() + variable.offset;
        arrays.emplace(variable.symbol.symbol().name,
                       Array(variable.sizes, std::vector<double>(first, first + variable.count)));
    }
    return arrays;
}

}  // namespace

bool uses_hessian(const Method& method) { return method_info(method).uses_hessian; }

FitAnswer fit(const ModelState& model, const FitProblem& problem, const FitOptions& options,
              const Values& data, const Values& start) {
    for (const ir::Expr variable : problem.variables) check_variable(model.module(), variable);
    FitObjective compiled(model, problem, data, start, uses_hessian(options.method));
    const Objective objective = compiled.callbacks();

    const auto begin = std::chrono::steady_clock::now();
    const Start starts(compiled.variables(), start);
    std::vector<double> x = starts.values();
    if (problem.variables.size() > 1 && is_stationary(objective, x) &&
        multiplies_variables(compiled.formulas().objective, problem.variables)) {
        starts.disturb(x);
    }
    Settings settings;
    settings.tolerance = options.tolerance;
    settings.max_iterations = options.max_iterations;
    settings.on_iteration = options.on_iteration;
    if (problem.maximize && options.on_iteration) {
        settings.on_iteration = [&](const Iteration& iteration) {
            Iteration own = iteration;
            own.value = -own.value;
            options.on_iteration(own);
        };
    }
    const Solution solution = minimize(objective, options.method, settings, std::move(x));
    const std::chrono::duration<double> solve = std::chrono::steady_clock::now() - begin;

    FitAnswer answer;
    answer.formulas = compiled.formulas();
    answer.result.status = solution.status;
    answer.result.value = problem.maximize ? -solution.value : solution.value;
    answer.result.gradient_norm = solution.gradient_norm;
    answer.result.iterations = solution.iterations;
    answer.result.evaluations = solution.evaluations;
    answer.result.x = split(solution.x, compiled.variables());
    answer.result.times = {compiled.derive_seconds(), compiled.compile_seconds(), solve.count()};
    return answer;
}

}  // namespace nabla::runtime
