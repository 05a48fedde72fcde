// The normal form by itself: what comes to one node, what stays apart, and what is left alone.
#include "passes/normal_form.hpp"

#include <catch2/catch.hpp>

#include "notation_symbols.hpp"
#include "passes/modular.hpp"
#include "passes/prove.hpp"

using namespace nabla;
using namespace nabla::ir;
using namespace nabla::passes;
using nabla::test::chain;
using nabla::test::f;
using nabla::test::t;

namespace {

struct Fixture : test::Symbols {
    NormalForm normal{context};
    bool same(Expr l, Expr r) { return normal(l) == normal(r); }
    Expr one = number(1);
    Expr I = identity(n);
};

}  // namespace

TEST_CASE_METHOD(Fixture, "products are multiplied out") {
    CHECK(same(matmul(A, B + C), matmul(A, B) + matmul(A, C)));
    CHECK(same(power(a + b, Rational(3)), power(a, Rational(3)) + scale(3, a * a * b) +
                                              scale(3, a * b * b) + power(b, Rational(3))));
    CHECK(same(inner(x + w, matmul(A, v)), inner(x, matmul(A, v)) + inner(w, matmul(A, v))));
    CHECK_FALSE(same(matmul(A, B), matmul(B, A)));
    CHECK_FALSE(same(matmul(A, B), t(matmul(A, B))));
}

TEST_CASE_METHOD(Fixture, "what stands beside an inverse is divided by it") {
    const Expr y = inverse(A + B);
    CHECK(same(matmul(y, A) + matmul(y, B), I));
    CHECK(same(matmul(A, y) + matmul(B, y), I));
    CHECK(same(chain({C, y, A, C}) + chain({C, y, B, C}), matmul(C, C)));
    const Expr g = inverse(matmul(t(X), X) + lambda * I);
    CHECK(same(chain({g, t(X), X}), I - lambda * g));
    // In the middle of a trace, where nothing can be multiplied from a side.
    CHECK(same(trace(chain({C, y, A})) + trace(chain({C, y, B})), trace(C)));
}

TEST_CASE_METHOD(Fixture, "functions come to exponentials, logarithms, sines and cosines") {
    CHECK(same(f(Fn::sigmoid, x), one - f(Fn::sigmoid, negate(x))));
    CHECK(same(f(Fn::exp, a + b), f(Fn::exp, a) * f(Fn::exp, b)));
    CHECK(same(f(Fn::log, f(Fn::exp, a) * f(Fn::exp, b)), a + b));
    CHECK(same(f(Fn::sin, a - b), f(Fn::sin, a) * f(Fn::cos, b) - f(Fn::cos, a) * f(Fn::sin, b)));
    CHECK(same(f(Fn::softplus, x) - f(Fn::softplus, negate(x)), x));
    // No sign is known: log(a^2) is twice log|a|, which log(a) is where it is defined.
    CHECK(same(f(Fn::log, a * a), scale(2, f(Fn::log, f(Fn::abs, a)))));
    CHECK(same(f(Fn::log, a), f(Fn::log, f(Fn::abs, a))));
    CHECK_FALSE(same(f(Fn::log, a + b), f(Fn::log, a) + f(Fn::log, b)));
    CHECK_FALSE(same(power(a * a, Rational(1, 2)), a));
}

TEST_CASE_METHOD(Fixture, "determinants") {
    const Dim k = context.dim("k");
    const Expr U = matrix("U", n, k), V = matrix("V", k, n);
    CHECK(same(det(I + matmul(U, V)), det(identity(k) + matmul(V, U))));
    CHECK(same(det(I + outer(x, w)), one + inner(x, w)));
    CHECK(same(det(A + outer(x, w)), det(A) * (one + inner(w, matmul(inverse(A), x)))));
    CHECK(same(det(chain({A, B}) + chain({A, C})), det(A) * det(B + C)));
    CHECK_FALSE(same(det(I + matmul(A, B)), det(I + matmul(t(A), B))));
    CHECK_FALSE(same(det(A + B), det(A) + det(B)));
    // A matrix that is singular at every odd size is never taken out.
    const Expr K = matrix("K", n, n, Fact::antisymmetric);
    const NormalForm* form = &normal;
    normal(det(K + outer(x, x)));
    for (const Expr e : form->inverted()) CHECK_FALSE(e == K);
}

