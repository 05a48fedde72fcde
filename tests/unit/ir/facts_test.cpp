#include <catch2/catch.hpp>

#include "ir/build.hpp"

using namespace nabla::ir;

namespace {

struct Symbols {
    Context c;
    Dim n = c.dim("n"), m = c.dim("m");
    Expr x = c.symbol("x", {n}), r = c.symbol("r", {m}), A = c.symbol("A", {n, n});
    Expr P = c.symbol("P", {n, n}, Fact::pd), Q = c.symbol("Q", {n, n}, Fact::psd);
    Expr X = c.symbol("X", {m, n}), lambda = c.symbol("lambda", {}, Fact::positive);
};

}  // namespace

TEST_CASE_METHOD(Symbols, "definiteness follows from structure") {
    Expr gram = matmul(transpose(X), X);
    CHECK(gram.has(Fact::psd));
    CHECK_FALSE(gram.has(Fact::pd));
    CHECK(add(gram, multiply(lambda, identity(n))).has(Fact::pd));
    CHECK(add(gram, P).has(Fact::pd));
    CHECK_FALSE(subtract(gram, P).has(Fact::psd));
    CHECK(inverse(P).has(Fact::pd));
    // X^T diag(s) X with s >= 0, and without.
    Expr s = map(Fn::sigmoid, r);
    CHECK(matmul(matmul(transpose(X), diagonal(s)), X).has(Fact::psd));
    CHECK_FALSE(matmul(matmul(transpose(X), diagonal(r)), X).has(Fact::psd));
    CHECK(matmul(matmul(transpose(X), diagonal(r)), X).has(Fact::symmetric));
    CHECK(matmul(matmul(transpose(A), Q), A).has(Fact::psd));
    CHECK_FALSE(matmul(matmul(A, Q), A).has(Fact::symmetric));
    CHECK_FALSE(matmul(A, A).has(Fact::psd));
    CHECK(outer(x, x).has(Fact::psd));
}

TEST_CASE_METHOD(Symbols, "signs") {
    CHECK(inner(x, x).has(Fact::nonnegative));
    CHECK_FALSE(inner(x, x).has(Fact::positive));
    CHECK(add(inner(x, x), constant(c, 1)).has(Fact::positive));
    CHECK(matmul(matmul(x, P), x).has(Fact::nonnegative));
    CHECK_FALSE(matmul(matmul(x, A), x).has(Fact::nonnegative));
    CHECK(map(Fn::exp, x).has(Fact::positive));
    CHECK(det(P).has(Fact::positive));
    CHECK_FALSE(det(A).has(Fact::nonnegative));
    CHECK(softmax(x, {0}).has(Fact::simplex));
    CHECK(negate(map(Fn::abs, x)).has(Fact::nonpositive));
}

TEST_CASE_METHOD(Symbols, "symmetry of sums and scalings") {
    CHECK(add(A, transpose(A)).has(Fact::symmetric));
    CHECK_FALSE(add(A, scale(2, transpose(A))).has(Fact::symmetric));
    CHECK(diagonal(x).has(Fact::diagonal));
    CHECK(map(Fn::exp, add(A, transpose(A))).has(Fact::symmetric));
}

TEST_CASE_METHOD(Symbols, "congruences and products keep definiteness") {
    Expr B = c.symbol("B", {n, n}, Fact::invertible), s = c.symbol("s", {n}, Fact::positive);
    Expr w = c.symbol("w", {n}, Fact::nonnegative), R = c.symbol("R", {n, n}, Fact::pd);
    Expr tall = c.symbol("tall", {n + m, n}, Fact::full_rank);
    Expr wide = c.symbol("wide", {n, n + m}, Fact::full_rank);
    Expr some = c.symbol("some", {m, n}, Fact::full_rank);
    CHECK(matmul(transpose(B), B).has(Fact::pd));
    CHECK(matmul(matmul(transpose(B), P), B).has(Fact::pd));
    CHECK(matmul(matmul(B, P), transpose(B)).has(Fact::pd));
    CHECK_FALSE(matmul(matmul(transpose(A), P), A).has(Fact::pd));
    CHECK(matmul(matmul(transpose(A), P), A).has(Fact::psd));
    CHECK_FALSE(matmul(matmul(transpose(B), Q), B).has(Fact::pd));
    CHECK(matmul(matmul(transpose(B), diagonal(s)), B).has(Fact::pd));
    CHECK_FALSE(matmul(matmul(transpose(B), diagonal(w)), B).has(Fact::pd));
    CHECK(matmul(matmul(transpose(B), diagonal(w)), B).has(Fact::psd));
    CHECK(multiply(lambda, P).has(Fact::pd));
    // Independent columns where there are at least as many rows; rows of the wide one.
    CHECK(matmul(transpose(tall), tall).has(Fact::pd));
    CHECK_FALSE(matmul(tall, transpose(tall)).has(Fact::pd));
    CHECK(matmul(wide, transpose(wide)).has(Fact::pd));
    CHECK_FALSE(matmul(transpose(wide), wide).has(Fact::pd));
    CHECK_FALSE(matmul(transpose(some), some).has(Fact::pd));  // m may be less than n
    // Schur and Kronecker products.
    CHECK(multiply(P, R).has(Fact::pd));
    CHECK(multiply(P, Q).has(Fact::psd));
    CHECK_FALSE(multiply(P, Q).has(Fact::pd));
    CHECK_FALSE(multiply(P, A).has(Fact::psd));
    CHECK(kronecker(P, R).has(Fact::pd));
    CHECK(kronecker(P, Q).has(Fact::psd));
    CHECK_FALSE(kronecker(P, Q).has(Fact::pd));
    CHECK_FALSE(kronecker(P, A).has(Fact::symmetric));
    // What a definite matrix says of numbers.
    CHECK(trace(P).has(Fact::positive));
    CHECK(trace(Q).has(Fact::nonnegative));
    CHECK_FALSE(trace(Q).has(Fact::positive));
    CHECK_FALSE(trace(A).has(Fact::nonnegative));
    CHECK(diagonal(Q).has(Fact::nonnegative));
    CHECK(trace(matmul(P, Q)).has(Fact::nonnegative));
    CHECK(trace(inverse(P)).has(Fact::positive));
}
