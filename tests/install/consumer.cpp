// A program of someone else: it knows the public header and nothing of the build tree.
#include <nabla/nabla.hpp>

#include <cmath>
#include <cstdio>
#include <vector>

namespace {

bool near(double value, double expected) { return std::abs(value - expected) < 1e-9; }

bool gradient_is_right() {
    const auto model = nabla::Model::from_source("f = x^T A x", {.defaults = true});
    const auto kernel = model.compile({"f", "grad(f, x)"});
    const std::vector<double> matrix{1, 2, 3, 4};
    const std::vector<double> x{1, -1};
    auto call = kernel.bind("A", {matrix.data(), {2, 2}}).bind("x", x);
    call();
    return near(call.value(0), 0) && near(call.output(1)[0], -3) && near(call.output(1)[1], -3);
}

bool minimum_is_right() {
    const auto model = nabla::Model::from_source(
        "param b[n]\nvar x[n]\nf = ||x - b||^2 + sum(softplus(x))\nminimize f over x\n");
    nabla::MinimizeOptions options;
    options.method = nabla::Newton{};
    options.data = {{"b", nabla::Array({2}, {1, -2})}};
    const nabla::Result fit = nabla::minimize(model, "f", options);
    if (fit.status != nabla::Status::converged) return false;
    // At the minimum 2 (x - b) + sigmoid(x) is zero.
    const auto x = fit.x.at("x").values();
    return near(2 * (x[0] - 1) + 1 / (1 + std::exp(-x[0])), 0) &&
           near(2 * (x[1] + 2) + 1 / (1 + std::exp(-x[1])), 0);
}

bool mistake_is_reported() {
    try {
        nabla::Model::from_source("param x[n]\nf = x +\n");
    } catch (const nabla::InputError& error) {
        return !error.diagnostics().empty() && error.diagnostics().front().where.line == 2;
    }
    return false;
}

}  // namespace

int main() {
    int passed = 0;
    int failed = 0;
    for (const bool right : {gradient_is_right(), minimum_is_right(), mistake_is_reported()}) {
        right ? ++passed : ++failed;
    }
    std::printf("%d passed, %d failed\n", passed, failed);
    return failed == 0 ? 0 : 1;
}
