// Derivatives of matrix functions: values against differences up to the third order, forward
// against reverse mode, and the short forms that textbooks give.
#include <catch2/catch.hpp>
#include <cmath>
#include <random>

#include "ir/build.hpp"
#include "ir/interpret.hpp"
#include "passes/differentiate.hpp"
#include "passes/pipeline.hpp"
#include "passes/simplify.hpp"

using namespace nabla::ir;
using namespace nabla::passes;

namespace {

struct Matrices {
    Context c;
    Dim n = c.dim("n");
    Bindings at;
    Expr A, B, V, W, x, y;
    std::mt19937 random{11};

    Matrices() {
        at.dims = {{"n", 3}};
        for (auto [name, symbol] : {std::pair{"A", &A}, {"B", &B}, {"V", &V}, {"W", &W}})
            *symbol = add(name, {n, n}, 9);
        x = add("x", {n}, 3), y = add("y", {n}, 3);
        // Positive definite, with eigenvalues apart, and not symmetric.
        Tensor& a = at.symbols[A];
        for (std::size_t i = 0; i < 3; ++i) a.data[i * 4] += 4.0 + 1.5 * static_cast<double>(i);
    }

    Expr add(const std::string& name, Shape shape, std::size_t size) {
        Expr symbol = c.symbol(name, shape);
        Tensor t{std::vector<std::int64_t>(shape.size(), 3), {}};
        std::uniform_real_distribution<double> entry(-1, 1);
        for (std::size_t i = 0; i < size; ++i) t.data.push_back(entry(random));
        at.symbols[symbol] = t;
        return symbol;
    }

    /// d/dt f(X + t D), extrapolated.
    std::vector<double> slope(Expr f, Expr X, const Tensor& d) {
        auto central = [&](double h) {
            Bindings moved = at;
            std::vector<std::vector<double>> sides;
            for (double step : {h, -h}) {
                Tensor& v = moved.symbols[X];
                for (std::size_t i = 0; i < v.data.size(); ++i)
                    v.data[i] = at.symbols.at(X).data[i] + step * d.data[i];
                sides.push_back(interpret(f, moved).data);
            }
            for (std::size_t i = 0; i < sides[0].size(); ++i)
                sides[0][i] = (sides[0][i] - sides[1][i]) / (2 * h);
            return sides[0];
        };
        std::vector<double> coarse = central(4e-3), middle = central(2e-3), fine = central(1e-3);
        for (std::size_t i = 0; i < fine.size(); ++i) {
            double first = (4 * middle[i] - coarse[i]) / 3, second = (4 * fine[i] - middle[i]) / 3;
            fine[i] = (16 * second - first) / 15;
        }
        return fine;
    }

    void check_close(const std::vector<double>& got, const std::vector<double>& expected,
                     double tolerance) {
        REQUIRE(got.size() == expected.size());
        double size = 1;
        for (double v : expected) size = std::max(size, std::abs(v));
        for (std::size_t i = 0; i < got.size(); ++i)
            CHECK(std::abs(got[i] - expected[i]) <= tolerance * size);
    }

    /// Directional derivatives, Jacobians and gradients of f up to the third order.
    void check_orders(Expr f, Expr X) {
        Expr direction = X.rank() == 2 ? V : y;
        const Tensor& v = at.symbols.at(direction);
        Expr level = f;
        for (int order = 1; order <= 3; ++order) {
            CAPTURE(order);
            Expr forward = simplify(directional(level, X, direction));
            check_close(interpret(forward, at).data, slope(level, X, v), 1e-7);
            // The same from the reverse sweep: <u, J v> = <J^T u, v>.
            Expr weight = f.is_scalar() ? constant(c, 1) : f.rank() == 1 ? x : W;
            Expr reverse = inner(vjp(level, X, weight), direction);
            check_close(interpret(reverse, at).data, interpret(inner(weight, forward), at).data,
                        1e-9);
            level = forward;
        }
    }

    /// The whole Jacobian and the Hessian of a weighted sum, both ways round.
    void check_tensors(Expr f) {
        Expr d = simplify(jacobian(f, A));
        std::vector<double> J = interpret(d, at).data;
        std::vector<double> expected(J.size());
        std::size_t rows = J.size() / 9;
        for (std::size_t k = 0; k < 9; ++k) {
            Tensor unit{{3, 3}, std::vector<double>(9, 0.0)};
            unit.data[k] = 1;
            std::vector<double> column = slope(f, A, unit);
            for (std::size_t r = 0; r < rows; ++r) expected[r * 9 + k] = column[r];
        }
        check_close(J, expected, 1e-7);
        Expr loss = f.is_scalar() ? f : inner(f, f.rank() == 1 ? x : W);
        Expr H = simplify(hessian(loss, A, A));
        std::vector<double> h = interpret(H, at).data;
        Expr g = simplify(gradient(loss, A));
        for (std::size_t i = 0; i < 9; ++i)
            for (std::size_t j = 0; j < 9; ++j)
                CHECK(h[i * 9 + j] == Approx(h[j * 9 + i]).margin(1e-9));
        Expr along = simplify(directional(g, A, V));
        const std::vector<double>& v = at.symbols.at(V).data;
        std::vector<double> product(9, 0.0);
        for (std::size_t i = 0; i < 9; ++i)
            for (std::size_t j = 0; j < 9; ++j) product[i] += h[i * 9 + j] * v[j];
        check_close(product, interpret(along, at).data, 1e-9);
    }
};

}  // namespace

