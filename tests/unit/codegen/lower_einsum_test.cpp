#include "lower_support.hpp"

using namespace lower_support;

TEST_CASE("products of vectors and matrices have the interpreter's values") {
    Setting s({{"m", 7}, {"n", 5}, {"p", 4}});
    const auto A = s.symbol("A", {"m", "n"});
    const auto B = s.symbol("B", {"n", "p"});
    const auto C = s.symbol("C", {"m", "p"});
    const auto S = s.symbol("S", {"n", "n"});
    const auto x = s.symbol("x", {"n"});
    const auto y = s.symbol("y", {"m"});
    const auto c = s.symbol("c", {});
    using ir::matmul;
    using ir::transpose;
    s.check({matmul(A, x)});
    s.check({matmul(transpose(A), y)});
    s.check({matmul(A, B)});
    s.check({matmul(transpose(B), transpose(A))});
    s.check({matmul(transpose(A), C)});
    s.check({ir::inner(matmul(A, x), y)});
    s.check({ir::trace(matmul(matmul(A, B), transpose(C)))});
    s.check({matmul(matmul(S, S), matmul(S, x))});
    s.check({matmul(S, matmul(S, S))});
    s.check({ir::trace(S), ir::diagonal(S), ir::diagonal(x), transpose(A)});
    s.check({ir::outer(x, y), ir::outer(A, x)});
    s.check({c * matmul(A, x), ir::power(c, ir::Rational(3)) * A, c});
    s.check({matmul(transpose(A), matmul(ir::diagonal(y), A))});
    s.check({ir::sum_axes(A, {0}), ir::sum_axes(A, {1}), ir::sum_entries(A)});
    s.check({ir::sum_entries(matmul(A, B))});
    s.check({ir::power(ir::sum_entries(x * x), ir::Rational(1, 2))});
    s.check({A * A, ir::divide(A, ir::broadcast(c, A.shape()))});
}

TEST_CASE("outputs that are inputs, constants or equal are written") {
    Setting s({{"n", 4}});
    const auto x = s.symbol("x", {"n"});
    const auto A = s.symbol("A", {"n", "n"});
    const auto n = s.context.dim("n");
    s.check({x, x, A, ir::transpose(A)});
    s.check({ir::identity(n), ir::ones(s.context, {n, n}), ir::zeros(s.context, {n}),
             ir::constant(s.context, 3), ir::dim_value(n), ir::pi(s.context)});
    const auto g = ir::matmul(A, x);
    s.check({g, g, ir::scale(2, g), ir::scale(2, g)});
}

TEST_CASE("the two halves of a quadratic form are one value") {
    Setting s({{"m", 50}, {"n", 3}});
    const auto X = s.symbol("X", {"m", "n"});
    const auto w = s.symbol("w", {"n"});
    const auto u = ir::matmul(X, w);
    const auto program = s.check({ir::inner(u, u)});
    CHECK(s.passes(program, X) == 1);
    CHECK(cg::cost(program).flops < 3.0 * 50 * 3);
}

TEST_CASE("long chains are contracted in a cheap order") {
    for (const std::int64_t n : {2, 30}) {
        Setting s({{"n", n}});
        const auto A = s.symbol("A", {"n", "n"});
        const auto x = s.symbol("x", {"n"});
        ir::Expr v = x;
        for (int k = 0; k < 8; ++k) v = ir::matmul(A, v);
        const auto program = s.lower({ir::inner(x, v)});
        CHECK(cg::cost(program).flops < 12.0 * 2 * 30 * 30);
        if (n == 2) s.check({ir::inner(x, v)});  // the interpreter multiplies everything out
    }
}

TEST_CASE("a zero of a selecting factor hides NaN in the rest of its product") {
    Setting s({{"m", 4}, {"n", 3}});
    const auto X = s.symbol("X", {"m", "n"});
    const auto z = s.symbol("z", {"m"});
    s.data(z) = {1, -1, 2, -3};
    s.data(X)[3] = std::nan("");
    s.data(X)[4] = INFINITY;
    const auto step = fn(ir::Fn::step, z);
    s.check({ir::matmul(ir::transpose(X), step * z)});
    s.check({step * ir::sum_axes(X, {1})});
    s.check({ir::matmul(ir::transpose(X), ir::matmul(ir::diagonal(step), X))});
}

TEST_CASE("fourth-order results with identities keep their entries") {
    Setting s({{"m", 3}, {"n", 2}});
    const auto A = s.symbol("A", {"m", "n"});
    const auto S = s.symbol("S", {"n", "n"});
    ir::EinsumData data;
    data.factors = {{ir::identity(s.context.dim("m")), 1, {0, 2}}, {S, 1, {1, 3}}};
    data.output = {0, 1, 2, 3};
    data.dims = {s.context.dim("m"), s.context.dim("n"), s.context.dim("m"), s.context.dim("n")};
    s.check({ir::einsum(s.context, data), A});
    ir::EinsumData mixed;
    mixed.factors = {{A, 2, {0, 1}}, {A, 1, {2, 3}}, {S, ir::Rational(1), {3, 1}}};
    mixed.output = {2, 0};
    mixed.dims = data.dims;
    s.check({ir::einsum(s.context, mixed)});
}
