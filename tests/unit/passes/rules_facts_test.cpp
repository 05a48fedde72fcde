// Rules of declared facts and of pairs that cancel: each applies to something, both sides have the
// same value, and what they must leave alone they do.
#include <catch2/catch.hpp>
#include <cmath>
#include <random>
#include <set>
#include <string>

#include "ir/build.hpp"
#include "ir/interpret.hpp"
#include "passes/pipeline.hpp"
#include "passes/rules.hpp"

using namespace nabla::ir;
using namespace nabla::passes;

namespace {

struct FactSymbols {
    Context c;
    Dim n = c.dim("n");
    Expr x = c.symbol("x", {n}), y = c.symbol("y", {n}), s = c.symbol("s", {});
    Expr a = c.symbol("a", {}), q = c.symbol("q", {}, Fact::positive);
    Expr A = c.symbol("A", {n, n}), S = c.symbol("S", {n, n}, Fact::symmetric);
    Expr P = c.symbol("P", {n, n}, Fact::pd), R = c.symbol("R", {n, n}, Fact::pd);
    Expr K = c.symbol("K", {n, n}, Fact::antisymmetric);
    Expr D = c.symbol("D", {n, n}, Fact::diagonal), L = c.symbol("L", {n, n}, Fact::lower);
    Expr Q = c.symbol("Q", {n, n}, Fact::orthogonal);
    Bindings bindings;

    FactSymbols() { draw(1); }

    /// Values with the facts of their symbols.
    void draw(unsigned seed) {
        std::mt19937 random(seed);
        std::uniform_real_distribution<double> uniform(-1, 1);
        auto vector = [&] {
            return Tensor{{3}, {uniform(random), uniform(random), uniform(random)}};
        };
        auto matrix = [&](auto entry) {
            Tensor t{{3, 3}, std::vector<double>(9)};
            for (std::size_t i = 0; i < 3; ++i)
                for (std::size_t j = 0; j < 3; ++j) t.data[3 * i + j] = entry(i, j);
            return t;
        };
        auto any = [&](std::size_t i, std::size_t j) { return uniform(random) + (i == j ? 3 : 0); };
        auto mirrored = [&](double sign, double diagonal) {
            Tensor half = matrix(any);
            return matrix([&](std::size_t i, std::size_t j) {
                if (i == j) return diagonal * half.data[4 * i];
                return i < j ? half.data[3 * i + j] : sign * half.data[3 * j + i];
            });
        };
        bindings.dims = {{"n", 3}};
        bindings.symbols[x] = vector();
        bindings.symbols[y] = vector();
        bindings.symbols[s] = Tensor{{}, {uniform(random)}};
        bindings.symbols[a] = Tensor{{}, {2 + uniform(random)}};
        bindings.symbols[q] = Tensor{{}, {1.5 + uniform(random)}};
        bindings.symbols[A] = matrix(any);
        bindings.symbols[S] = mirrored(1, -1);
        bindings.symbols[P] = mirrored(1, 1);
        bindings.symbols[R] = mirrored(1, 1);
        bindings.symbols[K] = mirrored(-1, 0);
        bindings.symbols[D] = matrix([&](auto i, auto j) { return i == j ? any(0, 1) + 2 : 0; });
        bindings.symbols[L] = matrix([&](auto i, auto j) { return i >= j ? any(i, j) : 0; });
        double angle = 3 * uniform(random), c1 = std::cos(angle), s1 = std::sin(angle);
        bindings.symbols[Q] = Tensor{{3, 3}, {c1, -s1, 0, s1, c1, 0, 0, 0, 1}};
    }

    Expr quadratic(Expr u, Expr m, Expr v) { return inner(u, matmul(m, v)); }