TEST_CASE_METHOD(Matrices, "Cholesky factors differentiate to any order") {
    check_orders(chol(A), A);
    check_tensors(chol(A));
    Tensor l = interpret(chol(A), at);
    Expr back = matmul(chol(A), transpose(chol(A)));
    check_close(interpret(back, at).data,
                interpret(scale(Rational(1, 2), A + transpose(A)), at).data, 1e-12);
    CHECK(l.data[1] == 0);
    CHECK(chol(transpose(A)) == chol(A));
}

TEST_CASE_METHOD(Matrices, "the largest eigenvalue and its vector differentiate to any order") {
    check_orders(eigenvalue(A), A);
    check_orders(eigenvector(A), A);
    check_orders(shifted_pinv(A), A);
    check_tensors(eigenvalue(A));
    check_tensors(eigenvector(A));
    check_tensors(shifted_pinv(A));
    Expr v = eigenvector(A);
    CHECK(gradient(eigenvalue(A), A) == outer(v, v));
    Expr S = scale(Rational(1, 2), A + transpose(A));
    check_close(interpret(matmul(S, v), at).data, interpret(multiply(eigenvalue(A), v), at).data,
                1e-12);
    // P (λ I − S) = I − v v^T.
    Expr shifted = multiply(eigenvalue(A), identity(n)) - S;
    check_close(interpret(matmul(shifted_pinv(A), shifted), at).data,
                interpret(identity(n) - outer(v, v), at).data, 1e-12);
}

TEST_CASE_METHOD(Matrices, "matrix exponentials differentiate to any order") {
    Expr half = scale(Rational(1, 4), A);
    check_orders(expm(half), A);
    check_orders(expm(B, {A}), A);
    check_orders(expm(B, {A, W}), B);
    check_tensors(expm(half));
    check_tensors(expm(half, {B}));
    CHECK(gradient(trace(expm(A)), A) == transpose(expm(A)));
    CHECK(expm(transpose(A)) == transpose(expm(A)));
    CHECK(expm(A, {identity(n)}) == expm(A));
    CHECK(expm(A, {B, W}) == expm(A, {W, B}));
    CHECK(expm(zeros(c, {n, n})) == identity(n));
    CHECK(map(Fn::log, det(expm(A))) == trace(A));
}

TEST_CASE_METHOD(Matrices, "solutions of Sylvester's equation differentiate to any order") {
    Expr X = sylvester(A, B, W);
    for (Expr by : {A, B, W}) check_orders(X, by);
    for (Expr by : {A, B}) check_orders(sylvester(A, B, W, V, B), by);
    check_orders(sylvester(A, transpose(A), multiply(A, A)), A);
    check_tensors(sylvester(A, transpose(A), B));
    check_close(interpret(matmul(A, X) + matmul(X, B), at).data, at.symbols[W].data, 1e-12);
    Expr Y = sylvester(A, B, V, W, B);
    check_close(interpret(matmul(matmul(A, Y), B) + matmul(matmul(V, Y), W), at).data,
                at.symbols[B].data, 1e-11);
    // What is no more than two inverses is that.
    CHECK(sylvester(A, zeros(c, {n, n}), W) == matmul(inverse(A), W));
    CHECK(sylvester(A, B, V, B, W) == matmul(matmul(inverse(A + V), W), inverse(B)));
    Expr lambda = constant(c, 2);
    CHECK(sylvester(A, multiply(lambda, identity(n)), W) ==
          matmul(inverse(A + multiply(lambda, identity(n))), W));
    CHECK(sylvester(A, B, scale(3, W)) == scale(3, X));
    CHECK(sylvester(A, identity(n), identity(n), B, W) ==
          sylvester(identity(n), B, A, identity(n), W));
    CHECK(sylvester(A, transpose(A), W + transpose(W)).has(Fact::symmetric));
    CHECK_FALSE(sylvester(A, B, W + transpose(W)).has(Fact::symmetric));
}

