#include "runtime/fit.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <nabla/error.hpp>
#include <random>
#include <utility>

#include <fmt/format.h>

#include "runtime/located.hpp"
#include "runtime/optimize/minimize.hpp"
#include "runtime/optimize/vector_math.hpp"
#include "runtime/unsupported.hpp"

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
    throw UnsupportedError({error_at(
        declaration != nullptr ? declaration->where : Location{},
        fmt::format("cannot optimise over {}: it {}, and the methods here know no constraints",
                    data.name, what),
        "declare it without, or write it as a function of a free variable")});
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

    // Whether some variable has no given start.
    bool may_move() const {
        return std::any_of(variables_.begin(), variables_.end(),
                           [&](const FitVariable& v) { return !is_given(v); });
    }

    // `start` with small numbers added to what was not given, the same in every run. Structured
    // matrices keep their structure, and a pd one stays pd.
    std::vector<double> disturbed(std::vector<double> start, double size) const {
        std::mt19937 random(20110101);
        for (const FitVariable& variable : variables_) {
            if (is_given(variable)) continue;
            std::vector<double> noise(variable.count);
            for (double& entry : noise) {
                entry = size * (2 * static_cast<double>(random()) / 4294967296.0 - 1);
            }
            const ir::Facts facts = variable.symbol.symbol().facts;
            const bool square =
                variable.sizes.size() == 2 && variable.sizes[0] == variable.sizes[1];
            if (square) project(noise, variable.sizes[0], facts);
            const double scale =
                facts.has(ir::Fact::pd) ? 1.0 / static_cast<double>(variable.sizes[0]) : 1.0;
            for (std::size_t i = 0; i < variable.count; ++i) {
                start[variable.offset + i] += scale * noise[i];
            }
        }
        return start;
    }

private:
    bool is_given(const FitVariable& variable) const {
        return given_.find(variable.symbol.symbol().name) != nullptr;
    }

    static void project(std::vector<double>& matrix, std::size_t n, ir::Facts facts) {
        const bool symmetric = facts.has(ir::Fact::symmetric);
        const bool antisymmetric = facts.has(ir::Fact::antisymmetric);
        for (std::size_t i = 0; i < n; ++i) {
            if (antisymmetric) matrix[i * n + i] = 0;
            for (std::size_t j = i + 1; j < n; ++j) {
                double& upper = matrix[i * n + j];
                double& lower = matrix[j * n + i];
                if (symmetric) lower = upper;
                if (antisymmetric) lower = -upper;
                if (facts.has(ir::Fact::diagonal) || facts.has(ir::Fact::lower)) upper = 0;
                if (facts.has(ir::Fact::diagonal) || facts.has(ir::Fact::upper)) lower = 0;
            }
        }
    }

    const std::vector<FitVariable>& variables_;
    const Values& given_;
};

// Where nobody chose a start, zeros may be stationary without being a minimum: a maximum, a saddle
// (`||U V - A||^2`). No method sees that from the gradient, so runs from points close by, on
// either side (`x^3`), decide: the first that ends lower is the answer, and else the start itself.
// Points closer by are for objectives that are not defined at the first ones.
Solution minimize_from(const Start& starts, const Objective& objective, const Method& method,
                       const Settings& settings) {
    std::vector<double> x = starts.values();
    if (!starts.may_move() || objective.size == 0) {
        return minimize(objective, method, settings, std::move(x));
    }
    std::vector<double> gradient(objective.size);
    const double value = objective.value_and_gradient(x.data(), gradient.data());
    const double gradient_norm = norm(gradient);
    const double rounding = 1e-12 * std::max(1.0, std::abs(value));
    if (!std::isfinite(value) || !(gradient_norm <= std::min(settings.tolerance, rounding))) {
        return minimize(objective, method, settings, std::move(x));
    }
    long evaluations = 1;
    bool looked = false;
    for (const double size : {1e-1, -1e-1, 1e-3, -1e-3}) {
        if (looked && std::abs(size) < 1e-1) break;
        Solution moved = minimize(objective, method, settings, starts.disturbed(x, size));
        evaluations += moved.evaluations;
        moved.evaluations = evaluations;
        // Rounding in a value of this size says nothing.
        const double noise = 1e-12 * (std::abs(value) + std::abs(moved.value));
        if (moved.value < value - noise || moved.status == Status::unbounded) return moved;
        looked |= moved.status != Status::not_finite;
    }
    if (settings.on_iteration) settings.on_iteration({0, value, gradient_norm, 0, evaluations});
    return {Status::converged, std::move(x), value, gradient_norm, 0, evaluations};
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
    const Solution solution = minimize_from(starts, objective, options.method, settings);
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
