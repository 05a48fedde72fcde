// Equal products are one node, however they were written.
#include <catch2/catch.hpp>

#include "ir/build.hpp"
#include "ir/verify.hpp"

using namespace nabla::ir;

namespace {

struct Symbols {
    Context c;
    Dim n = c.dim("n"), m = c.dim("m");
    Expr s = c.symbol("s", {}), t = c.symbol("t", {});
    Expr x = c.symbol("x", {n}), y = c.symbol("y", {n});
    Expr A = c.symbol("A", {n, n}), B = c.symbol("B", {n, n}), C = c.symbol("C", {n, n});
    Expr S = c.symbol("S", {n, n}, Fact::symmetric);
    Expr X = c.symbol("X", {m, n});
    Expr one = constant(c, 1);
};

Expr T(Expr e) { return transpose(e); }

}  // namespace

TEST_CASE_METHOD(Symbols, "products have one form") {
    CHECK(trace(matmul(A, B)) == trace(matmul(B, A)));
    CHECK(trace(matmul(matmul(A, B), C)) == trace(matmul(matmul(C, A), B)));
    CHECK(T(matmul(A, B)) == matmul(T(B), T(A)));
    CHECK(matmul(matmul(x, A), y) == matmul(matmul(y, T(A)), x));
    CHECK(inner(A, A) == trace(matmul(T(A), A)));
    CHECK(power(power(inner(A, A), Rational(1, 2)), Rational(2)) == trace(matmul(A, T(A))));
    CHECK(matmul(matmul(x, S), y) == matmul(matmul(y, S), x));
    CHECK(matmul(x, y) == inner(x, y));
    CHECK(diagonal(diagonal(x)) == x);
    CHECK(trace(diagonal(x)) == sum_entries(x));
    CHECK(matmul(diagonal(x), y) == multiply(x, y));
    CHECK(matmul(outer(x, y), y) == multiply(inner(y, y), x));
    CHECK(inner(matmul(X, x), matmul(X, x)) == matmul(matmul(matmul(x, T(X)), X), x));
}

TEST_CASE_METHOD(Symbols, "different products stay different") {
    CHECK(matmul(A, B) != matmul(B, A));
    CHECK(matmul(matmul(x, A), x) != matmul(matmul(x, S), x));
    CHECK(trace(matmul(A, T(B))) != trace(matmul(A, B)));
    CHECK(c.symbol("u", {n}) != c.fresh_symbol("u", {n}));
    CHECK(multiply(A, A) != matmul(A, A));
}

TEST_CASE_METHOD(Symbols, "identities and inverses contract away") {
    CHECK(matmul(A, identity(n)) == A);
    CHECK(trace(identity(n)) == dim_value(n));
    CHECK(matmul(A, inverse(A)) == identity(n));
    CHECK(matmul(matmul(B, inverse(A)), A) == B);
    CHECK(matmul(matmul(T(inverse(A)), T(A)), x) == x);
    CHECK(inverse(inverse(A)) == A);
    CHECK(inverse(T(A)) == T(inverse(A)));
    CHECK(inverse(matmul(A, B)) == matmul(inverse(B), inverse(A)));
    CHECK(inverse(scale(2, A)) == scale(Rational(1, 2), inverse(A)));
    CHECK(inverse(diagonal(x)) == diagonal(power(x, Rational(-1))));
    Expr sum = add(A, identity(n));
    CHECK(matmul(sum, inverse(sum)) == identity(n));
    CHECK(inverse(add(T(A), T(B))) == T(inverse(add(A, B))));
    // Also where the inverse's argument is a product that was flattened into the others.
    Expr gram = matmul(T(X), X);
    CHECK(matmul(inverse(gram), gram) == identity(n));
    CHECK(matmul(matmul(gram, inverse(gram)), x) == x);
    Expr projection = matmul(matmul(X, inverse(gram)), T(X));
    CHECK(matmul(projection, projection) == projection);
    CHECK(trace(projection) == dim_value(n));
    CHECK(matmul(inverse(gram), matmul(gram, gram)) == gram);
    CHECK(multiply(inverse(gram), gram) != identity(n));
    // Not a cancellation: the shared label is also an output.
    CHECK(multiply(A, inverse(A)) != identity(n));
}

TEST_CASE_METHOD(Symbols, "determinants") {
    CHECK(det(matmul(A, B)) == multiply(det(A), det(B)));
    CHECK(det(T(A)) == det(A));
    CHECK(det(inverse(A)) == power(det(A), Rational(-1)));
    CHECK(det(identity(n)) == one);
    CHECK(multiply(det(A), inverse(A)) == adjugate(A));
    CHECK(divide(adjugate(A), det(A)) == inverse(A));
    CHECK(matmul(adjugate(A), A) == multiply(det(A), identity(n)));
}

