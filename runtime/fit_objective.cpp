#include "runtime/fit_objective.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <nabla/error.hpp>
#include <utility>

#include <fmt/format.h>

#include "ir/build.hpp"
#include "ir/traverse.hpp"
#include "passes/pipeline.hpp"
#include "runtime/dims.hpp"
#include "runtime/located.hpp"
#include "runtime/variable_space.hpp"

namespace nabla::runtime {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

}  // namespace

FitFormulas derive_formulas(const FitProblem& problem, bool with_hessian) {
    using ir::DerivativeMode;
    const std::vector<ir::Expr>& variables = problem.variables;
    std::vector<ir::Expr> all{problem.objective};
    for (const ir::Expr variable : variables) {
        all.push_back(ir::derivative(DerivativeMode::gradient, problem.objective, {variable}));
    }
    for (std::size_t i = 0; with_hessian && i < variables.size(); ++i) {
        for (std::size_t j = 0; j <= i; ++j) {
            all.push_back(ir::derivative(DerivativeMode::hessian, problem.objective,
                                         {variables[i], variables[j]}));
        }
    }
    all = passes::finish(std::move(all));
    const auto gradients = all.begin() + 1;
    const auto hessian = gradients + static_cast<std::ptrdiff_t>(variables.size());
    return {all[0], {gradients, hessian}, {hessian, all.end()}};
}

FitObjective::FitObjective(const ModelState& model, const FitProblem& problem, const Values& data,
                           const Values& start, bool with_hessian)
    : model_(model), problem_(problem) {
    {
        const auto lock = model_.lock();
        const auto begin = Clock::now();
        formulas_ = derive_formulas(problem_, with_hessian);
        derive_seconds_ = seconds_since(begin);
        collect_inputs();
    }
    const ir::DimValues dims = solve_sizes(data, start);
    bind(data);
    compile(dims, with_hessian);
}

// The parameters in order of declaration, then the variables: also those that the finished formulas
// no longer need, for their sizes.
void FitObjective::collect_inputs() {
    const std::vector<ir::Expr> used = ir::symbols_of(std::span(&problem_.objective, 1));
    const auto is_variable = [&](ir::Expr symbol) {
        const auto& variables = problem_.variables;
        return std::find(variables.begin(), variables.end(), symbol) != variables.end();
    };
    for (const ir::Expr symbol : model_.in_declaration_order(used)) {
        if (!is_variable(symbol)) inputs_.push_back(symbol);
    }
    for (const ir::Expr variable : problem_.variables) {
        variable_inputs_.push_back(inputs_.size());
        inputs_.push_back(variable);
    }
}

ir::DimValues FitObjective::solve_sizes(const Values& data, const Values& start) {
    DimSolver solver;
    solver.fix_all(model_.module());
    const std::size_t parameters = inputs_.size() - problem_.variables.size();
    for (std::size_t i = 0; i < inputs_.size(); ++i) {
        const auto& name = inputs_[i].symbol().name;
        const Value* value = i < parameters ? data.find(name) : start.find(name);
        // Data for a variable are no start, but they tell its size.
        if (value == nullptr) value = data.find(name);
        if (value != nullptr) {
            solver.add(name, inputs_[i].shape(), value->array.sizes(),
                       place_of(model_.module(), name));
        } else if (i < parameters) {
            throw InputError(
                {error_at(place_of(model_.module(), name),
                          fmt::format("{} has no value", declared_text(name, inputs_[i].shape())),
                          fmt::format("give it one with --data {}=FILE", name))});
        }
    }
    const ir::DimValues dims = solver.solve();
    for (const ir::Expr symbol : problem_.variables) {
        FitVariable variable;
        variable.symbol = symbol;
        variable.sizes = located(place_of(model_.module(), symbol.symbol().name), [&] {
            return concrete_sizes(symbol.shape(), dims, symbol.symbol().name);
        });
        variable.offset = size_;
        variable.count = entry_count(variable.sizes);
        size_ += variable.count;
        variables_.push_back(std::move(variable));
    }
    return dims;
}

void FitObjective::bind(const Values& data) {
    for (const ir::Expr symbol : inputs_) {
        const Value* value = data.find(symbol.symbol().name);
        input_pointers_.push_back(value == nullptr ? nullptr : value->array.data());
    }
}

