#include "lower_support.hpp"

using namespace lower_support;

namespace {

int calls(const cg::LoopProgram& program, cg::Routine routine) {
    int count = 0;
    for (const cg::Step& step : program.steps) {
        const auto* call = std::get_if<cg::LibraryCall>(&step);
        if (call != nullptr && call->routine == routine) ++count;
    }
    return count;
}

}  // namespace

TEST_CASE("inverses become solves that share one factorisation") {
    Setting s({{"n", 5}, {"p", 3}});
    const auto A = s.symbol("A", {"n", "n"});
    const auto B = s.symbol("B", {"n", "p"});
    const auto b = s.symbol("b", {"n"});
    const auto inv = ir::inverse(A);
    const auto value = ir::inner(b, ir::matmul(inv, b));
    const auto program =
        s.check({value, ir::matmul(inv, b), ir::matmul(ir::transpose(inv), b), ir::matmul(inv, B),
                 ir::map(ir::Fn::log, ir::map(ir::Fn::abs, ir::det(A)))},
                1e-9);
    CHECK(calls(program, cg::Routine::getrf) == 1);
    CHECK(calls(program, cg::Routine::getrs) == 3);
}

TEST_CASE("explicit inverses, their transposes and traces have the interpreter's values") {
    Setting s({{"n", 4}});
    const auto A = s.symbol("A", {"n", "n"});
    const auto B = s.symbol("B", {"n", "n"});
    const auto inv = ir::inverse(A);
    s.check({inv, ir::transpose(inv)}, 1e-9);
    s.check({ir::trace(inv), ir::trace(ir::matmul(inv, B))}, 1e-9);
    s.check({ir::matmul(inv, ir::matmul(B, inv)), ir::sum_entries(inv), ir::sum_axes(inv, {1})},
            1e-9);
    s.check({ir::inverse(A + B), ir::det(A), ir::det(ir::matmul(A, B))}, 1e-9);
}

TEST_CASE("least squares in every form are solved from the rows") {
    Setting s({{"m", 9}, {"n", 4}, {"p", 2}});
    const auto X = s.symbol("X", {"m", "n"});
    const auto y = s.symbol("y", {"m"});
    const auto Y = s.symbol("Y", {"m", "p"});
    const auto w = s.symbol("w", {"m"}, ir::Fact::positive, 0.5, 2);
    const auto lambda = s.symbol("lambda", {}, ir::Fact::positive, 0.5, 2);
    const auto D = s.symbol("D", {"p", "n"});
    const auto Xt = ir::transpose(X);
    const auto square = ir::matmul(Xt, X);
    const auto ridge = square + lambda * ir::identity(X.shape()[1]);
    const auto weighted = ir::matmul(Xt, ir::matmul(ir::diagonal(w), X));
    const auto general =
        ir::scale(ir::Rational(1, 3), square) + lambda * ir::matmul(ir::transpose(D), D);
    const auto solved = [](ir::Expr g, ir::Expr b) { return ir::matmul(ir::inverse(g), b); };
    const auto fitted = solved(square, ir::matmul(Xt, y));
    const auto program = s.check(
        {fitted, solved(square, ir::matmul(Xt, Y)), solved(ridge, ir::matmul(Xt, y)),
         solved(weighted, ir::matmul(Xt, w * y)), solved(general, ir::matmul(Xt, Y)),
         ir::inner(ir::matmul(Xt, y), fitted), ir::matmul(X, solved(ridge, ir::matmul(Xt, Y))),
         solved(square, ir::sum_axes(X, {0}))},
        1e-9);
    CHECK(calls(program, cg::Routine::getrf) == 0);
    CHECK(calls(program, cg::Routine::gram) == 4);
    CHECK(calls(program, cg::Routine::least_squares) >= 6);
    // Without the rows beside it: the factor alone.
    const auto alone =
        s.check({ir::inverse(ridge), ir::det(ridge), fn(ir::Fn::log, ir::det(square)),
                 solved(ridge, ir::sum_axes(D, {0}))},
                1e-9);
    CHECK(calls(alone, cg::Routine::gram) == 2);
    CHECK(calls(alone, cg::Routine::least_squares) == 0);
    // A wide matrix, by its columns.
    const auto kernel = ir::matmul(X, Xt) + lambda * ir::identity(X.shape()[0]);
    s.check({solved(kernel, y), ir::matmul(Xt, solved(kernel, Y))}, 1e-9);
}

