#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "runtime/optimize/minimize.hpp"
#include "runtime/optimize/vector_math.hpp"

using namespace nabla;
using runtime::Objective;
using runtime::Settings;
using runtime::Solution;

namespace {

Solution solve(const Objective& objective, const Method& method, std::vector<double> start,
               Settings settings = {}) {
    settings.max_iterations = 0;
    return runtime::minimize(objective, method, settings, std::move(start));
}

// scale · (1/2 Σ d_i (x_i - 1)^2) with d from 1 to `condition`.
Objective quadratic(std::size_t n, double condition, double scale = 1) {
    Objective objective;
    objective.size = n;
    const auto d = [=](std::size_t i) {
        return scale * std::pow(condition, static_cast<double>(i) / static_cast<double>(n - 1));
    };
    objective.value_and_gradient = [=](const double* x, double* g) {
        double value = 0;
        for (std::size_t i = 0; i < n; ++i) {
            g[i] = d(i) * (x[i] - 1);
            value += 0.5 * g[i] * (x[i] - 1);
        }
        return value;
    };
    objective.with_hessian = [=](const double* x, double* g, double* h) {
        std::fill(h, h + n * n, 0.0);
        for (std::size_t i = 0; i < n; ++i) h[i * n + i] = d(i);
        return objective.value_and_gradient(x, g);
    };
    return objective;
}

Objective rosenbrock() {
    Objective objective;
    objective.size = 2;
    objective.value_and_gradient = [](const double* x, double* g) {
        const double a = 1 - x[0];
        const double b = x[1] - x[0] * x[0];
        g[0] = -2 * a - 400 * b * x[0];
        g[1] = 200 * b;
        return a * a + 100 * b * b;
    };
    objective.with_hessian = [f = objective.value_and_gradient](const double* x, double* g,
                                                                double* h) {
        h[0] = 2 - 400 * (x[1] - 3 * x[0] * x[0]);
        h[1] = h[2] = -400 * x[0];
        h[3] = 200;
        return f(x, g);
    };
    return objective;
}

// Mean logistic loss with an L2 term on data that is the same in every run.
Objective logistic(std::size_t m, std::size_t n) {
    std::mt19937 random(7);
    std::normal_distribution<double> normal;
    std::vector<double> rows(m * n);
    for (double& entry : rows) entry = normal(random);
    std::vector<double> labels(m);
    for (std::size_t i = 0; i < m; ++i) {
        labels[i] = rows[i * n] + 0.5 * rows[i * n + 1] + normal(random) > 0 ? 1 : -1;
    }
    const auto evaluate = [=](const double* w, double* g, double* h) {
        double value = 0;
        for (std::size_t j = 0; j < n; ++j) g[j] = 0.01 * w[j];
        for (std::size_t j = 0; j < n; ++j) value += 0.005 * w[j] * w[j];
        if (h != nullptr) {
            std::fill(h, h + n * n, 0.0);
            for (std::size_t j = 0; j < n; ++j) h[j * n + j] = 0.01;
        }
        for (std::size_t i = 0; i < m; ++i) {
            const double* row = &rows[i * n];
            double margin = 0;
            for (std::size_t j = 0; j < n; ++j) margin += row[j] * w[j];
            margin *= labels[i];
            const double share = 1 / (1 + std::exp(margin));
            value += std::log1p(std::exp(-margin)) / static_cast<double>(m);
            for (std::size_t j = 0; j < n; ++j) {
                g[j] -= share * labels[i] * row[j] / static_cast<double>(m);
                for (std::size_t k = 0; h != nullptr && k < n; ++k) {
                    h[j * n + k] += share * (1 - share) * row[j] * row[k] / static_cast<double>(m);
                }
            }
        }
        return value;
    };
    Objective objective;
    objective.size = n;
    objective.value_and_gradient = [=](const double* w, double* g) {
        return evaluate(w, g, nullptr);
    };
    objective.with_hessian = [=](const double* w, double* g, double* h) {
        return evaluate(w, g, h);
    };
    return objective;
}

Objective one_dimensional(double (*value)(double), double (*slope)(double),
                          double (*curvature)(double)) {
    Objective objective;
    objective.size = 1;
    objective.value_and_gradient = [=](const double* x, double* g) {
        g[0] = slope(x[0]);
        return value(x[0]);
    };
    objective.with_hessian = [=](const double* x, double* g, double* h) {
        g[0] = slope(x[0]);
        h[0] = curvature(x[0]);
        return value(x[0]);
    };
    return objective;
}

const std::vector<Method> all_methods{GradientDescent{}, Lbfgs{}, Newton{}};

std::string name_of(const Method& method) { return std::string(runtime::method_info(method).name); }

}  // namespace