void FitObjective::compile(const ir::DimValues& dims, bool with_hessian) {
    Program program{{formulas_.objective}, inputs_};
    std::vector<std::string> texts{"the objective"};
    for (const ir::Expr gradient : formulas_.gradients) {
        program.outputs.push_back(gradient);
        texts.emplace_back("its gradient");
    }
    first_order_ = model_.specialise(program, dims, texts);
    compile_seconds_ = first_order_->compile_seconds;
    std::size_t workspace = first_order_->code.workspace_bytes;
    if (with_hessian) {
        for (const ir::Expr block : formulas_.hessian) {
            program.outputs.push_back(block);
            texts.emplace_back("its Hessian");
        }
        second_order_ = model_.specialise(program, dims, texts);
        compile_seconds_ += second_order_->compile_seconds;
        workspace = std::max<std::size_t>(workspace, second_order_->code.workspace_bytes);
        for (std::size_t i = 0; variables_.size() > 1 && i < variables_.size(); ++i) {
            for (std::size_t j = 0; j <= i; ++j) {
                blocks_.emplace_back(variables_[i].count * variables_[j].count);
            }
        }
    }
    output_pointers_.resize(program.outputs.size());
    workspace_ = Workspace(workspace);
}

Objective FitObjective::callbacks() {
    Objective objective;
    objective.size = size_;
    objective.value_and_gradient = [this](const double* x, double* gradient) {
        return evaluate(x, gradient);
    };
    if (second_order_ != nullptr) {
        objective.with_hessian = [this](const double* x, double* gradient, double* hessian) {
            return evaluate_with_hessian(x, gradient, hessian);
        };
    }
    return objective;
}

// The outputs behind the gradient must be in place.
double FitObjective::call(const Variant& variant, const double* x, double* gradient) {
    output_pointers_[0] = &value_;
    for (std::size_t i = 0; i < variables_.size(); ++i) {
        input_pointers_[variable_inputs_[i]] = x + variables_[i].offset;
        output_pointers_[1 + i] = gradient + variables_[i].offset;
    }
    const int code =
        variant.code.function(input_pointers_.data(), output_pointers_.data(), workspace_.data());
    if (code != 0) return std::numeric_limits<double>::quiet_NaN();
    if (!problem_.maximize) return value_;
    for (std::size_t i = 0; i < size_; ++i) gradient[i] = -gradient[i];
    return -value_;
}

double FitObjective::evaluate(const double* x, double* gradient) {
    return call(*first_order_, x, gradient);
}

double FitObjective::evaluate_with_hessian(const double* x, double* gradient, double* hessian) {
    const std::size_t first_block = 1 + variables_.size();
    if (variables_.size() == 1) {
        output_pointers_[first_block] = hessian;
    } else {
        for (std::size_t k = 0; k < blocks_.size(); ++k) {
            output_pointers_[first_block + k] = blocks_[k].data();
        }
    }
    const double value = call(*second_order_, x, gradient);
    if (std::isnan(value)) {  // perhaps nothing was written
        std::fill(hessian, hessian + size_ * size_, value);
        return value;
    }
    if (variables_.size() > 1) place_blocks(hessian);
    if (problem_.maximize) {
        for (std::size_t i = 0; i < size_ * size_; ++i) hessian[i] = -hessian[i];
    }
    for (const FitVariable& variable : variables_) {
        if (variable.sizes.size() != 2 || variable.sizes[0] != variable.sizes[1]) continue;
        fill_complement(hessian, size_, variable.offset, variable.sizes[0],
                        variable.symbol.symbol().facts);
    }
    return value;
}

void FitObjective::place_blocks(double* hessian) const {
    std::size_t k = 0;
    for (std::size_t i = 0; i < variables_.size(); ++i) {
        for (std::size_t j = 0; j <= i; ++j, ++k) {
            const FitVariable& row = variables_[i];
            const FitVariable& column = variables_[j];
            for (std::size_t r = 0; r < row.count; ++r) {
                for (std::size_t c = 0; c < column.count; ++c) {
                    const double entry = blocks_[k][r * column.count + c];
                    hessian[(row.offset + r) * size_ + column.offset + c] = entry;
                    hessian[(column.offset + c) * size_ + row.offset + r] = entry;
                }
            }
        }
    }
}

}  // namespace nabla::runtime