TEST_CASE("Sylvester's equation has the interpreter's values") {
    Setting s({{"n", 4}, {"k", 3}, {"b", 2}});
    const auto A = s.symbol("A", {"n", "n"}, {}, 0, 1), B = s.symbol("B", {"k", "k"}, {}, 0, 1);
    const auto C = s.symbol("C", {"n", "n"}), D = s.symbol("D", {"k", "k"});
    const auto E = s.symbol("E", {"n", "k"}), F = s.symbol("F", {"n", "k", "b"});
    const auto program = s.check({ir::sylvester(A, B, E), ir::sylvester(A, B, F)}, 1e-8);
    CHECK(calls(program, cg::Routine::sylvester) == 2);
    s.check({ir::sylvester(A, B, C, D, E), ir::sylvester(A, B, C, D, F)}, 1e-7);
}

TEST_CASE("definite matrices are factorised by Cholesky") {
    Setting s({{"n", 6}});
    const auto A = s.definite("A", "n");
    const auto b = s.symbol("b", {"n"});
    const auto inv = ir::inverse(A);
    const auto program = s.check({ir::matmul(inv, b), fn(ir::Fn::log, ir::det(A)), ir::det(A),
                                  ir::inner(b, ir::matmul(inv, b)), inv},
                                 1e-9);
    CHECK(calls(program, cg::Routine::potrf) == 1);
    CHECK(calls(program, cg::Routine::getrf) == 0);
    CHECK(calls(program, cg::Routine::potrs) == 2);
}

TEST_CASE("log det neither overflows nor underflows, and knows the sign") {
    Setting s({{"n", 200}});
    const auto A = s.symbol("A", {"n", "n"}, {}, -0.001, 0.001);
    for (std::size_t i = 0; i < 200; ++i)
        s.data(A)[i * 201] = 1e-3 * static_cast<double>(i % 7 + 2);
    const auto logdet = fn(ir::Fn::log, ir::det(A));
    const double value = s.run(s.lower({logdet}))[0][0];
    CHECK((std::isnan(value) || (value < -1000 && std::isfinite(value))));
    Setting t({{"n", 2}});
    const auto M = t.symbol("M", {"n", "n"});
    const auto log_of = [&](const std::vector<double>& m) {
        t.data(M) = m;
        return t.run(t.lower({fn(ir::Fn::log, ir::det(M))}))[0][0];
    };
    CHECK(log_of({1e200, 0, 0, 1e200}) == Approx(400 * std::log(10.0)));
    CHECK(std::isnan(log_of({0, 1, 1, 0})));
    CHECK(log_of({1, 2, 2, 4}) == -INFINITY);
    CHECK(log_of({0, -1, 1, 0}) == Approx(0).margin(1e-15));
}

TEST_CASE("the adjugate is right for matrices of every rank") {
    Setting s({{"n", 3}, {"k", 1}});
    const auto A = s.symbol("A", {"n", "n"});
    s.check({ir::adjugate(A)}, 1e-12);
    for (const std::vector<double>& m : {std::vector<double>{1, 2, 3, 2, 4, 6, 0, 1, 5},
                                         {1, 2, 3, 2, 4, 6, 3, 6, 9},
                                         {0, 0, 0, 0, 0, 0, 0, 0, 0},
                                         {0, 1, 0, 0, 0, 1, 0, 0, 0}}) {
        s.data(A) = m;
        s.check({ir::adjugate(A)}, 1e-12);
    }
    Setting one({{"n", 1}});
    const auto a = one.symbol("A", {"n", "n"});
    one.check({ir::adjugate(a), ir::det(a), ir::inverse(a)});
}

TEST_CASE("a factorisation that fails returns the number of its explanation") {
    Setting s({{"n", 2}});
    const auto A = s.symbol("A", {"n", "n"});
    const auto b = s.symbol("b", {"n"});
    s.data(A) = {1, 2, 2, 4};
    const auto program = s.lower({ir::matmul(ir::inverse(A), b)});
    std::vector<double> out(2);
    const double* in[] = {s.data(A).data(), s.data(b).data()};
    double* outputs[] = {out.data()};
    const int code = cg::execute(program, in, outputs);
    REQUIRE(code == 1);
    CHECK(program.error_texts.at(0) == "the matrix A is singular");
    s.check({ir::det(A)});
    const auto sum = s.lower({ir::matmul(ir::inverse(ir::transpose(A) + A), b)});
    CHECK(sum.error_texts.at(0) == "the matrix A + A^T is singular");
}