TEST_CASE("every method minimises a quadratic to the tolerance") {
    for (const Method& method : all_methods) {
        CAPTURE(name_of(method));
        const Solution solution = solve(quadratic(20, 100), method, std::vector<double>(20, 0));
        CHECK(solution.status == Status::converged);
        CHECK(solution.gradient_norm <= 1e-8);
        for (const double entry : solution.x) CHECK(entry == Approx(1).epsilon(1e-7));
    }
}

TEST_CASE("Newton needs one step on a quadratic") {
    const Solution solution = solve(quadratic(20, 1e6), Newton{}, std::vector<double>(20, 0));
    CHECK(solution.status == Status::converged);
    CHECK(solution.iterations <= 2);
}

TEST_CASE("a quadratic whose gradient rounding keeps above the tolerance still converges") {
    for (const Method& method : all_methods) {
        CAPTURE(name_of(method));
        const Solution solution =
            solve(quadratic(10, 50, 1e12), method, std::vector<double>(10, 1000));
        CHECK(solution.status == Status::converged);
        for (const double entry : solution.x) CHECK(entry == Approx(1).epsilon(1e-6));
    }
}

TEST_CASE("Rosenbrock's valley is followed to its end") {
    for (const Method& method : {Method(Lbfgs{}), Method(Lbfgs{.memory = 3}), Method(Newton{})}) {
        CAPTURE(name_of(method));
        const Solution solution = solve(rosenbrock(), method, {-1.2, 1});
        CHECK(solution.status == Status::converged);
        CHECK(solution.x[0] == Approx(1).epsilon(1e-6));
        CHECK(solution.x[1] == Approx(1).epsilon(1e-6));
        CHECK(solution.iterations < 60);
    }
    const Solution slow = solve(rosenbrock(), GradientDescent{}, {-1.2, 1});
    CHECK(slow.status == Status::converged);
}

TEST_CASE("all methods agree on a logistic regression") {
    const Objective objective = logistic(200, 6);
    const Solution reference = solve(objective, Newton{}, std::vector<double>(6, 0));
    CHECK(reference.status == Status::converged);
    CHECK(reference.iterations < 12);
    for (const Method& method : all_methods) {
        CAPTURE(name_of(method));
        const Solution solution = solve(objective, method, std::vector<double>(6, 0));
        CHECK(solution.status == Status::converged);
        CHECK(solution.value == Approx(reference.value).epsilon(1e-13));
        for (std::size_t j = 0; j < 6; ++j) {
            CHECK(solution.x[j] == Approx(reference.x[j]).margin(1e-6));
        }
    }
}

TEST_CASE("an objective without a lower bound is called unbounded") {
    const Objective line = one_dimensional([](double x) { return -3 * x; },
                                           [](double) { return -3.0; }, [](double) { return 0.0; });
    const Objective cubic =
        one_dimensional([](double x) { return x * x * x; }, [](double x) { return 3 * x * x; },
                        [](double x) { return 6 * x; });
    for (const Method& method : all_methods) {
        CAPTURE(name_of(method));
        CHECK(solve(line, method, {1}).status == Status::unbounded);
        CHECK(solve(cubic, method, {-1}).status == Status::unbounded);
    }
}

TEST_CASE("a start where the objective is not finite is reported") {
    const Objective log =
        one_dimensional([](double x) { return x - std::log(x); },
                        [](double x) { return 1 - 1 / x; }, [](double x) { return 1 / (x * x); });
    for (const Method& method : all_methods) {
        CAPTURE(name_of(method));
        CHECK(solve(log, method, {-1}).status == Status::not_finite);
        CHECK(solve(log, method, {0}).status == Status::not_finite);
        // From 5 the first steps leave the domain: the search comes back.
        const Solution solution = solve(log, method, {5});
        CHECK(solution.status == Status::converged);
        CHECK(solution.x[0] == Approx(1).epsilon(1e-7));
    }
}

