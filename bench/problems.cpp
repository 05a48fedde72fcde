#include "bench/problem.hpp"

#include <nabla/nabla.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <span>
#include <stdexcept>
#include <utility>

#include "bench/peers/peers.h"

namespace nabla::bench {
namespace {

std::string dims(std::size_t rows, std::size_t columns) {
    return std::to_string(rows) + "x" + std::to_string(columns);
}

/// Our kernel for `expressions` with these arrays bound, called once so that it is compiled.
struct Ours {
    explicit Ours(const std::vector<std::string>& expressions, const std::string& source,
                  const std::vector<std::pair<std::string, ArrayView>>& inputs)
        : call(Model::from_source(source).compile(expressions).call()) {
        for (const auto& [name, view] : inputs) call.bind(name, view);
        call();
    }
    Call call;
};

/// The largest difference, relative to the largest entry.
double distance(std::span<const double> left, std::span<const double> right) {
    double scale = 1;
    double worst = 0;
    for (std::size_t i = 0; i < left.size(); ++i) {
        scale = std::max(scale, std::abs(right[i]));
        worst = std::max(worst, std::abs(left[i] - right[i]));
    }
    return worst / scale;
}

void require_same(const std::string& problem, std::span<const double> ours,
                  std::span<const double> theirs) {
    // The peers are compiled with -ffast-math and sum in another order.
    constexpr double tolerance = 1e-9;
    if (ours.size() != theirs.size() || !(distance(ours, theirs) < tolerance)) {
        throw std::runtime_error(problem + ": the results differ");
    }
}

std::vector<double> labels(std::size_t count) {
    std::vector<double> numbers = random_numbers(count, 3);
    for (double& number : numbers) number = number < 0 ? -1 : 1;
    return numbers;
}

std::vector<double> weights(std::size_t count) {
    std::vector<double> numbers = random_numbers(count, 2);
    for (double& number : numbers) number /= std::sqrt(static_cast<double>(count));
    return numbers;
}

struct RowData {
    std::vector<double> X, w, y, residual, gradient;
    double value = 0;
};

using RowPeer = void (*)(RowData&, int, int);

Problem row_problem(std::string name, std::size_t rows, std::size_t columns, RowData data,
                    const std::vector<std::string>& outputs, const std::string& loss,
                    const std::vector<std::pair<std::string, RowPeer>>& peers) {
    auto shared = std::make_shared<RowData>(std::move(data));
    auto ours = std::make_shared<Ours>(
        outputs, "param X[m, n]\nparam y[m]\nvar w[n]\nloss = " + loss + "\n",
        std::vector<std::pair<std::string, ArrayView>>{
            {"X", {shared->X.data(), {rows, columns}}}, {"y", shared->y}, {"w", shared->w}});
    Problem problem{std::move(name), dims(rows, columns), {{"nabla", [ours] { ours->call(); }}}};
    for (const auto& [peer, function] : peers) {
        auto run = [shared, function = function, m = static_cast<int>(rows),
                    n = static_cast<int>(columns)] { function(*shared, m, n); };
        run();
        require_same(problem.name, ours->call.output(outputs.size() - 1), shared->gradient);
        if (outputs.size() == 2)
            require_same(problem.name, ours->call.output(0), {&shared->value, 1});
        problem.contenders.push_back({peer, run});
    }
    return problem;
}

RowData row_data(std::size_t rows, std::size_t columns, std::vector<double> y) {
    return {random_numbers(rows * columns, 1), weights(columns), std::move(y),
            std::vector<double>(rows), std::vector<double>(columns)};
}

}  // namespace

std::vector<double> random_numbers(std::size_t count, unsigned seed) {
    std::vector<double> numbers(count);
    for (std::size_t i = 0; i < count; ++i) {
        std::uint64_t z = (std::uint64_t{seed} << 40) + i + 0x9E3779B97F4A7C15U;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
        z ^= z >> 31;
        numbers[i] = static_cast<double>(z >> 11) * 0x1p-52 - 1.0;
    }
    return numbers;
}

Problem least_squares(std::size_t rows, std::size_t columns) {
    return row_problem("K1 least squares, gradient", rows, columns,
                       row_data(rows, columns, random_numbers(rows, 3)), {"grad(loss, w)"},
                       "1/2 ||X w - y||^2",
                       {{"blas",
                         [](RowData& d, int m, int n) {
                             least_squares_blas(m, n, d.X.data(), d.w.data(), d.y.data(),
                                                d.residual.data(), d.gradient.data());
                         }},
                        {"blas blocked", [](RowData& d, int m, int n) {
                             least_squares_blocked(m, n, d.X.data(), d.w.data(), d.y.data(),
                                                   d.residual.data(), d.gradient.data());
                         }}});
}

Problem logistic(std::size_t rows, std::size_t columns) {
    return row_problem("K2 logistic, value and gradient", rows, columns,
                       row_data(rows, columns, labels(rows)), {"loss", "grad(loss, w)"},
                       "sum(log(1 + exp(-y .* (X w))))",
                       {{"blas",
                         [](RowData& d, int m, int n) {
                             d.value = logistic_blas(m, n, d.X.data(), d.w.data(), d.y.data(),
                                                     d.residual.data(), d.gradient.data());
                         }},
                        {"blas blocked", [](RowData& d, int m, int n) {
                             d.value = logistic_blocked(m, n, d.X.data(), d.w.data(), d.y.data(),
                                                        d.residual.data(), d.gradient.data());
                         }}});
}

Problem quadratic(std::size_t size) {
    struct Data {
        std::vector<double> A, x, gradient, hessian;
        double value = 0;
    };
    auto data =
        std::make_shared<Data>(Data{random_numbers(size * size, 1), random_numbers(size, 2),
                                    std::vector<double>(size), std::vector<double>(size * size)});
    auto ours = std::make_shared<Ours>(std::vector<std::string>{"f", "grad(f, x)", "hessian(f, x)"},
                                       "param A[n, n]\nvar x[n]\nf = x^T A x\n",
                                       std::vector<std::pair<std::string, ArrayView>>{
                                           {"A", {data->A.data(), {size, size}}}, {"x", data->x}});
    Problem problem{"K3 quadratic form, value, gradient, Hessian",
                    std::to_string(size),
                    {{"nabla", [ours] { ours->call(); }}}};
    using Peer = double (*)(int, const double*, const double*, double*, double*);
    const auto add = [&](const char* name, Peer peer) {
        auto run = [data, peer, n = static_cast<int>(size)] {
            data->value = peer(n, data->A.data(), data->x.data(), data->gradient.data(),
                               data->hessian.data());
        };
        run();
        require_same(problem.name, ours->call.output(0), {&data->value, 1});
        require_same(problem.name, ours->call.output(1), data->gradient);
        require_same(problem.name, ours->call.output(2), data->hessian);
        problem.contenders.push_back({name, run});
    };
    add("blas", quadratic_blas);
    if (size <= 256) add("c", quadratic_loops);
    if (size == 3 || size == 8 || size == 32) add("c fixed size", quadratic_fixed);
    return problem;
}

Problem elementwise(std::size_t size) {
    struct Data {
        std::vector<double> a, x, gradient;
        double value = 0;
    };
    auto data = std::make_shared<Data>(
        Data{random_numbers(size, 1), random_numbers(size, 2), std::vector<double>(size)});
    auto ours = std::make_shared<Ours>(
        std::vector<std::string>{"f", "grad(f, x)"},
        "param a[n]\nvar x[n]\nf = sum(exp(a .* x) .* sin(x) + log(1 + x.^2))\n",
        std::vector<std::pair<std::string, ArrayView>>{{"a", data->a}, {"x", data->x}});
    auto run = [data, n = static_cast<long>(size)] {
        data->value = elementwise_loops(n, data->a.data(), data->x.data(), data->gradient.data());
    };
    run();
    Problem problem{"K7 entrywise, value and gradient",
                    std::to_string(size),
                    {{"nabla", [ours] { ours->call(); }}, {"c libmvec", run}}};
    require_same(problem.name, ours->call.output(0), {&data->value, 1});
    require_same(problem.name, ours->call.output(1), data->gradient);
    return problem;
}

}  // namespace nabla::bench
