#include "runtime/run.hpp"

#include <algorithm>
#include <nabla/error.hpp>
#include <utility>

#include <fmt/format.h>

#include "frontend/suggest.hpp"
#include "passes/pipeline.hpp"
#include "runtime/compute.hpp"
#include "runtime/fit.hpp"
#include "runtime/located.hpp"
#include "runtime/method_options.hpp"
#include "runtime/model_state.hpp"
#include "runtime/optimize/minimize.hpp"
#include "runtime/program_sizes.hpp"
#include "runtime/unsupported.hpp"

namespace nabla::runtime {
namespace {

class Runner {
public:
    Runner(const ModelState& model, const RunQuery& query)
        : model_(model), query_(query), data_(query.data), start_(query.start) {
        check_names(data_);
        check_start();
        fit_to_declarations(data_, model_.module());
        fit_to_declarations(start_, model_.module());
    }

    std::vector<RequestResult> run() {
        std::vector<RequestResult> results;
        for (const ir::Request& request : model_.module().requests) {
            std::visit([&](const auto& one) { carry_out(one, results); }, request);
        }
        return results;
    }

private:
    void carry_out(const ir::Problem& problem, std::vector<RequestResult>& results) {
        results.push_back(attempt(problem.text, problem.where, [&] { return solve(problem); }));
    }
    void carry_out(const ir::Solve& equation, std::vector<RequestResult>& results) {
        results.push_back(attempt(equation.text, equation.where, [&] { return solve(equation); }));
    }
    void carry_out(const ir::Assert& claim, std::vector<RequestResult>& results) {
        results.emplace_back(located(claim.where, [&] { return check_claim(model_, claim); }));
    }
    void carry_out(const ir::Show& show, std::vector<RequestResult>& results) {
        results.emplace_back(located(show.where, [&] { return evaluate(show); }));
    }
    void carry_out(const ir::Export&, std::vector<RequestResult>&) {}

    void check_names(const Values& values) const {
        for (const Value& value : values.all()) {
            // A file may hold more than this model needs.
            if (!value.by_name || model_.module().find_declaration(value.name) != nullptr) continue;
            throw InputError(fmt::format("the model declares no {}, which {} gives a value",
                                         value.name, value.origin),
                             help_on_name(value));
        }
    }

    std::string help_on_name(const Value& value) const {
        std::vector<std::string> names;
        bool is_size = model_.module().dims.contains(value.name);
        for (const auto& declaration : model_.module().declarations) {
            names.push_back(declaration.symbol.symbol().name);
            for (const ir::Dim dim : declaration.symbol.shape()) {
                const auto sizes = dim.names();
                is_size |= std::find(sizes.begin(), sizes.end(), value.name) != sizes.end();
            }
        }
        if (is_size)
            return fmt::format("it is a size: write `dim {} = 100` in the file", value.name);
        const std::string near = syntax::did_you_mean(value.name, names);
        if (!near.empty()) return near;
        return fmt::format("it declares: {}", fmt::join(names, ", "));
    }

    void check_start() const {
        for (const Value& value : start_.all()) {
            const auto* declaration = model_.module().find_declaration(value.name);
            if (declaration != nullptr && declaration->symbol.symbol().is_variable) continue;
            throw InputError(
                fmt::format("{} gives a start value to {}, which is not a variable "
                            "of the model",
                            value.origin, value.name));
        }
    }

    // What cannot be carried out is the result of its request, and no reason to leave out others.
    template <typename Work>
    static RequestResult attempt(const std::string& text, const Location& where, const Work& work) {
        try {
            return located(where, work);
        } catch (const UnsupportedError& error) {
            return FailedResult{text, placed(error.diagnostics(), where)};
        }
    }

    // Silently ignored, a value for a variable would look like a start that has no effect. A file
    // of many names may hold one, as it may hold names that the model does not have.
    void check_no_data(const std::vector<ir::Expr>& variables, const std::string& text) const {
        for (const ir::Expr variable : variables) {
            const Value* value = data_.find(variable.symbol().name);
            if (value == nullptr || !value->by_name) continue;
            throw InputError(fmt::format("{} gives a value to {}, which `{}` is to find",
                                         value->origin, value->name, text),
                             "--start gives start values; data are for what stays fixed");
        }
    }

