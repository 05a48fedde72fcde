// Rules of declared facts and of pairs that cancel: each applies to something, both sides have the
// same value, and what they must leave alone they do.
#include <catch2/catch.hpp>
#include <cmath>
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

    FactSymbols() {
        bindings.dims = {{"n", 3}};
        bindings.symbols[x] = Tensor{{3}, {0.3, -1.1, 0.7}};
        bindings.symbols[y] = Tensor{{3}, {0.2, 0.5, -0.4}};
        bindings.symbols[s] = Tensor{{}, {-0.6}};
        bindings.symbols[a] = Tensor{{}, {2.5}};
        bindings.symbols[q] = Tensor{{}, {0.8}};
        bindings.symbols[A] = Tensor{{3, 3}, {2, 0.3, -0.1, 0.4, 3, 0.2, 0.7, -0.5, 1.5}};
        bindings.symbols[S] = Tensor{{3, 3}, {2, 0.3, -0.1, 0.3, -3, 0.2, -0.1, 0.2, 1.5}};
        bindings.symbols[P] = Tensor{{3, 3}, {2, 0.3, -0.1, 0.3, 3, 0.2, -0.1, 0.2, 1.5}};
        bindings.symbols[R] = Tensor{{3, 3}, {1, 0.2, 0.1, 0.2, 2, 0.3, 0.1, 0.3, 2.5}};
        bindings.symbols[K] = Tensor{{3, 3}, {0, 0.3, -0.1, -0.3, 0, 0.2, 0.1, -0.2, 0}};
        bindings.symbols[D] = Tensor{{3, 3}, {2, 0, 0, 0, -3, 0, 0, 0, 1.5}};
        bindings.symbols[L] = Tensor{{3, 3}, {2, 0, 0, 0.3, -3, 0, -0.1, 0.2, 1.5}};
        double cosine = std::cos(0.4), sine = std::sin(0.4);
        bindings.symbols[Q] = Tensor{{3, 3}, {cosine, -sine, 0, sine, cosine, 0, 0, 0, 1}};
    }

    Expr quadratic(Expr u, Expr m, Expr v) { return inner(u, matmul(m, v)); }

    std::vector<Expr> subjects() {
        Expr step = map(Fn::step, x), relu = map(Fn::relu, x);
        Expr above = map(Fn::greater, {x, y});
        return {
            multiply(map(Fn::sign, x), map(Fn::abs, x)),
            divide(map(Fn::sign, x), map(Fn::abs, x)),
            multiply(multiply(map(Fn::exp, x), y), map(Fn::exp, negate(x))),
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
                CHECK(difference(interpret(e, bindings), interpret(result, bindings)) < 1e-13);
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