TEST_CASE_METHOD(Symbols, "powers follow the real numbers") {
    CHECK(divide(x, x) == ones(c, {n}));
    CHECK(power(power(x, Rational(2)), Rational(1, 2)) == map(Fn::abs, x));
    CHECK(power(map(Fn::abs, x), Rational(2)) == power(x, Rational(2)));
    CHECK(power(power(x, Rational(1, 2)), Rational(2)) == x);
    CHECK(power(multiply(s, t), Rational(2)) ==
          multiply(power(s, Rational(2)), power(t, Rational(2))));
    // (s t)^(1/2) is not s^(1/2) t^(1/2) for two negative numbers.
    CHECK(power(multiply(s, t), Rational(1, 2)) !=
          multiply(power(s, Rational(1, 2)), power(t, Rational(1, 2))));
    CHECK(power(constant(c, 9), Rational(1, 2)) == constant(c, 3));
    Expr root2 = power(constant(c, 2), Rational(1, 2));
    CHECK(multiply(root2, root2) == constant(c, 2));
    CHECK(power(constant(c, Rational(1, 2)), Rational(1, 2)) == scale(Rational(1, 2), root2));
    CHECK(multiply(map(Fn::exp, x), power(map(Fn::exp, x), Rational(-1))) != zeros(c, {n}));
}

TEST_CASE_METHOD(Symbols, "sums collect like terms and never distribute") {
    CHECK(add(A, A) == scale(2, A));
    CHECK(subtract(A, A) == zeros(c, {n, n}));
    CHECK(T(add(A, T(B))) == add(T(A), B));
    CHECK(scale(2, add(x, y)) == add(scale(2, x), scale(2, y)));
    Expr factored = matmul(A, add(x, y));
    CHECK(factored.op() == Op::einsum);
    CHECK(factored != add(matmul(A, x), matmul(A, y)));
    CHECK(multiply(subtract(x, y), x) == negate(multiply(subtract(y, x), x)));
    CHECK(inner(subtract(x, y), subtract(x, y)) == inner(subtract(y, x), subtract(y, x)));
}

TEST_CASE_METHOD(Symbols, "a size is the arithmetic of its names") {
    Expr size = add(scale(2, dim_value(n)), one);
    CHECK(dim_value(n + n + c.dim(1)) == size);
    CHECK(dim_value(m * n) == multiply(dim_value(n), dim_value(m)));
    CHECK(sum_entries(ones(c, {n + c.dim(1)})) == add(dim_value(n), one));
}

TEST_CASE_METHOD(Symbols, "a spread sum is a sum of what is spread") {
    CHECK(add(add(x, s), negate(one)) == add(x, subtract(s, one)));
    CHECK(broadcast(add(s, t), {n}) == add(broadcast(s, {n}), broadcast(t, {n})));
    CHECK(multiply(add(s, t), ones(c, {n})) == add(broadcast(s, {n}), broadcast(t, {n})));
    CHECK(map(Fn::exp, broadcast(add(s, t), {n})) == broadcast(map(Fn::exp, add(s, t)), {n}));
}

TEST_CASE_METHOD(Symbols, "a determinant goes into a sum of inverses") {
    Expr both = add(inverse(A), T(inverse(A)));
    CHECK(multiply(det(A), both) == add(adjugate(A), T(adjugate(A))));
    CHECK(multiply(det(A), matmul(B, both)) == matmul(B, add(adjugate(A), T(adjugate(A)))));
    CHECK(multiply(power(det(A), Rational(2)), both) ==
          multiply(det(A), add(adjugate(A), T(adjugate(A)))));
    // Not where a term has none, or two.
    Expr mixed = add(inverse(A), B);
    CHECK(multiply(det(A), mixed).op() == Op::einsum);
    CHECK(multiply(det(A), add(inverse(A), matmul(inverse(A), inverse(A)))).op() == Op::einsum);
}

TEST_CASE_METHOD(Symbols, "functions fold where the value is exact") {
    CHECK(map(Fn::exp, constant(c, 0)) == one);
    CHECK(map(Fn::log, one) == constant(c, 0));
    CHECK(map(Fn::exp, map(Fn::log, x)) == x);
    CHECK(map(Fn::sin, negate(x)) == negate(map(Fn::sin, x)));
    CHECK(map(Fn::cos, negate(x)) == map(Fn::cos, x));
    CHECK(map(Fn::max, {x, constant(c, 0)}) == map(Fn::relu, x));
    CHECK(map(Fn::max, {x, y}) == map(Fn::max, {y, x}));
    CHECK(map(Fn::exp, T(A)) == T(map(Fn::exp, A)));
    CHECK(map(Fn::exp, one).op() == Op::map);  // e is not rational
    CHECK(map(Fn::abs, power(x, Rational(2))) == power(x, Rational(2)));
}

TEST_CASE_METHOD(Symbols, "long products stay bounded and repeatable") {
    Expr chain = x, again = x;
    for (int i = 0; i < 30; ++i) chain = matmul(chain, A), again = matmul(again, A);
    CHECK(matmul(chain, x) == matmul(again, x));
    CHECK(verify(matmul(chain, x)).empty());
    CHECK(verify(matrix_power(A, 100)).empty());
    CHECK(matrix_power(A, -2) == matmul(inverse(A), inverse(A)));
}

TEST_CASE_METHOD(Symbols, "softmax is recognised in its one form") {
    auto match = match_softmax(softmax(x, {0}));
    REQUIRE(match);
    CHECK(match->argument == x);
    CHECK_FALSE(match_softmax(map(Fn::exp, x)));
    CHECK(match_softmax(softmax(X, {1}))->axes == std::vector<std::uint8_t>{1});
}
