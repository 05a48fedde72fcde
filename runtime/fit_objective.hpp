// An expression as an optimizer's objective: its derivatives, its sizes, its native code.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include <nabla/optimize.hpp>

#include "ir/expr.hpp"
#include "runtime/model_state.hpp"
#include "runtime/optimize/objective.hpp"
#include "runtime/specialise.hpp"
#include "runtime/values.hpp"
#include "runtime/workspace.hpp"

namespace nabla::runtime {

/// What to optimise, over what.
struct FitProblem {
    ir::Expr objective;  ///< may hold derivative requests
    bool maximize = false;
    std::vector<ir::Expr> variables;
};

/// The objective with its derivatives by the variables, finished: what is printed and compiled.
struct FitFormulas {
    ir::Expr objective;
    std::vector<ir::Expr> gradients;  ///< by each variable
    std::vector<ir::Expr> hessian;    ///< blocks (i, j) for j <= i, row after row; may be empty
};

/// Differentiates. Makes nodes: the model's lock must be held.
FitFormulas derive_formulas(const FitProblem& problem, bool with_hessian);

/// One of the variables, as a piece of the method's flat vector.
struct FitVariable {
    ir::Expr symbol;
    Sizes sizes;
    std::size_t offset = 0;
    std::size_t count = 0;
};

/// A problem with its parameters' values, compiled for their sizes.
///
/// Several variables are one flat vector to the method, in the order of the problem, each
/// row-major. The kernels read it in place; only blocks of a Hessian are copied. For one thread.
class FitObjective {
public:
    /// `data` must outlive the objective; `start` only gives sizes. Throws InputError: a parameter
    /// without a value, sizes that disagree or are not known.
    FitObjective(const ModelState& model, const FitProblem& problem, const Values& data,
                 const Values& start, bool with_hessian);

    const FitFormulas& formulas() const noexcept { return formulas_; }
    const std::vector<FitVariable>& variables() const noexcept { return variables_; }
    std::size_t size() const noexcept { return size_; }
    double derive_seconds() const noexcept { return derive_seconds_; }
    double compile_seconds() const noexcept { return compile_seconds_; }

    /// For a method: to be minimised, so with its sign changed when maximising. A factorisation
    /// that fails makes the value NaN: the method steps back. Refers to this object.
    Objective callbacks();

private:
    void collect_inputs();
    ir::DimValues solve_sizes(const Values& data, const Values& start);
    void bind(const Values& data);
    void compile(const ir::DimValues& dims, bool with_hessian);
    double call(const Variant& variant, const double* x, double* gradient);
    double evaluate(const double* x, double* gradient);
    double evaluate_with_hessian(const double* x, double* gradient, double* hessian);
    void place_blocks(double* hessian) const;

    const ModelState& model_;
    FitProblem problem_;
    FitFormulas formulas_;
    std::vector<ir::Expr> inputs_;
    std::vector<const void*> input_pointers_;
    std::vector<FitVariable> variables_;
    std::vector<std::size_t> variable_inputs_;  // positions among the inputs
    std::size_t size_ = 0;
    std::shared_ptr<const Variant> first_order_;
    std::shared_ptr<const Variant> second_order_;
    std::vector<std::vector<double>> blocks_;  // of the Hessian, for more than one variable
    std::vector<void*> output_pointers_;
    Workspace workspace_;
    double value_ = 0;
    double derive_seconds_ = 0;
    double compile_seconds_ = 0;
};

}  // namespace nabla::runtime
