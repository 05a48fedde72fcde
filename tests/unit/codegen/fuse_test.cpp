// One pass over memory: the data matrix is walked once for value, gradient and Hessian together.
#include "lower_support.hpp"

using namespace lower_support;

namespace {

/// X^T diag(t) X; without t: X^T X.
ir::Expr gram(ir::Expr X, ir::Expr t = {}) {
    const ir::Expr scaled = t ? ir::matmul(ir::diagonal(t), X) : X;
    return ir::matmul(ir::transpose(X), scaled);
}

ir::Expr tmul(ir::Expr X, ir::Expr v) { return ir::matmul(ir::transpose(X), v); }

ir::Expr one(Setting& s) { return ir::constant(s.context, 1); }

int streams(const cg::LoopProgram& program) {
    int count = 0;
    for (const cg::Step& step : program.steps) {
        if (std::holds_alternative<cg::Stream>(step)) ++count;
    }
    return count;
}

/// Calls of a routine, inside of streams and outside.
int library_calls(const cg::LoopProgram& program, cg::Routine routine) {
    int count = 0;
    const auto visit = [&](const cg::Step& step) {
        const auto* call = std::get_if<cg::LibraryCall>(&step);
        if (call != nullptr && call->routine == routine) ++count;
    };
    for (const cg::Step& step : program.steps) {
        visit(step);
        if (const auto* stream = std::get_if<cg::Stream>(&step)) {
            for (const cg::Step& inner : stream->body) visit(inner);
        }
    }
    return count;
}

/// Value, gradient and Hessian of Σ loss(X w, y) given the first two derivatives by X w.
std::vector<ir::Expr> with_derivatives(ir::Expr X, ir::Expr value, ir::Expr first,
                                       ir::Expr second) {
    return {value, tmul(X, first), second ? gram(X, second) : gram(X)};
}

}  // namespace

TEST_CASE("least squares reads its data once") {
    Setting s({{"m", 100}, {"n", 6}});
    const auto X = s.symbol("X", {"m", "n"});
    const auto w = s.symbol("w", {"n"});
    const auto y = s.symbol("y", {"m"});
    const auto r = ir::matmul(X, w) - y;
    const auto program =
        s.check({ir::inner(r, r), ir::scale(2, tmul(X, r)), ir::scale(2, gram(X))});
    INFO(cg::to_string(program));
    CHECK(s.passes(program, X) == 1);
    CHECK(s.passes(program, y) == 1);
    CHECK(streams(program) == 1);
}

TEST_CASE("regularised logistic regression with weights reads its data once") {
    Setting s({{"m", 333}, {"n", 7}});
    const auto X = s.symbol("X", {"m", "n"});
    const auto w = s.symbol("w", {"n"});
    const auto y = s.symbol("y", {"m"});
    const auto v = s.symbol("v", {"m"}, ir::Fact::positive, 0.1, 2);
    const auto lambda = s.symbol("lambda", {});
    const auto z = ir::matmul(X, w);
    const auto m = ir::dim_value(s.context.dim("m"));
    const auto p = fn(ir::Fn::sigmoid, z);
    const auto loss = ir::inner(v, fn(ir::Fn::softplus, z) - y * z) / m +
                      ir::scale(ir::Number(ir::Rational(1, 2)), lambda * ir::inner(w, w));
    const auto gradient = tmul(X, v * (p - y)) / m + lambda * w;
    const auto hessian =
        gram(X, v * (p * (one(s) - p))) / m + lambda * ir::identity(s.context.dim("n"));
    for (const std::vector<ir::Expr>& outputs :
         {std::vector<ir::Expr>{loss, gradient, hessian}, {loss, gradient}, {gradient, hessian}}) {
        const auto program = s.check(outputs);
        INFO(cg::to_string(program));
        CHECK(s.passes(program, X) == 1);
        CHECK(s.passes(program, v) == 1);
        CHECK(streams(program) == 1);
    }
}

