#include <array>

#include "lower_support.hpp"
#include "passes/differentiate.hpp"
#include "passes/pipeline.hpp"

using namespace lower_support;

namespace {

/// A value with its gradient and Hessian by A.
std::vector<ir::Expr> with_derivatives(ir::Expr f, ir::Expr A) {
    namespace passes = nabla::passes;
    return {passes::finish(f), passes::finish(passes::gradient(f, A)),
            passes::finish(passes::hessian(f, A, A))};
}

}  // namespace

TEST_CASE("triangles of matrices, alone and in products") {
    Setting s({{"n", 7}});
    const auto A = s.symbol("A", {"n", "n"});
    const auto B = s.symbol("B", {"n", "n"});
    const auto T = ir::trimask(A.shape()[0]);
    s.check({T, ir::multiply(T, A), ir::multiply(ir::transpose(T), A), ir::sum_axes(T, {0}),
             ir::multiply(T, ir::matmul(A, B)), ir::matmul(ir::multiply(T, A), B),
             ir::trace(ir::matmul(ir::multiply(T, A), B))},
            1e-12);
}

TEST_CASE("what a triangle leaves out may be infinite") {
    Setting s({{"n", 4}});
    const auto A = s.symbol("A", {"n", "n"});
    s.bindings.symbols[A].data[1] = 0;
    const auto T = ir::trimask(A.shape()[0]);
    const auto reciprocal = ir::multiply(T, ir::power(A, ir::Rational(-1)));
    s.check({reciprocal, ir::sum_entries(reciprocal)}, 1e-12);
}

TEST_CASE("Cholesky factors share the factorisation of the definite matrix") {
    Setting s({{"n", 6}});
    const auto A = s.definite("A", "n");
    const auto B = s.symbol("B", {"n", "n"});
    const auto program =
        s.check({ir::chol(A), ir::map(ir::Fn::log, ir::det(A)), ir::inverse(A)}, 1e-9);
    int factorisations = 0;
    for (const cg::Step& step : program.steps) {
        const auto* call = std::get_if<cg::LibraryCall>(&step);
        if (call != nullptr && call->routine == cg::Routine::potrf) ++factorisations;
    }
    CHECK(factorisations == 1);
    s.check(with_derivatives(ir::inner(ir::chol(A), B), A), 1e-9);
}

TEST_CASE("largest eigenvalues with their derivatives") {
    Setting s({{"n", 5}});
    const auto A = s.symbol("A", {"n", "n"});
    const auto B = s.symbol("B", {"n", "n"});
    s.check(with_derivatives(ir::eigenvalue(A), A), 1e-8);
    s.check({ir::eigenvector(A), ir::shifted_pinv(A), ir::eigenvalue(ir::matmul(A, B))}, 1e-8);
}

TEST_CASE("large directions cost the exponential no digits") {
    Setting s({{"n", 3}});
    const auto A = s.symbol("A", {"n", "n"});
    const auto B = s.symbol("B", {"n", "n"}, {}, -1e9, 1e9);
    s.check({ir::expm(A, {B}), ir::expm(A, {ir::multiply(B, B), B})}, 1e-12);
    // Along a matrix that commutes with A the derivative is a product.
    const auto C = s.symbol("C", {"n", "n"});
    s.bindings.symbols[C] = ir::interpret(ir::scale(1'000'000'000, ir::matmul(A, A)), s.bindings);
    const auto along = ir::interpret(ir::expm(A, {C}), s.bindings);
    const auto product = ir::interpret(ir::matmul(C, ir::expm(A)), s.bindings);
    for (std::size_t i = 0; i < product.data.size(); ++i) {
        CHECK(along.data[i] == Approx(product.data[i]).margin(1e-13 * 1e10));
    }
}

TEST_CASE("exponentials with their derivatives") {
    Setting s({{"n", 3}});
    const auto A = s.symbol("A", {"n", "n"});
    const auto B = s.symbol("B", {"n", "n"});
    s.check(with_derivatives(ir::inner(ir::expm(A), B), A), 1e-9);
    s.check({ir::expm(A), ir::expm(A, {B}), ir::expm(A, {B, ir::matmul(A, B)}),
             nabla::passes::finish(nabla::passes::jacobian(ir::expm(A), A))},
            1e-9);
}
