#include <cblas.h>

#include <catch2/catch.hpp>
#include <nabla/nabla.hpp>

#include <cmath>
#include <random>
#include <string>
#include <thread>
#include <vector>

using namespace nabla;

namespace {

const char* const least_squares = R"(
param X[m, n]
param y[m]
param lambda > 0
var w[n]
loss = ||X w - y||^2 + lambda ||w||^2
)";

std::vector<double> random_numbers(std::size_t count, unsigned seed) {
    std::mt19937 random(seed);
    std::normal_distribution<double> normal;
    std::vector<double> numbers(count);
    for (double& number : numbers) number = normal(random);
    return numbers;
}

// The loss above and its gradient, by the definition.
double reference(const std::vector<double>& X, const std::vector<double>& y, double lambda,
                 const std::vector<double>& w, std::vector<double>& gradient) {
    const std::size_t n = w.size();
    double loss = 0;
    for (std::size_t j = 0; j < n; ++j) {
        loss += lambda * w[j] * w[j];
        gradient[j] = 2 * lambda * w[j];
    }
    for (std::size_t i = 0; i < y.size(); ++i) {
        double residual = -y[i];
        for (std::size_t j = 0; j < n; ++j) residual += X[i * n + j] * w[j];
        loss += residual * residual;
        for (std::size_t j = 0; j < n; ++j) gradient[j] += 2 * residual * X[i * n + j];
    }
    return loss;
}

}  // namespace

TEST_CASE("a kernel computes value and gradient and follows its inputs") {
    const Model model = Model::from_source(least_squares);
    const Kernel kernel = model.compile({"loss", "grad(loss, w)"});
    CHECK(kernel.inputs() == std::vector<std::string>{"X", "y", "lambda", "w"});
    CHECK(kernel.output_count() == 2);

    const auto X = random_numbers(12, 1);
    const auto y = random_numbers(4, 2);
    auto w = random_numbers(3, 3);
    Call call = kernel.bind("X", {X.data(), {4, 3}}).bind("y", y).bind("lambda", 0.5);
    call.bind("w", w);
    std::vector<double> expected(3);
    for (int repeat = 0; repeat < 3; ++repeat) {
        call();
        CHECK(call.value(0) == Approx(reference(X, y, 0.5, w, expected)));
        const auto [value, gradient] = call.outputs<2>();
        CHECK(value.size() == 1);
        for (std::size_t j = 0; j < 3; ++j) CHECK(gradient[j] == Approx(expected[j]));
        w[1] += 1;  // bound, not copied
    }
    CHECK(call.output_sizes(1) == Sizes{3});
    call.bind("lambda", 2.0);
    call();
    CHECK(call.value(0) == Approx(reference(X, y, 2.0, w, expected)));
}

TEST_CASE("one kernel serves many sizes") {
    const Model model = Model::from_source(least_squares);
    const Kernel kernel = model.compile({"loss", "grad(loss, w)"});
    Call call = kernel.bind("lambda", 0.1);
    for (const std::size_t n : {1U, 2U, 5U, 2U, 17U}) {
        const std::size_t m = 2 * n + 1;
        const auto X = random_numbers(m * n, 4);
        const auto y = random_numbers(m, 5);
        const auto w = random_numbers(n, 6);
        call.bind("X", {X.data(), {m, n}}).bind("y", y).bind("w", w);
        call();
        std::vector<double> expected(n);
        CHECK(call.value(0) == Approx(reference(X, y, 0.1, w, expected)));
        REQUIRE(call.output(1).size() == n);
        for (std::size_t j = 0; j < n; ++j) CHECK(call.output(1)[j] == Approx(expected[j]));
    }
}

TEST_CASE("inputs may be column-major or strided") {
    const Model model = Model::from_source("param X[m, n]\nparam x[n]\n");
    const Kernel kernel = model.compile({"X x"});
    const std::vector<double> column_major{1, 2, 3, 4, 5, 6};
    const std::vector<double> every_other{1, 0, 10, 0};
    Call call = kernel.bind("X", ArrayView::column_major(column_major.data(), {3, 2}))
                    .bind("x", {every_other.data(), {2}, {2}});
    call();
    CHECK(call.output(0)[0] == 41);
    CHECK(call.output(0)[2] == 63);
}

TEST_CASE("an output may be written where the caller wants it") {
    const Model model = Model::from_source("param x[n]\n");
    const std::vector<double> x{1, 2, 3};
    std::vector<double> target(3, -1);
    Call call = model.compile({"2 x"}).bind("x", x);
    call.write_to(0, target);
    call();
    CHECK(target == std::vector<double>{2, 4, 6});
    CHECK(call.output(0).data() == target.data());

    std::vector<double> small(2);
    Call cramped = model.compile({"2 x"}).bind("x", x);
    cramped.write_to(0, small);
    CHECK_THROWS_AS(cramped(), InputError);
    CHECK_THROWS_AS(cramped(), InputError);
    CHECK_THROWS_AS(cramped.write_to(1, small), InputError);
}

