// nabla_symbolic_bench: what deriving and simplifying costs, without compiling. Logistic regression
// with gradient and Hessian, and the gradients by all weights of plain and residual networks of
// growing depth, where the last lines say how the time grows (it should be N).
//
// Takes Google Benchmark's options (--benchmark_filter=network, --benchmark_repetitions=15, …).
#include <benchmark/benchmark.h>

#include <memory>
#include <string>

#include <fmt/format.h>

#include "runtime/fit_objective.hpp"
#include "runtime/model_state.hpp"

namespace {

using nabla::ir::Problem;
using nabla::runtime::FitProblem;
using nabla::runtime::ModelState;

const char* const logistic = R"(
param X[m, n]
param y[m]
param lambda > 0
var w[n]
minimize sum(log(1 + exp(-y .* (X w))))/m + lambda/2 ||w||^2 over w
)";

/// h_k = tanh(W_k h_{k-1} + b_k), squared error.
std::string plain_network(std::int64_t depth) {
    std::string declarations = fmt::format("param x[d0]\nparam y[d{}]\n", depth);
    std::string definitions = "h0 = x\n";
    std::string over;
    for (std::int64_t k = 1; k <= depth; ++k) {
        declarations += fmt::format("var W{0}[d{0}, d{1}]\nvar b{0}[d{0}]\n", k, k - 1);
        definitions += fmt::format("h{0} = tanh(W{0} h{1} + b{0})\n", k, k - 1);
        over += fmt::format("{0}W{1}, b{1}", k == 1 ? "" : ", ", k);
    }
    return fmt::format("{}{}minimize ||h{} - y||^2 over {}\n", declarations, definitions, depth,
                       over);
}

/// h_k = h_{k-1} + V_k tanh(W_k h_{k-1}), squared error.
std::string residual_network(std::int64_t depth) {
    std::string declarations = "param x[d]\nparam y[d]\n";
    std::string definitions = "h0 = x\n";
    std::string over;
    for (std::int64_t k = 1; k <= depth; ++k) {
        declarations += fmt::format("var W{0}[k, d]\nvar V{0}[d, k]\n", k);
        definitions += fmt::format("h{0} = h{1} + V{0} tanh(W{0} h{1})\n", k, k - 1);
        over += fmt::format("{0}W{1}, V{1}", k == 1 ? "" : ", ", k);
    }
    return fmt::format("{}{}minimize ||h{} - y||^2 over {}\n", declarations, definitions, depth,
                       over);
}

/// A fresh model each time: a second question to the same one would find its answer's nodes.
void derive(benchmark::State& state, const std::string& text, bool with_hessian) {
    for (auto _ : state) {
        state.PauseTiming();
        auto model = ModelState::from_source("bench.nabla", text, false);
        const auto lock = model->lock();
        const auto& asked = std::get<Problem>(model->module().requests.at(0));
        const FitProblem problem{asked.objective, asked.maximize, asked.variables};
        state.ResumeTiming();
        auto formulas = nabla::runtime::derive_formulas(problem, with_hessian);
        benchmark::DoNotOptimize(formulas);
    }
}

void logistic_gradient_and_hessian(benchmark::State& state) { derive(state, logistic, true); }

void plain_network_gradient(benchmark::State& state) {
    derive(state, plain_network(state.range(0)), false);
    state.SetComplexityN(state.range(0));
}

void residual_network_gradient(benchmark::State& state) {
    derive(state, residual_network(state.range(0)), false);
    state.SetComplexityN(state.range(0));
}

BENCHMARK(logistic_gradient_and_hessian)->Unit(benchmark::kMillisecond);
BENCHMARK(plain_network_gradient)
    ->Arg(25)
    ->Arg(50)
    ->Arg(100)
    ->Arg(200)
    ->Unit(benchmark::kMillisecond)
    ->Complexity();
BENCHMARK(residual_network_gradient)
    ->Arg(25)
    ->Arg(50)
    ->Arg(100)
    ->Arg(200)
    ->Unit(benchmark::kMillisecond)
    ->Complexity();

}  // namespace

BENCHMARK_MAIN();
