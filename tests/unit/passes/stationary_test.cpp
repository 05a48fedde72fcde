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

TEST_CASE_METHOD(Symbols, "Sylvester's equation and its kin") {
    const auto sylvester_nodes = [](Expr e) {
        int count = 0;
        for (Expr node : post_order(e)) count += node.op() == Op::sylvester ? 1 : 0;
        return count;
    };
    for (Expr left : {matmul(A, X) + matmul(X, C), matmul(A, X) + matmul(X, C) + a * X,
                      matmul(matmul(A, X), C) + X, matmul(matmul(A, X), C) + matmul(B, X)}) {
        check_solves(left, D, X);
        CHECK(sylvester_nodes(solve_linear(left, D, X).solution) == 1);
    }
    check_solves(matmul(C, T(X)) + matmul(T(X), A), T(D), X);
    CHECK(solve_linear(matmul(A, W) + matmul(W, B), B, W).solution == sylvester(A, B, B));
    // Lyapunov's has a symmetric solution, as has the gradient in the symmetric space.
    const Stationary lyapunov = solve_linear(matmul(A, S) + matmul(S, T(A)), B + T(B), S);
    CHECK(lyapunov.kind == Linear::solved);
    check_solves(gradient_of(square(matmul(F, S) - matmul(F, A)), S), zero, S);
}

TEST_CASE_METHOD(Symbols, "structured unknowns are sought in their own space") {
    for (const Fact fact : {Fact::diagonal, Fact::lower, Fact::upper, Fact::antisymmetric}) {
        const Expr Z = c.symbol("Z", {n, n}, fact, true);
        check_solves(gradient_of(square(matmul(F, Z) - matmul(F, A)), Z), zero, Z);
        const Expr nearest =
            solve_linear(gradient_of(square(matmul(A, Z) - B), Z), zero, Z).solution;
        // Antisymmetry is no fact of a difference X - X^T; the entries show it.
        if (fact != Fact::antisymmetric) CHECK(nearest.has(fact));
        CHECK(kind(matmul(A, Z), B, Z) == Linear::unstructured);
    }
}

TEST_CASE_METHOD(Symbols, "what is singular for all data is found out") {
    CHECK(kind(W + T(W), A, W) == Linear::singular);
    CHECK(kind(W - T(W), A, W) == Linear::singular);
    CHECK(kind(matmul(A, W) - matmul(W, A), B, W) == Linear::singular);
    CHECK(kind(matmul(outer(u, v), w), u, w) == Linear::singular);
    CHECK(kind(trace(W) * A, B, W) == Linear::singular);
    CHECK(kind(matmul(T(F), matmul(F, w)), u, w) == Linear::solved);
    CHECK(kind(matmul(F, matmul(T(F), y)), y, y) == Linear::solved);
}

TEST_CASE_METHOD(Symbols, "equations that become linear") {
    const Expr p = c.symbol("p", {}, Fact::positive), s = c.symbol("s", {}, Fact::positive, true);
    const Expr P = c.symbol("P", {n, n}, Fact::pd), r = c.symbol("r", {n}, Fact::positive);
    const auto solution = [&](Expr left, Expr right, Expr unknown) {
        const Stationary found = solve_closed_form(left, right, unknown);
        CAPTURE(static_cast<int>(found.kind));
        REQUIRE(found.kind == Linear::solved);
        CHECK(found.inverted);
        return found.solution;
    };
    CHECK(solution(b / s, p / power(s, 2), s) == p / b);
    CHECK(solution(one / t, one, t) == one);
    CHECK(solution(a / t - b / (one - t), zero, t) == finish(a / (a + b)));
    CHECK(solution(map(Fn::exp, scale(2, t)), p, t) ==
          finish(scale(Rational(1, 2), map(Fn::log, p))));
    CHECK(solution(map(Fn::log, t) + a, b, t) == finish(map(Fn::exp, b - a)));
    CHECK(solution(map(Fn::sigmoid, t), p, t) == finish(map(Fn::log, p) - map(Fn::log, one - p)));
    CHECK(solution(power(t, 3), p, t) == map(Fn::cbrt, p));
    CHECK(solution(power(s, 2), p, s) == power(p, Rational(1, 2)));
    CHECK(solution(matmul(A, map(Fn::exp, w)), u, w) ==
          finish(map(Fn::log, matmul(inverse(A), u))));
    CHECK(solution(power(w, -1), r, w) == finish(power(r, -1)));
    CHECK(solution(inverse(matmul(A, W)), B, W) == finish(matmul(inverse(A), inverse(B))));
    CHECK(solution(scale(-3, inverse(W)) + matmul(matmul(inverse(W), P), inverse(W)), zero, W) ==
          finish(scale(Rational(1, 3), P)));
    CHECK(solve_closed_form(power(t, 2), p, t).kind == Linear::two_valued);
    CHECK(solve_closed_form(map(Fn::sin, t), b, t).kind == Linear::nonlinear);
    CHECK(solve_closed_form(map(Fn::exp, t) + t, b, t).kind == Linear::nonlinear);
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