TEST_CASE("a limit on iterations is kept") {
    Settings settings;
    settings.max_iterations = 3;
    for (const Method& method : all_methods) {
        CAPTURE(name_of(method));
        const Solution solution = runtime::minimize(rosenbrock(), method, settings, {-1.2, 1});
        CHECK(solution.status == Status::max_iterations);
        CHECK(solution.iterations == 3);
    }
}

TEST_CASE("every iteration is told, and the value never rises noticeably") {
    for (const Method& method : all_methods) {
        CAPTURE(name_of(method));
        std::vector<Iteration> trace;
        Settings settings;
        settings.on_iteration = [&](const Iteration& iteration) { trace.push_back(iteration); };
        const Solution solution =
            runtime::minimize(logistic(100, 4), method, settings, std::vector<double>(4, 2.0));
        REQUIRE(trace.size() == static_cast<std::size_t>(solution.iterations) + 1);
        CHECK(trace.back().gradient_norm == solution.gradient_norm);
        for (std::size_t k = 1; k < trace.size(); ++k) {
            CHECK(trace[k].number == static_cast<int>(k));
            CHECK(trace[k].value <= trace[k - 1].value + 1e-11 * std::abs(trace[k - 1].value));
            CHECK(trace[k].evaluations > trace[k - 1].evaluations);
        }
    }
}

TEST_CASE("Newton escapes from an indefinite Hessian") {
    // (x² - 1)² + y² has a saddle at the origin; close to it the Hessian is indefinite.
    Objective objective;
    objective.size = 2;
    objective.value_and_gradient = [](const double* x, double* g) {
        const double a = x[0] * x[0] - 1;
        g[0] = 4 * a * x[0];
        g[1] = 2 * x[1];
        return a * a + x[1] * x[1];
    };
    objective.with_hessian = [f = objective.value_and_gradient](const double* x, double* g,
                                                                double* h) {
        h[0] = 12 * x[0] * x[0] - 4;
        h[1] = h[2] = 0;
        h[3] = 2;
        return f(x, g);
    };
    const Solution solution = solve(objective, Newton{}, {0.01, 1});
    CHECK(solution.status == Status::converged);
    CHECK(std::abs(solution.x[0]) == Approx(1));
    CHECK(solution.value == Approx(0).margin(1e-15));
}

TEST_CASE("Newton minimises where the Hessian is singular") {
    // (x + y - 3)²: a line of minima.
    Objective objective;
    objective.size = 2;
    objective.value_and_gradient = [](const double* x, double* g) {
        const double r = x[0] + x[1] - 3;
        g[0] = g[1] = 2 * r;
        return r * r;
    };
    objective.with_hessian = [f = objective.value_and_gradient](const double* x, double* g,
                                                                double* h) {
        h[0] = h[1] = h[2] = h[3] = 2;
        return f(x, g);
    };
    const Solution solution = solve(objective, Newton{}, {0, 0});
    CHECK(solution.status == Status::converged);
    CHECK(solution.x[0] + solution.x[1] == Approx(3));
    CHECK(std::abs(solution.x[0]) < 10);
}

TEST_CASE("a kink where no gradient vanishes ends as a failed line search, near the kink") {
    const Objective kink =
        one_dimensional([](double x) { return std::abs(x - 0.3) + 1; },
                        [](double x) { return x < 0.3 ? -1.0 : 1.0; }, [](double) { return 0.0; });
    const Solution solution = solve(kink, Lbfgs{}, {5});
    CHECK(solution.status == Status::line_search_failed);
    CHECK(solution.x[0] == Approx(0.3).margin(1e-6));
}

TEST_CASE("methods are found by name") {
    CHECK(runtime::find_method("lbfgs")->title == "L-BFGS");
    CHECK(runtime::find_method("newton")->uses_hessian);
    CHECK(runtime::find_method("gd") != nullptr);
    CHECK(runtime::find_method("simplex") == nullptr);
}

TEST_CASE("norms neither overflow nor underflow") {
    CHECK(runtime::norm({3e200, 4e200}) == Approx(5e200));
    CHECK(runtime::norm({3e-200, 4e-200}) == Approx(5e-200));
    CHECK(runtime::norm({0, 0}) == 0);
    CHECK(std::isnan(runtime::norm({1, std::numeric_limits<double>::quiet_NaN()})));
    CHECK(std::isinf(runtime::norm({1, std::numeric_limits<double>::infinity()})));
}