TEST_CASE_METHOD(Fixture, "what is inverted and divided by is collected") {
    normal(one / (one + a));
    const Proof proof = prove_equal(a / (one + a), one - one / (one + a));
    REQUIRE(proof);
    const Proof push =
        prove_equal(matmul(inverse(I + matmul(A, B)), A), matmul(A, inverse(I + matmul(B, A))));
    REQUIRE(push);
    CHECK_FALSE(push.conditions.empty());
    CHECK_FALSE(push.steps.empty());
}

TEST_CASE_METHOD(Fixture, "inexact numbers and too many terms have no normal form") {
    CHECK_THROWS_AS(normal(number(Number::from_double(0.1234567)) * a), NoNormalForm);
    NormalForm tight(context, 20);
    Expr total = a;
    for (Expr e : {b, lambda, inner(x, w), inner(x, v), trace(A), trace(B)}) total = total + e;
    CHECK_THROWS_AS(tight(power(total, Rational(6))), NoNormalForm);
    // A coefficient that leaves 64 bits is no longer exact.
    CHECK_FALSE(prove_equal(power(scale(1'000'000'007, a) + b, Rational(3)) - b * b * b,
                            power(scale(1'000'000'007, a), Rational(3))));
}

TEST_CASE_METHOD(Fixture, "dividing by what is zero proves nothing") {
    const Expr nothing =
        power(f(Fn::sin, a), Rational(2)) + power(f(Fn::cos, a), Rational(2)) - one;
    CHECK_FALSE(prove_equal(one / nothing, b));
    CHECK_FALSE(prove_equal(matmul(inverse(matmul(A, B + C) - matmul(A, B) - matmul(A, C)), A), B));
}

TEST_CASE_METHOD(Fixture, "rational claims are compared modulo a prime") {
    CHECK(agree_modulo_prime(matmul(A, B + C), matmul(A, B) + matmul(A, C)) == Agreement::agree);
    CHECK(agree_modulo_prime(matmul(A, B), matmul(B, A)) == Agreement::differ);
    CHECK(agree_modulo_prime(det(matmul(A, B)), det(A) * det(B)) == Agreement::agree);
    CHECK(agree_modulo_prime(matmul(S, A), t(matmul(t(A), S))) == Agreement::agree);
    const Expr Q = matrix("Q", n, n, Fact::orthogonal), K = matrix("K", n, n, Fact::antisymmetric);
    const Expr p = context.symbol("p", {n}, Fact::simplex);
    CHECK(agree_modulo_prime(matmul(t(Q), Q), I) == Agreement::agree);
    CHECK(agree_modulo_prime(inner(x, matmul(K, x)), number(0)) == Agreement::agree);
    CHECK(agree_modulo_prime(sum_entries(p), one) == Agreement::agree);
    CHECK(agree_modulo_prime(f(Fn::exp, a), f(Fn::exp, a)) == Agreement::unknown);
    const Expr c = matmul(A, B) - matmul(B, A);
    CHECK(agree_modulo_prime(chain({c, c, C}), chain({C, c, c})) == Agreement::differ);
}

TEST_CASE_METHOD(Fixture, "inequalities") {
    const Expr zero = number(0);
    CHECK(prove_at_most(power(inner(x, w), Rational(2)), inner(x, x) * inner(w, w), false));
    CHECK_FALSE(prove_at_most(power(inner(x, w), Rational(2)), inner(x, x) * inner(w, w), true));
    CHECK_FALSE(prove_at_most(inner(x, x), inner(x, w), false));
    CHECK(prove_at_most(zero, a * a - a + one, true));
    CHECK_FALSE(prove_at_most(zero, a * a - scale(2, a) + one, true));
    CHECK(prove_at_most(zero, a * a - scale(2, a) + one, false));
    CHECK_FALSE(prove_at_most(zero, a * a - scale(3, a) + one, false));
    CHECK(prove_at_most(power(inner(x + w, x + w), Rational(1, 2)),
                        power(inner(x, x), Rational(1, 2)) + power(inner(w, w), Rational(1, 2)),
                        false));
    CHECK_FALSE(prove_at_most(zero, inner(x, matmul(A, x)), false));
    const Expr G = matrix("G", n, n, Fact::psd);
    CHECK(prove_at_most(scale(2, inner(x, matmul(G, w))),
                        inner(x, matmul(G, x)) + inner(w, matmul(G, w)), false));
}
