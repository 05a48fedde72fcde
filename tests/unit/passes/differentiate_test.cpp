// Textbook derivatives, as nodes: the answer must be the expected expression, not merely its value.
#include <catch2/catch.hpp>

#include "ir/build.hpp"
#include "passes/differentiate.hpp"
#include "passes/pipeline.hpp"
#include "passes/simplify.hpp"

using namespace nabla::ir;
using namespace nabla::passes;

namespace {

struct Symbols {
    Context c;
    Dim n = c.dim("n"), m = c.dim("m");
    Expr x = c.symbol("x", {n}), w = c.symbol("w", {n}), y = c.symbol("y", {m}),
         z = c.symbol("z", {n});
    Expr A = c.symbol("A", {n, n}), B = c.symbol("B", {n, n}), X = c.symbol("X", {m, n});
    Expr S = c.symbol("S", {n, n}, Fact::symmetric), D = c.symbol("D", {n, n}, Fact::diagonal);
    Expr q = c.symbol("q", {n}, Fact::simplex), one = constant(c, 1);
    Expr logdet(Expr e) { return map(Fn::log, det(e)); }
};

Expr T(Expr e) { return transpose(e); }

}  // namespace

TEST_CASE_METHOD(Symbols, "quadratic and bilinear forms") {
    Expr form = matmul(matmul(x, A), x);
    CHECK(gradient(form, x) == add(matmul(A, x), matmul(T(A), x)));
    CHECK(hessian(form, x, x) == add(A, T(A)));
    CHECK(gradient(form, A) == outer(x, x));
    CHECK(hessian(matmul(matmul(x, S), x), x, x) == scale(2, S));
    Expr r = subtract(matmul(X, w), y);
    CHECK(gradient(inner(r, r), w) == scale(2, matmul(T(X), r)));
    CHECK(hessian(inner(r, r), w, w) == scale(2, matmul(T(X), X)));
    CHECK(hessian(inner(r, r), w, y) == scale(-2, T(X)));
}

TEST_CASE_METHOD(Symbols, "traces, determinants, inverses") {
    CHECK(gradient(trace(matmul(matmul(A, S), B)), S) ==
          scale(Rational(1, 2), add(matmul(T(A), T(B)), matmul(B, A))));
    CHECK(gradient(trace(matmul(matmul(A, S), B)), A) == matmul(T(B), S));
    CHECK(gradient(logdet(A), A) == T(inverse(A)));
    CHECK(gradient(det(A), A) == T(adjugate(A)));
    CHECK(gradient(logdet(matmul(T(X), X)), X) == scale(2, matmul(X, inverse(matmul(T(X), X)))));
    Expr form = matmul(matmul(x, inverse(A)), w);
    CHECK(gradient(form, A) == negate(outer(matmul(T(inverse(A)), x), matmul(inverse(A), w))));
}

TEST_CASE_METHOD(Symbols, "softmax and cross-entropy") {
    Expr p = softmax(z, {0});
    CHECK(simplify(jacobian(p, z)) == subtract(diagonal(p), outer(p, p)));
    Expr loss = negate(inner(q, log_softmax(z, {0})));
    CHECK(simplify_finally(gradient(loss, z)) == subtract(p, q));
    Expr weighted = negate(inner(x, log_softmax(z, {0})));
    CHECK(simplify_finally(gradient(weighted, z)) == subtract(multiply(sum_entries(x), p), x));
    // The simplex is an equation between entries: the derivative by q itself is the plain one.
    CHECK(simplify_finally(gradient(sum_entries(q), q)) == ones(c, {n}));
}

TEST_CASE_METHOD(Symbols, "logistic regression keeps its stable form") {
    Expr margin = multiply(y, matmul(X, w));
    Expr loss = simplify(sum_entries(map(Fn::log, add(one, map(Fn::exp, negate(margin))))));
    CHECK(loss == sum_entries(map(Fn::softplus, negate(margin))));
    CHECK(gradient(loss, w) == negate(matmul(T(X), multiply(y, map(Fn::sigmoid, negate(margin))))));
    Expr s = multiply(multiply(map(Fn::sigmoid, margin), map(Fn::sigmoid, negate(margin))),
                      power(y, Rational(2)));
    CHECK(hessian(loss, w, w) == matmul(matmul(T(X), diagonal(s)), X));
    CHECK(hessian(loss, w, w).has(Fact::psd));
}

TEST_CASE_METHOD(Symbols, "cross-entropy of a typed sigmoid has the short gradient") {
    Expr u = matmul(X, w), p = map(Fn::sigmoid, u);
    Expr loss = negate(
        add(inner(y, map(Fn::log, p)), inner(subtract(one, y), map(Fn::log, subtract(one, p)))));
    CHECK(simplify(gradient(simplify(loss), w)) == matmul(T(X), subtract(p, y)));
}

TEST_CASE_METHOD(Symbols, "derivatives by structured matrices lie in their space") {
    CHECK(gradient(matmul(matmul(x, S), w), S) ==
          scale(Rational(1, 2), add(outer(x, w), outer(w, x))));
    CHECK(gradient(matmul(matmul(x, D), w), D) == diagonal(multiply(x, w)));
    Expr K = c.symbol("K", {n, n}, Fact::antisymmetric);
    CHECK(gradient(matmul(matmul(x, K), w), K) ==
          scale(Rational(1, 2), subtract(outer(x, w), outer(w, x))));
    Expr L = c.symbol("L", {n, n}, Fact::lower);
    CHECK(gradient(matmul(matmul(x, L), w), L) == multiply(trimask(n), outer(x, w)));
}

TEST_CASE_METHOD(Symbols, "the derivative of a norm at zero is zero, of a typed quotient IEEE's") {
    Expr norm = power(inner(x, x), Rational(1, 2));
    Expr g = gradient(norm, x);
    CHECK(g == multiply(map(Fn::rnorm, inner(x, x)), x));
    CHECK(divide(x, norm) != g);
}

TEST_CASE_METHOD(Symbols, "derivative nodes nest to any order") {
    Expr f = sum_entries(map(Fn::exp, matmul(A, x)));
    using Mode = DerivativeMode;
    Expr g = derivative(Mode::gradient, f, {x});
    Expr second = derivative(Mode::jacobian, g, {x});
    Expr third = derivative(Mode::jacobian, second, {x});
    CHECK(derive(second) == derive(derivative(Mode::hessian, f, {x})));
    CHECK(derive(third) == simplify(jacobian(hessian(f, x, x), x)));
    CHECK(derive(third).rank() == 3);
    Expr v = w;
    CHECK(derive(derivative(Mode::hvp, f, {x}, v)) == simplify(matmul(hessian(f, x, x), v)));
    CHECK(derive(derivative(Mode::directional, f, {x}, v)) == simplify(inner(gradient(f, x), v)));
}