    ProblemResult solve(const ir::Problem& problem) {
        check_no_data(problem.variables, problem.text);
        if (!problem.constraints.empty()) {
            throw UnsupportedError(
                {error_at(problem.constraints.front().where,
                          fmt::format("cannot carry out `{}`: constraints are not available yet",
                                      problem.text))});
        }
        FitOptions options = method_options(problem, query_.method);
        if (query_.tolerance) options.tolerance = *query_.tolerance;
        if (query_.max_iterations) options.max_iterations = *query_.max_iterations;
        options.on_iteration = query_.on_iteration;
        const FitProblem fit_problem{problem.objective, problem.maximize, problem.variables};
        FitAnswer answer =
            fit(model_, fit_problem, options, with_fixed_variables(fit_problem), start_);
        ProblemResult result;
        result.request = problem.text;
        result.method = method_info(options.method).title;
        result.maximize = problem.maximize;
        for (const ir::Expr variable : problem.variables) {
            result.variables.push_back(variable.symbol().name);
        }
        add_formulas(result, fit_problem, answer.formulas);
        for (const auto& [name, array] : answer.result.x) remember(name, array);
        result.result = std::move(answer.result);
        result.convexity = certify_convexity(model_, problem.objective, problem.variables,
                                             with_fixed_variables(fit_problem));
        return result;
    }

    SolveResult solve(const ir::Solve& equation) {
        check_no_data({equation.unknown}, equation.text);
        SolveResult result = solve_equation(model_, equation, all_values());
        if (result.value) remember(result.unknown, *result.value);
        result.classification = classify_solution(model_, equation, all_values());
        return result;
    }

    // A `var` that this problem does not move has the value an earlier one found, or its start.
    Values with_fixed_variables(const FitProblem& problem) const {
        Values values = data_;
        for (const Values* more : {&fitted_, &start_}) {
            for (const Value& value : more->all()) {
                bool moves = false;
                for (const ir::Expr variable : problem.variables) {
                    moves |= variable.symbol().name == value.name;
                }
                if (!moves && values.find(value.name) == nullptr) values.add(value);
            }
        }
        return values;
    }

    void add_formulas(ProblemResult& result, const FitProblem& problem,
                      const FitFormulas& computed) const {
        const auto lock = model_.lock();
        const FitFormulas formulas =
            computed.hessian.empty() ? derive_formulas(problem, true) : computed;
        result.objective = format_formula(formulas.objective);
        for (const ir::Expr gradient : formulas.gradients) {
            result.gradients.push_back(format_formula(gradient));
        }
        std::size_t k = 0;
        for (std::size_t i = 0; i < result.variables.size(); ++i) {
            for (std::size_t j = 0; j <= i; ++j, ++k) {
                result.hessian.push_back({result.variables[i], result.variables[j],
                                          format_formula(formulas.hessian[k])});
            }
        }
    }

    void remember(const std::string& name, const Array& array) {
        if (Value* known = fitted_.find(name); known != nullptr) {
            known->array = array;
        } else {
            fitted_.add({name, array, "", false});
        }
    }

    ShowResult evaluate(const ir::Show& show) {
        ShowResult result;
        Program program;
        {
            const auto lock = model_.lock();
            const ir::Expr finished = passes::finish(show.expr);
            program.outputs = {finished};
            program.inputs = show.inputs;
            result.expression = format_formula(finished, show.orientation);
            result.shape = shape_texts(finished.shape());
        }
        result.request = "show " + show.text;
        result.row = show.orientation == ir::Orientation::row;
        const Values values = all_values();
        // An answer such as ones(n)/n has no inputs, and sizes all the same.
        if (has_values(program, values) && sizes_of(model_, program, values).missing.empty()) {
            result.value = std::move(compute(model_, program, {show.text}, values).front());
        }
        return result;
    }

    // A fitted variable hides a value that was given for it.
    Values all_values() const {
        Values values = fitted_;
        for (const Value& value : data_.all()) {
            if (values.find(value.name) == nullptr) values.add(value);
        }
        return values;
    }

    const ModelState& model_;
    const RunQuery& query_;
    Values data_;
    Values start_;
    Values fitted_;
};

}  // namespace

std::vector<RequestResult> run(const ModelState& model, const RunQuery& query) {
    if (query.rewrites == nullptr) return Runner(model, query).run();
    const passes::RewriteLog log(model.context());
    auto results = Runner(model, query).run();
    const auto lock = model.lock();
    *query.rewrites = describe_rewrites(log);
    return results;
}

}  // namespace nabla::runtime
