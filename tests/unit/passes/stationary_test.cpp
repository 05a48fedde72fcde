// Every solution is put back into its equation, at random numbers.
#include "passes/stationary.hpp"

#include <catch2/catch.hpp>

#include <random>

#include "ir/build.hpp"
#include "ir/interpret.hpp"
#include "ir/traverse.hpp"
#include "passes/pipeline.hpp"

using namespace nabla::ir;
using namespace nabla::passes;

namespace {

struct Symbols {
    Context c;
    Dim n = c.dim("n"), m = c.dim("m"), k = c.dim("k");
    Expr A = c.symbol("A", {n, n}), B = c.symbol("B", {n, n}), C = c.symbol("C", {k, k});
    Expr D = c.symbol("D", {n, k}), E = c.symbol("E", {n, k}), X = c.symbol("X", {n, k}, {}, true);
    Expr F = c.symbol("F", {m, n}), y = c.symbol("y", {m}), u = c.symbol("u", {n});
    Expr v = c.symbol("v", {n}), w = c.symbol("w", {n}, {}, true), a = c.symbol("a", {});
    Expr b = c.symbol("b", {}), t = c.symbol("t", {}, {}, true);
    Expr W = c.symbol("W", {n, n}, {}, true);
    Expr S = c.symbol("S", {n, n}, Fact::symmetric, true);
    Expr zero = constant(c, 0), one = constant(c, 1);

    /// The largest entry of left - right at the solution.
    double residual(Expr left, Expr right, Expr unknown, Expr solution) {
        const Expr rest = substitute(derive(subtract(left, right)), {{unknown, solution}});
        std::mt19937 random(7);
        std::normal_distribution<double> normal;
        Bindings point;
        point.dims = {{"n", 3}, {"m", 5}, {"k", 2}};
        for (Expr symbol : symbols_of(std::vector<Expr>{rest})) {
            Tensor value;
            std::size_t entries = 1;
            for (Dim dim : symbol.shape()) {
                value.shape.push_back(*evaluate(dim, point.dims));
                entries *= static_cast<std::size_t>(value.shape.back());
            }
            for (std::size_t i = 0; i < entries; ++i) value.data.push_back(normal(random));
            point.symbols[symbol] = value;
        }
        double largest = 0;
        for (double entry : interpret(rest, point).data) {
            largest = std::max(largest, std::abs(entry));
            if (std::isnan(entry)) return entry;
        }
        return largest;
    }

    void check_solves(Expr left, Expr right, Expr unknown) {
        const Stationary found = solve_linear(left, right, unknown);
        REQUIRE(found.kind == Linear::solved);
        CHECK_FALSE(depends_on(found.solution, unknown));
        CHECK(found.solution.shape() == unknown.shape());
        CHECK(residual(left, right, unknown, found.solution) < 1e-9);
    }
    Linear kind(Expr left, Expr right, Expr unknown) {
        return solve_linear(left, right, unknown).kind;
    }
    Expr gradient_of(Expr f, Expr x) { return derivative(DerivativeMode::gradient, f, {x}); }
    Expr square(Expr e) { return inner(e, e); }
};

Expr T(Expr e) { return transpose(e); }

}  // namespace

TEST_CASE_METHOD(Symbols, "equations with scalars") {
    check_solves(a * t + b, scale(2, t), t);
    check_solves(t / a, b, t);
    check_solves(power(t + one, Rational(2)) - power(t, Rational(2)), b, t);
    check_solves(gradient_of(a * power(t - b, Rational(2)), t), zero, t);
}

TEST_CASE_METHOD(Symbols, "equations with vectors") {
    check_solves(matmul(A, w), v, w);
    check_solves(matmul(w, A), v, w);
    check_solves(matmul(A, w) + w, one, w);
    check_solves(v * w, u, w);
    check_solves(scale(2, w) - u, v * w, w);
    const Expr ridge = square(matmul(F, w) - y) + a * square(w);
    check_solves(gradient_of(ridge, w), zero, w);
    const Stationary found = solve_linear(gradient_of(ridge, w), zero, w);
    CHECK(found.solution ==
          finish(matmul(inverse(matmul(T(F), F) + a * identity(n)), matmul(T(F), y))));
}

TEST_CASE_METHOD(Symbols, "equations with matrices") {
    check_solves(matmul(A, X), D, X);
    check_solves(matmul(X, C), D, X);
    check_solves(matmul(matmul(A, X), C), D, X);
    check_solves(matmul(A, X) + matmul(B, X), D - scale(3, X), X);
    check_solves(matmul(X, C) + a * X, D, X);
    check_solves(matmul(T(X), A), T(D), X);
    check_solves(matmul(matmul(C, T(X)), A) + a * T(X), T(D), X);
    check_solves(E * X, D, X);
    check_solves(matmul(diagonal(v), X) + a * X, D, X);
    check_solves(E * X + scale(2, X), D, X);
    check_solves(matmul(diagonal(v), X) + E * X, D, X);
    check_solves(X, D, X);
    check_solves(T(W), A, W);
    check_solves(matmul(matmul(A, W), A), A, W);
    const Expr f = square(matmul(A, X) - D) + a * square(X);
    check_solves(gradient_of(f, X), zero, X);
    // The space of symmetric matrices.
    const Stationary nearest = solve_linear(gradient_of(square(S - A), S), zero, S);
    REQUIRE(nearest.kind == Linear::solved);
    CHECK(nearest.solution == finish(scale(Rational(1, 2), A + T(A))));
}

TEST_CASE_METHOD(Symbols, "equations for stacked entries") {
    check_solves(matmul(A, X) + matmul(X, C), D, X);
    check_solves(matmul(A, W) + trace(W) * B, A, W);
    check_solves(matmul(matmul(A, W), B) + T(W), B, W);
    const Dim count = n * k;
    const Expr K = c.symbol("K", {count, count}), z = c.symbol("z", {count});
    check_solves(matmul(K, vec(X)), z, X);
}

TEST_CASE_METHOD(Symbols, "what has no closed form says why") {
    CHECK(kind(power(t, Rational(2)), one, t) == Linear::nonlinear);
    CHECK(kind(map(Fn::exp, t), one, t) == Linear::nonlinear);
    CHECK(kind(one / t, one, t) == Linear::nonlinear);
    CHECK(kind(map(Fn::sign, t) + t, one, t) == Linear::jumping);
    CHECK(kind(t - t, one, t) == Linear::constant);
    CHECK(kind(matmul(F, w), y, w) == Linear::mismatched);
    CHECK(kind(matmul(v, w), one, w) == Linear::mismatched);
    CHECK(kind(trace(W), one, W) == Linear::mismatched);
    const Expr G = c.symbol("G", {k, n});
    CHECK(kind(matmul(matmul(G, X), G), T(D), X) == Linear::rectangular);
    CHECK(kind(matmul(A, S), B, S) == Linear::unstructured);
    CHECK(kind(matmul(w, w) * w, v, w) == Linear::nonlinear);
}