TEST_CASE("a weighted Gram matrix with weights that are not negative is symmetric work") {
    Setting s({{"m", 60}, {"n", 8}});
    const auto X = s.symbol("X", {"m", "n"});
    const auto w = s.symbol("w", {"n"});
    const auto z = ir::matmul(X, w);
    const auto t = fn(ir::Fn::sigmoid, z) * fn(ir::Fn::sigmoid, -z);
    const auto program = s.check({ir::sum_entries(fn(ir::Fn::softplus, z)), gram(X, t)});
    INFO(cg::to_string(program));
    CHECK(library_calls(program, cg::Routine::syrk) == 1);
    CHECK(library_calls(program, cg::Routine::gemm) == 0);
    const auto signed_weights = s.check({gram(X, fn(ir::Fn::sin, z))});
    CHECK(library_calls(signed_weights, cg::Routine::gemm) == 1);
}

TEST_CASE("constant factors of library products are part of the call") {
    Setting s({{"m", 30}, {"n", 8}});
    const auto X = s.symbol("X", {"m", "n"});
    const auto w = s.symbol("w", {"n"});
    const auto u = ir::matmul(X, w);
    const auto program = s.check({ir::inner(u, u), ir::scale(-2, gram(X))});
    INFO(cg::to_string(program));
    CHECK(library_calls(program, cg::Routine::syrk) == 1);
    CHECK(std::holds_alternative<cg::Mirror>(program.steps.back()));
    CHECK(s.passes(program, X) == 1);
}

TEST_CASE("other losses are one pass, too") {
    Setting s({{"m", 90}, {"n", 5}});
    const auto X = s.symbol("X", {"m", "n"});
    const auto w = s.symbol("w", {"n"});
    const auto y = s.symbol("y", {"m"});
    const auto z = ir::matmul(X, w);
    const auto e = fn(ir::Fn::exp, z);
    const auto r = z - y;
    const auto t = fn(ir::Fn::tanh, r);
    const std::vector<std::vector<ir::Expr>> problems = {
        with_derivatives(X, ir::sum_entries(e - y * z), e - y, e),
        with_derivatives(X, ir::sum_entries(fn(ir::Fn::abs, r)), fn(ir::Fn::sign, r), {}),
        with_derivatives(X, ir::sum_entries(ir::power(r, ir::Rational(4))),
                         ir::power(r, ir::Rational(3)), r * r),
        with_derivatives(X, ir::sum_entries(t), one(s) - t * t, t * (t * t - one(s))),
    };
    for (const auto& outputs : problems) {
        const auto program = s.check(outputs);
        INFO(cg::to_string(program));
        CHECK(s.passes(program, X) == 1);
        CHECK(streams(program) == 1);
    }
}

TEST_CASE("two data matrices are walked side by side") {
    Setting s({{"m", 120}, {"n", 5}, {"k", 4}});
    const auto X = s.symbol("X", {"m", "n"});
    const auto Z = s.symbol("Z", {"m", "k"});
    const auto w = s.symbol("w", {"n"});
    const auto v = s.symbol("v", {"k"});
    const auto y = s.symbol("y", {"m"});
    const auto r = ir::matmul(X, w) + ir::matmul(Z, v) - y;
    const auto program = s.check({ir::inner(r, r), tmul(X, r), tmul(Z, r), gram(X), gram(Z),
                                  ir::matmul(ir::transpose(X), Z)});
    INFO(cg::to_string(program));
    CHECK(s.passes(program, X) == 1);
    CHECK(s.passes(program, Z) == 1);
    CHECK(streams(program) == 1);
}

TEST_CASE("independent problems have a stream each") {
    Setting s({{"m", 120}, {"k", 80}, {"n", 5}});
    const auto X = s.symbol("X", {"m", "n"});
    const auto Z = s.symbol("Z", {"k", "n"});
    const auto w = s.symbol("w", {"n"});
    const auto u = ir::matmul(X, w);
    const auto v = fn(ir::Fn::exp, ir::matmul(Z, w));
    const auto value = ir::inner(u, u) + ir::sum_entries(v);
    const auto program = s.check({value, ir::scale(2, tmul(X, u)) + tmul(Z, v)});
    INFO(cg::to_string(program));
    CHECK(s.passes(program, X) == 1);
    CHECK(s.passes(program, Z) == 1);
    CHECK(streams(program) == 2);
}