TEST_CASE("kernels are called from many threads at once") {
    const Model model = Model::from_source(least_squares);
    const Kernel kernel = model.compile({"loss"});
    std::vector<std::thread> threads;
    std::vector<int> wrong(4, 0);
    for (std::size_t t = 0; t < 4; ++t) {
        threads.emplace_back([&, t] {
            // Each thread needs sizes of its own and some that others need too.
            for (std::size_t n = 1; n <= 4; ++n) {
                const auto X = random_numbers((t + 2) * n, 7);
                const auto y = random_numbers(t + 2, 8);
                const auto w = random_numbers(n, 9);
                std::vector<double> gradient(n);
                const double expected = reference(X, y, 0.3, w, gradient);
                Call call = kernel.bind("X", {X.data(), {t + 2, n}}).bind("y", y).bind("w", w);
                call.bind("lambda", 0.3);
                for (int repeat = 0; repeat < 200; ++repeat) {
                    call();
                    if (std::abs(call.value(0) - expected) > 1e-9) ++wrong[t];
                }
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    CHECK(wrong == std::vector<int>(4, 0));
}

TEST_CASE("the defaults of one-liners hold where they are asked for") {
    const Model model = Model::from_source("f = x^T A x", {.defaults = true});
    Call call = model.compile({"f", "grad(f, x)", "hessian(f, x)"}).call();
    const std::vector<double> A{1, 2, 3, 4};
    const std::vector<double> x{1, 1};
    call.bind("A", {A.data(), {2, 2}}).bind("x", x);
    call();
    CHECK(call.value(0) == 10);
    CHECK(call.output(1)[0] == 7);
    CHECK(call.output(2)[1] == 5);
    CHECK_THROWS_AS(Model::from_source("f = x^T A x"), InputError);
}

TEST_CASE("names are found in any spelling") {
    const Model model = Model::from_source("param λ\nparam x[n]\n");
    const std::vector<double> x{1, 2};
    Call call = model.compile({"lambda x"}).bind("x", x).bind("λ", 3.0);
    call();
    CHECK(call.output(0)[1] == 6);
}

TEST_CASE("mistakes at a call are told") {
    const Model model = Model::from_source(least_squares);
    const Kernel kernel = model.compile({"loss"});
    const auto numbers = random_numbers(6, 10);
    CHECK_THROWS_WITH(kernel.bind("q", 1.0), "the kernel has no input q");
    CHECK_THROWS_AS(kernel.bind("X", 1.0), InputError);
    CHECK_THROWS_AS(kernel.bind("lambda", numbers), InputError);
    Call call = kernel.bind("X", {numbers.data(), {3, 2}}).bind("lambda", 1.0);
    CHECK_THROWS_WITH(call(), "y[m] has no value");
    CHECK_THROWS_AS(call.output(0), InputError);
    call.bind("y", numbers).bind("w", {numbers.data(), {2}});
    CHECK_THROWS_WITH(call(), Catch::Contains("m = 3 (from X)"));
    CHECK_THROWS_AS(model.compile({"loss +"}), InputError);
    CHECK_THROWS_AS(model.compile({"nobody"}), InputError);
    CHECK_THROWS_AS(model.compile({}), InputError);
    CHECK_THROWS_AS(Model::from_file("/nowhere/model.nabla"), InputError);
    CHECK_THROWS_AS(Model::from_file("/"), InputError);
}

TEST_CASE("a factorisation that fails is a NumericalError, and the call can be used again") {
    const Model model = Model::from_source("param A[n, n]\nparam b[n]\n");
    std::vector<double> A{1, 1, 1, 1};
    const std::vector<double> b{2, 2};
    Call call = model.compile({"A^-1 b"}).bind("A", {A.data(), {2, 2}}).bind("b", b);
    CHECK_THROWS_AS(call(), NumericalError);
    A = {2, 0, 0, 4};
    call();
    CHECK(call.output(0)[0] == Approx(1));
    CHECK(call.output(0)[1] == Approx(0.5));
}

TEST_CASE("kernels keep OpenBLAS on the caller's thread") {
    openblas_set_num_threads(2);
    const Model model = Model::from_source("param x[n]\n");
    const double x[] = {1, 2};
    auto call = model.compile({"sum(x)"}).bind("x", {x, {2}});
    call();
    CHECK(openblas_get_num_threads() == 1);
}