    std::vector<Expr> subjects() {
        Expr step = map(Fn::step, x), relu = map(Fn::relu, x);
        Expr above = map(Fn::greater, {x, y});
        return {
            multiply(map(Fn::sign, x), map(Fn::abs, x)),
            subtract(constant(c, 1), divide(inner(x, x), add(inner(x, x), constant(c, 1)))),
            divide(power(q, subtract(a, constant(c, 1))), power(q, a)),
            multiply(power(q, a), power(q, Rational(2))),
            map(Fn::log, divide(constant(c, 1), det(A))),
            map(Fn::log, power(q, Rational(2))),
            map(Fn::log, power(map(Fn::exp, x), Rational(1, 2))),
            map(Fn::log, multiply(det(P), det(R))),
            expm(scale(2, A), {A}),
            expm(multiply(q, A), {A}),
            matmul(chol(P), transpose(chol(P))),
            quadratic(x, K, x),
            trace(matmul(K, S)),
            diagonal(K),
            transpose(K),
            add(quadratic(x, K, y), quadratic(y, K, x)),
            diagonal(diagonal(D)),
            diagonal(inverse(L)),
            multiply(trimask(n), transpose(L)),
            inverse(Q),
            power(det(Q), Rational(2)),
            map(Fn::abs, det(Q)),
            matmul(transpose(Q), subtract(matmul(Q, x), y)),
            matmul(transpose(Q), subtract(y, matmul(Q, x))),
            matmul(inverse(A), subtract(y, matmul(A, x))),
            multiply(q, det(L)),
            multiply(relu, step),
            add(multiply(above, x), multiply(complement(above), map(Fn::sin, y))),
        };
    }
};

double difference(const Tensor& a, const Tensor& b) {
    REQUIRE(a.shape == b.shape);
    double worst = 0;
    for (std::size_t i = 0; i < a.data.size(); ++i)
        worst = std::max(worst, std::abs(a.data[i] - b.data[i]));
    return worst;
}

}  // namespace

TEST_CASE_METHOD(FactSymbols, "every rule of facts applies to something and keeps its value") {
    std::set<std::string> applied, all;
    for (auto table : {cancelling_rules(), fact_rules(), final_rules()})
        for (const RewriteRule& rule : table) {
            all.insert(std::string(rule.name));
            for (Expr e : subjects()) {
                Expr result = rule.apply(e);
                if (!result || result == e) continue;
                applied.insert(std::string(rule.name));
                CAPTURE(std::string(rule.name));
                CHECK(result.shape() == e.shape());
                for (unsigned seed = 1; seed <= 20; ++seed) {
                    draw(seed);
                    Tensor left = interpret(e, bindings), right = interpret(result, bindings);
                    CHECK(difference(left, right) < 1e-9);
                }
            }
        }
    CHECK(applied == all);
}

TEST_CASE_METHOD(FactSymbols, "rules of facts leave alone what they do not hold for") {
    // An even power under a logarithm, of what may be negative.
    CHECK(finish(map(Fn::log, power(s, Rational(2)))) == map(Fn::log, power(s, Rational(2))));
    // Two determinants that may both be negative.
    Expr both = map(Fn::log, multiply(det(A), det(S)));
    CHECK(finish(both) == both);
    // chol(A) takes the symmetric part.
    Expr square = matmul(chol(A), transpose(chol(A)));
    CHECK(finish(square) == square);
    // log det is computed without the product of the diagonal.
    Expr logarithm = map(Fn::log, det(L));
    CHECK(finish(logarithm) == logarithm);
    // Q^-1 is Q^T in values only: the derivative is that of the inverse.
    Expr by_inverse = derivative(DerivativeMode::gradient, trace(inverse(Q)), {Q});
    CHECK(finish(by_inverse) != finish(derivative(DerivativeMode::gradient, trace(Q), {Q})));
    // A step beside what may be infinite still selects.
    Expr selected = multiply(multiply(map(Fn::relu, s), map(Fn::step, s)), map(Fn::log, s));
    CHECK(finish(selected) == selected);
}