TEST_CASE_METHOD(Matrices, "triangles are masks") {
    Expr T = trimask(n), U = transpose(T);
    CHECK(multiply(T, T) == T);
    CHECK(multiply(T, U) == identity(n));
    CHECK(multiply(T, identity(n)) == identity(n));
    CHECK(trace(T) == dim_value(n));
    CHECK(multiply(T, multiply(T, A)) == multiply(T, A));
    CHECK(diagonal(multiply(T, A)) == diagonal(A));
    CHECK(multiply(T, A).has(Fact::lower));
    CHECK(multiply(U, A).has(Fact::upper));
    Expr L = c.symbol("L", {n, n}, Fact::lower), R = c.symbol("R", {n, n}, Fact::upper);
    CHECK(simplify(multiply(T, L)) == L);
    CHECK(simplify(multiply(U, R)) == R);
    CHECK(simplify(multiply(T, transpose(R))) == transpose(R));
    // The zeros of the triangle are needed where L divides.
    Expr reciprocal = multiply(T, power(L, Rational(-1)));
    CHECK(simplify(reciprocal) == reciprocal);
    // Every derivative by a triangular variable stays on its triangle, in each pair of axes.
    CHECK(gradient(trace(matmul(A, L)), L) == multiply(T, transpose(A)));
    CHECK(gradient(trace(matmul(A, R)), R) == multiply(U, transpose(A)));
    CHECK(simplify(gradient(inner(L, L), L)) == scale(2, L));
    CHECK(directional(trace(matmul(A, L)), L, B) == trace(matmul(A, multiply(T, B))));
    Expr H = hessian(trace(matmul(L, matmul(A, transpose(L)))), L, L);
    at.symbols[L] = interpret(multiply(T, B), at);
    std::vector<double> h = interpret(H, at).data;
    for (std::size_t i = 0; i < 9; ++i)
        for (std::size_t j = 0; j < 9; ++j)
            if (i / 3 < i % 3 || j / 3 < j % 3) CHECK(h[i * 9 + j] == 0);
    // What the triangle does not take contributes nothing, even NaN.
    at.symbols[B].data[1] = std::nan("");
    CHECK(interpret(sum_entries(multiply(T, B)), at).data[0] ==
          Approx(at.symbols[B].data[0] + at.symbols[B].data[3] + at.symbols[B].data[4] +
                 at.symbols[B].data[6] + at.symbols[B].data[7] + at.symbols[B].data[8]));
}

TEST_CASE_METHOD(Matrices, "cross-entropy: zeros win, and softmax makes it short") {
    Expr p = c.symbol("p", {n}), q = c.symbol("q", {n}), s = c.symbol("s", {n}, Fact::simplex);
    auto entropy = [](Expr a, Expr b) {
        return negate(inner(map(Fn::strong_zero, a), map(Fn::log, b)));
    };
    at.symbols[p] = Tensor{{3}, {0, 0.25, 0.75}};
    at.symbols[q] = Tensor{{3}, {0, 0.5, 0.5}};
    CHECK(interpret(entropy(p, q), at).data[0] == Approx(std::log(2)));
    Expr by_q = simplify(gradient(entropy(p, q), q));
    CHECK(interpret(by_q, at).data == std::vector<double>{0, -0.5, -1.5});
    CHECK(interpret(simplify(gradient(entropy(p, q), p)), at).data[1] == Approx(std::log(2)));
    std::vector<double> h = interpret(simplify(hessian(entropy(p, q), q, q)), at).data;
    CHECK(h == std::vector<double>{0, 0, 0, 0, 1, 0, 0, 0, 3});
    // Two entropies of one distribution: the zeros that both have win together.
    Expr both = simplify(gradient(entropy(p, q) + entropy(s, q), q));
    at.symbols[s] = at.symbols[p];
    CHECK(interpret(both, at).data == std::vector<double>{0, -1, -3});
    Expr z = x, soft = softmax(z, {0});
    CHECK(simplify_finally(gradient(simplify(entropy(s, soft)), z)) == soft - s);
    CHECK(simplify_finally(gradient(simplify(entropy(p, soft)), z)) ==
          multiply(sum_entries(p), soft) - p);
    CHECK(finish(hessian(simplify(entropy(p, soft)), z, z)) ==
          finish(multiply(sum_entries(p), diagonal(soft) - outer(soft, soft))));
    at.symbols[x] = Tensor{{3}, {800, 0, -800}};
    CHECK(interpret(simplify(entropy(p, soft)), at).data[0] == Approx(0.25 * 800 + 0.75 * 1600));
    CHECK(interpret(simplify(gradient(simplify(entropy(p, soft)), z)), at).data ==
          std::vector<double>{1, -0.25, -0.75});
}