TEST_CASE("transposed data is walked along its second axis") {
    Setting s({{"m", 150}, {"n", 6}});
    const auto X = s.symbol("X", {"n", "m"});
    const auto w = s.symbol("w", {"n"});
    const auto y = s.symbol("y", {"m"});
    const auto p = fn(ir::Fn::sigmoid, tmul(X, w));
    const auto t = p * (one(s) - p);
    const auto hessian = ir::matmul(ir::matmul(X, ir::diagonal(t)), ir::transpose(X));
    const auto program = s.check({ir::inner(y, p), ir::matmul(X, p - y), hessian});
    INFO(cg::to_string(program));
    CHECK(s.passes(program, X) == 1);
    CHECK(streams(program) == 1);
    CHECK(library_calls(program, cg::Routine::gemm) == 1);
}

TEST_CASE("fusion does not cost a library product") {
    Setting s({{"n", 16}});
    const auto A = s.symbol("A", {"n", "n"});
    const auto B = s.symbol("B", {"n", "n"});
    const auto AB = ir::matmul(A, B);
    const auto program = s.check({ir::sum_entries(AB * B), AB});
    INFO(cg::to_string(program));
    CHECK(library_calls(program, cg::Routine::gemm) == 1);
}

TEST_CASE("softmax regression reads its data once") {
    Setting s({{"m", 70}, {"n", 5}, {"k", 3}});
    const auto X = s.symbol("X", {"m", "n"});
    const auto W = s.symbol("W", {"n", "k"});
    const auto Y = s.symbol("Y", {"m", "k"});
    const auto Z = ir::matmul(X, W);
    const auto loss = -ir::sum_entries(Y * ir::log_softmax(Z, {1}));
    const auto gradient = ir::matmul(ir::transpose(X), ir::softmax(Z, {1}) - Y);
    const auto program = s.check({loss, gradient});
    INFO(cg::to_string(program));
    CHECK(s.passes(program, X) == 1);
    CHECK(s.passes(program, Y) == 1);
}

TEST_CASE("what needs a complete sum waits for the next pass") {
    Setting s({{"m", 60}, {"n", 4}});
    const auto X = s.symbol("X", {"m", "n"});
    const auto w = s.symbol("w", {"n"});
    const auto g = tmul(X, ir::matmul(X, w));
    const auto program = s.check({ir::matmul(X, g), g});
    INFO(cg::to_string(program));
    CHECK(s.passes(program, X) == 2);
}

TEST_CASE("both products with a square matrix share one pass") {
    Setting s({{"n", 40}});
    const auto A = s.symbol("A", {"n", "n"});
    const auto x = s.symbol("x", {"n"});
    const auto Ax = ir::matmul(A, x);
    const auto program = s.check({ir::inner(x, Ax), Ax + tmul(A, x)});
    INFO(cg::to_string(program));
    CHECK(s.passes(program, A) == 1);
}

TEST_CASE("blocks are chosen by row length, and odd sizes leave a short last block") {
    for (const std::int64_t m : {1, 2, 7, 63, 1001}) {
        for (const std::int64_t n : {1, 3, 17}) {
            Setting s({{"m", m}, {"n", n}});
            const auto X = s.symbol("X", {"m", "n"});
            const auto w = s.symbol("w", {"n"});
            const auto p = fn(ir::Fn::tanh, ir::matmul(X, w));
            s.check({ir::sum_entries(p), tmul(X, p), gram(X, p)});
        }
    }
    Setting s({{"m", 20000}, {"n", 40}});
    const auto X = s.symbol("X", {"m", "n"});
    const auto w = s.symbol("w", {"n"});
    const auto u = ir::matmul(X, w);
    const auto program = s.lower({ir::inner(u, u), tmul(X, u)});
    REQUIRE(streams(program) == 1);
    for (const cg::Step& step : program.steps) {
        if (const auto* stream = std::get_if<cg::Stream>(&step)) {
            CHECK(stream->block * 40 * 8 < 256 * 1024);
            CHECK(stream->block >= 8);
        }
    }
}

TEST_CASE("large products are library calls, on whole matrices and on blocks") {
    Setting s({{"m", 40}, {"n", 12}, {"p", 9}});
    const auto A = s.symbol("A", {"m", "n"});
    const auto B = s.symbol("B", {"n", "p"});
    const auto C = s.symbol("C", {"p", "n"});
    const auto program = s.lower({ir::matmul(A, B), gram(A), ir::matmul(A, ir::transpose(C))}, 64);
    CHECK(library_calls(program, cg::Routine::gemm) == 2);
    CHECK(library_calls(program, cg::Routine::syrk) == 1);
    s.check({ir::matmul(A, B), gram(A), ir::matmul(A, ir::transpose(C))});
}
