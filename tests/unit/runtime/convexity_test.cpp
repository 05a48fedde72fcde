// Functions whose curvature is known: differentiable atoms of convex modelling languages, functions
// that disciplined rules miss, and others that are neither convex nor concave. What is proved is
// also searched for a counterexample.
#include "runtime/convexity.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

#include "runtime/model_state.hpp"

using namespace nabla;
using namespace nabla::runtime;

namespace {

enum class Expect { convex, concave, affine, neither, unknown };

struct Row {
    Expect expect;
    const char* expression;
    const char* variables;     // x,y
    const char* declarations;  // a > 0;b > 0
};

std::vector<std::string> pieces(const std::string& text, char separator) {
    std::vector<std::string> all;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find(separator, at), text.size());
        all.push_back(text.substr(at, end - at));
        at = end + 1;
    }
    return all;
}

ModelState::OneLiner read(const Row& row) {
    syntax::Options options;
    options.defaults = true;
    options.wanted = pieces(row.variables, ',');
    for (const std::string& text : pieces(row.declarations, ';'))
        options.declarations.push_back({text});
    return ModelState::from_expression(row.expression, options);
}

Certificate certificate(Expect expect) {
    switch (expect) {
        case Expect::convex:
            return Certificate::convex;
        case Expect::concave:
            return Certificate::concave;
        case Expect::affine:
            return Certificate::affine;
        case Expect::neither:
            return Certificate::not_convex;
        case Expect::unknown:
            return Certificate::unknown;
    }
    return Certificate::unknown;
}

// clang-format off
const Row rows[] = {
    {Expect::convex, "||A x - b||^2", "x", ""},
    {Expect::convex, "||x||_1", "x", ""},
    {Expect::convex, "norminf(A x - b)", "x", "b[m]"},
    {Expect::convex, "||x||", "x", ""},
    {Expect::convex, "sqrt(1 + x^T x)", "x", ""},
    {Expect::convex, "sqrt(x^T P x)", "x", "P[n,n] psd"},
    {Expect::convex, "x^T P x", "x", "P[n,n] psd"},
    {Expect::convex, "x^T (A^T A + lambda I) x", "x", "lambda >= 0"},
    {Expect::convex, "exp(a)", "a", ""},
    {Expect::convex, "sum(exp(A x))", "x", ""},
    {Expect::convex, "log(sum(exp(x)))", "x", ""},
    {Expect::convex, "log(sum(exp(A x + b)))", "x", "b[m]"},
    {Expect::convex, "sum(log(1 + exp(-y .* (X w))))", "w", ""},
    {Expect::convex, "-sum(log(x))", "x", ""},
    {Expect::convex, "-sum(log(b - A x))", "x", "b[m]"},
    {Expect::convex, "sum(x .* log(x))", "x", ""},
    {Expect::concave, "-sum(x .* log(x))", "x", ""},
    {Expect::convex, "sum(x .* log(x ./ y))", "x,y", "x[n] > 0;y[n] > 0"},
    {Expect::convex, "sum(x .* log(x ./ y) - x + y)", "x,y", "x[n] > 0;y[n] > 0"},
    {Expect::convex, "-log det X", "X", "X[n,n] pd"},
    {Expect::convex, "tr(X^-1)", "X", "X[n,n] pd"},
    {Expect::convex, "c^T X^-1 c", "X", "X[n,n] pd;c[n]"},
    {Expect::convex, "x^T Y^-1 x", "x,Y", "Y[n,n] pd"},
    {Expect::convex, "tr(A X^-1 A^T)", "X", "X[n,n] pd"},
    {Expect::convex, "x^T x/a", "x,a", "a > 0"},
    {Expect::convex, "||A x - b||^2/(c^T x + d)", "x", "b[m];c[n] >= 0;x[n] > 0;d > 0"},
    {Expect::convex, "(x^T x)^2", "x", ""},
    {Expect::convex, "(x^T P x)^2", "x", "P[n,n] psd"},
    {Expect::convex, "1/a", "a", "a > 0"},
    {Expect::convex, "sum(1 ./ x)", "x", "x[n] > 0"},
    {Expect::concave, "sqrt(a)", "a", ""},
    {Expect::concave, "sum(sqrt(x))", "x", ""},
    {Expect::concave, "sqrt(a b)", "a,b", "a > 0;b > 0"},
    {Expect::concave, "a^(1/3) b^(1/3)", "a,b", "a > 0;b > 0"},
    {Expect::concave, "prod(x)^(1/3)", "x", "x[3] > 0"},
    {Expect::concave, "exp(mean(log(x)))", "x", "x[n] > 0"},
    {Expect::concave, "n/sum(1 ./ x)", "x", "x[n] > 0"},
    {Expect::concave, "1/sum(1 ./ x)", "x", "x[n] > 0"},
    {Expect::convex, "sum(abs(x).^3)", "x", ""},
    {Expect::convex, "sum(abs(x).^3)^(1/3)", "x", ""},
    {Expect::convex, "sum(x.^4)^(1/4)", "x", ""},
    {Expect::convex, "sum(x.^3)^(1/3)", "x", "x[n] >= 0"},
    {Expect::concave, "sum(x.^(1/2))^2", "x", "x[n] > 0"},
    {Expect::convex, "max(x)", "x", ""},
    {Expect::concave, "min(x)", "x", ""},
    {Expect::convex, "sum(relu(A x - b))", "x", "b[m]"},
    {Expect::convex, "sum(max(1 - y .* (X w), 0))", "w", ""},
    {Expect::convex, "max(a, b)", "a,b", ""},
    {Expect::convex, "lambda_max(A)", "A", ""},
    {Expect::concave, "-lambda_max(-A)", "A", ""},
    {Expect::convex, "lambda_max(X)", "X", "X[n,n] symmetric"},
    {Expect::convex, "a^4", "a", ""},
    {Expect::convex, "a^2 + exp(a) + abs(a)", "a", ""},
    {Expect::convex, "log(cosh(a))", "a", ""},
    {Expect::convex, "sum(log(cosh(A x)))", "x", ""},
    {Expect::convex, "softplus(a)", "a", ""},
    {Expect::convex, "exp(a^2)", "a", ""},
    {Expect::convex, "exp(x^T x)", "x", ""},
    {Expect::convex, "1/(a b)", "a,b", "a > 0;b > 0"},
    {Expect::convex, "a^2/b", "a,b", "b > 0"},
    {Expect::convex, "a^3/b^2", "a,b", "a > 0;b > 0"},
    {Expect::convex, "a log(a)", "a", ""},
    {Expect::convex, "a log(a/b)", "a,b", "a > 0;b > 0"},
    {Expect::convex, "exp(a)/b", "a,b", "b > 0"},
    {Expect::convex, "x^T x + a^2", "x,a", ""},
    {Expect::concave, "log(a)", "a", ""},
    {Expect::concave, "log(a b)", "a,b", "a > 0;b > 0"},
    {Expect::concave, "det(X)^(1/3)", "X", "X[3,3] pd"},
    {Expect::convex, "1/det(X)", "X", "X[n,n] pd"},
    {Expect::convex, "tr(X^2)", "X", "X[n,n] symmetric"},
    {Expect::convex, "||X||_F^2", "X", ""},
    {Expect::convex, "||A X B - C||_F^2", "X", ""},
    {Expect::convex, "||X||_F", "X", ""},
    {Expect::convex, "tr(X^T P X)", "X", "P[n,n] psd"},
    {Expect::convex, "sum((A X).^2)", "X", ""},
    {Expect::convex, "sum(p) * log(sum(exp(x)))", "x", "p[n] >= 0"},
    {Expect::convex, "-p^T log_softmax(x)", "x", "p[n] >= 0"},
    {Expect::convex, "cross_entropy(p, softmax(W x))", "x", "p[n] >= 0"},
    {Expect::convex, "cross_entropy(p, softmax(W x))", "W", "p[n] >= 0"},
    {Expect::affine, "a^T x", "x", "a[n]"},
    {Expect::affine, "tr(A X)", "X", ""},
    {Expect::affine, "sum(X)", "X", ""},
    {Expect::affine, "a^T x + b", "x,b", "a[n]"},
    {Expect::affine, "x^T A y", "x", ""},
    {Expect::neither, "x^T A y", "x,y", ""},
    {Expect::neither, "a b", "a,b", ""},
    {Expect::neither, "x^T A x", "x", ""},
    {Expect::neither, "a^3", "a", ""},
    {Expect::neither, "sin(a)", "a", ""},
    {Expect::neither, "sigmoid(a)", "a", ""},
    {Expect::neither, "tanh(a)", "a", ""},
    {Expect::neither, "||W H - X||^2", "W,H", ""},
    {Expect::convex, "||W H - X||^2", "W", ""},
    {Expect::convex, "||W H - X||^2", "H", ""},
    {Expect::neither, "exp(-a^2)", "a", ""},
    {Expect::neither, "log(1 + a^2)", "a", ""},
    {Expect::neither, "a/b", "a,b", "a > 0;b > 0"},
    {Expect::neither, "1/a", "a", ""},
    {Expect::neither, "sum(x .* log(x ./ y))", "x,y", ""},
    {Expect::neither, "-log det X", "X", ""},
    {Expect::neither, "cos(a)", "a", ""},
    {Expect::neither, "abs(a) - abs(b)", "a,b", ""},
    {Expect::neither, "relu(a) - relu(2 a - 1)", "a", ""},
    {Expect::neither, "a^2 - b^2", "a,b", ""},
    {Expect::neither, "a^4 - a^2", "a", ""},
    {Expect::neither, "x^T x - (c^T x)^2", "x", "c[n]"},
    {Expect::neither, "softmax(x)[1]", "x", ""},
    {Expect::neither, "det X", "X", ""},
    {Expect::neither, "a^2 b^2", "a,b", ""},
    {Expect::neither, "sum(sin(x))", "x", ""},
    {Expect::convex, "where(b > 0, a^2, exp(a))", "a", ""},
    {Expect::convex, "a^2 - 2 a b + b^2", "a,b", ""},
    {Expect::convex, "(a - b)^2", "a,b", ""},
    {Expect::convex, "x^T P x - 2 c^T x + a", "x", "P[n,n] psd;c[n]"},
    {Expect::convex, "(x^T x) (y^T y) - (x^T y)^2", "x", ""},
    {Expect::convex, "||x||^2 ||y||^2 - (x^T y)^2", "x", ""},
    {Expect::convex, "x^T (diag(p) - p p^T) x", "x", "p[n] simplex"},
    {Expect::convex, "sum(p) sum(p .* x.^2) - (p^T x)^2", "x", "p[n] >= 0"},
    {Expect::convex, "(1 + exp(a))^2", "a", ""},
    {Expect::convex, "sqrt(1 + a^2)", "a", ""},
    {Expect::convex, "a - log(a)", "a", ""},
    {Expect::convex, "1/a - log(a)", "a", ""},
    {Expect::convex, "a^1.5", "a", ""},
    {Expect::concave, "a^0.3", "a", ""},
    {Expect::convex, "a^-0.5", "a", ""},
    {Expect::convex, "-sqrt(a b)", "a,b", "a > 0;b > 0"},
    {Expect::convex, "log(sum(exp(x))) + x^T P x", "x", "P[n,n] pd"},
    {Expect::convex, "exp(a) log(1 + exp(a))", "a", ""},
    {Expect::convex, "-log(1 - exp(-a))", "a", "a > 0"},
    {Expect::convex, "-log(1 - x^T x)", "x", ""},
    {Expect::convex, "log(1/a)", "a", ""},
    {Expect::convex, "sqrt(x^T x + a^2)", "x,a", ""},
    {Expect::convex, "sum(max(X, axis=2))", "X", ""},
    {Expect::convex, "max(A x - b) + lambda ||x||_1", "x", "b[m];lambda > 0"},
    {Expect::convex, "norm2(A x - b) + lambda ||x||_1", "x", "b[m];lambda > 0"},
    {Expect::convex, "sum(where(abs(x) <= 1, x.^2/2, abs(x) - 1/2))", "x", ""},
    {Expect::convex, "sum(sqrt(1 + x.^2) - 1)", "x", ""},
    {Expect::convex, "sum(exp(-x)) + sum(x)", "x", ""},
    {Expect::convex, "sum(where(abs(x) <= 2, x.^2/2, 2 abs(x) - 2))", "x", ""},
    {Expect::convex, "sum(where(abs(A x - b) > 1, abs(A x - b) - 1/2, (A x - b).^2/2))", "x", "b[m]"},
    {Expect::convex, "where(a > 0, a, exp(a) - 1)", "a", ""},
    {Expect::concave, "where(a > 1, a, 2 a - 1)", "a", ""},
    {Expect::neither, "sum(where(abs(x) <= 1, x.^2/2, abs(x)/3 + 1/6))", "x", ""},
    {Expect::neither, "where(a > 0, a^2, 1)", "a", ""},
    {Expect::convex, "b log(sum(exp(x/b)))", "x,b", "b > 0"},
    {Expect::convex, "log(1 + exp(a) + exp(2 a))", "a", ""},
    {Expect::convex, "a atan(a)", "a", ""},
    {Expect::convex, "a asinh(a)", "a", ""},
    {Expect::convex, "sqrt(1 + a^4)", "a", ""},
    {Expect::convex, "a log(a/(a + b))", "a,b", "a > 0;b > 0"},
    {Expect::convex, "-log(a - b^2)", "a,b", ""},
    {Expect::concave, "sqrt(a - b^2)", "a,b", ""},
    {Expect::convex, "a^2/b + b^2/a", "a,b", "a > 0;b > 0"},
    {Expect::convex, "exp(a^2) a^2", "a", ""},
    {Expect::convex, "log(sum(exp(x .* x)))", "x", ""},
    {Expect::convex, "norm2(x)^3", "x", ""},
    {Expect::convex, "a^3 - 3 a^2", "a", "a in [1, 3]"},
    {Expect::concave, "a^3 - 3 a^2", "a", "a in [-3, 1]"},
    {Expect::neither, "a^3 - 3 a^2", "a", "a in [0, 3]"},
    {Expect::concave, "sum(x .* (1 - x))", "x", "x[n] in [0, 1]"},
    {Expect::concave, "b (1 - a) - a^2", "a", "b > 0"},
    {Expect::convex, "-(1 - a) log(1 - a) + 2 (1 - a) log(1 - a)", "a", "a < 1"},
    {Expect::convex, "lgamma(a)", "a", "a > 0"},
    {Expect::concave, "sum(log(x)) + log(b)", "x,b", ""},
    {Expect::convex, "a exp(a)", "a", "a >= 0"},
    {Expect::convex, "b log(1 + exp(a/b))", "a,b", "b > 0"},
    {Expect::convex, "b exp(a/b)", "a,b", "b > 0"},
};
// clang-format on

}  // namespace

TEST_CASE("functions of known curvature get their certificate") {
    REQUIRE(std::size(rows) >= 130);
    for (const Row& row : rows) {
        INFO(row.expression << " in " << row.variables);
        const auto [model, expression] = read(row);
        const ConvexityAnswer answer =
            certify_convexity(*model, expression.expr, expression.wanted);
        INFO(summary(answer));
        CHECK(answer.certificate == certificate(row.expect));
        if (row.expect == Expect::neither) {
            REQUIRE(answer.downwards);
            CHECK(answer.downwards->curvature < 0);
            CHECK(answer.upwards.has_value());
        } else if (row.expect != Expect::unknown) {
            CHECK_FALSE(answer.proof.empty());
        }
    }
}

TEST_CASE("what is proved to be convex has no counterexample") {
    for (const Row& row : rows) {
        if (row.expect == Expect::neither || row.expect == Expect::unknown) continue;
        INFO(row.expression << " in " << row.variables);
        const auto [model, expression] = read(row);
        const CurvatureSearch found =
            search_curvature(*model, expression.expr, expression.wanted, {});
        if (row.expect != Expect::concave) CHECK_FALSE(found.downwards);
        if (row.expect != Expect::convex) CHECK_FALSE(found.upwards);
    }
}

TEST_CASE("a proof says its steps, a line each, and the domain") {
    const Row least_squares{Expect::convex, "||X w - y||^2 + lambda/2 ||w||^2", "w", "lambda >= 0"};
    const auto [model, expression] = read(least_squares);
    const auto answer = certify_convexity(*model, expression.expr, expression.wanted);
    CHECK(std::count(answer.proof.begin(), answer.proof.end(), "y - X w is affine") == 1);
    CHECK(answer.proof.back() ==
          "||X w - y||^2 + lambda ||w||^2/2 is convex: a sum of convex terms");

    const auto [barrier, f] = read({Expect::convex, "-sum(log(b - A x))", "x", "b[m]"});
    const auto other = certify_convexity(*barrier, f.expr, f.wanted);
    CHECK(summary(other) == "convex in x, where b - A x > 0");
    const auto [entropy, e] = read({Expect::convex, "sum((b - A x) .* log(b - A x))", "x", "b[m]"});
    CHECK(summary(certify_convexity(*entropy, e.expr, e.wanted)) ==
          "convex in x, where b - A x > 0");
    const auto [logarithm, g] = read({Expect::convex, "1/a - log(a)", "a", ""});
    CHECK(summary(certify_convexity(*logarithm, g.expr, g.wanted)) == "convex in a, where a > 0");
}

TEST_CASE("a counterexample names every value") {
    const auto [model, expression] = read({Expect::neither, "x^T A x", "x", ""});
    const auto answer = certify_convexity(*model, expression.expr, expression.wanted);
    REQUIRE(answer.downwards);
    CHECK(answer.downwards->point.size() == 2);
    CHECK(answer.downwards->direction.size() == 1);
    CHECK(summary(answer) == "neither convex nor concave in x");
}

TEST_CASE("variables whose declared values leave gaps are not called convex for them") {
    // On whole numbers, and on rotations, there is no segment to be convex on; the proof is about
    // the space around, and nothing is refuted there.
    const auto [model, expression] = read({Expect::unknown, "a^3", "a", "a integer"});
    CHECK(certify_convexity(*model, expression.expr, expression.wanted).certificate ==
          Certificate::unknown);
    const auto [inverse, f] = read({Expect::unknown, "tr(X^-1)", "X", "X[n,n] invertible"});
    CHECK(certify_convexity(*inverse, f.expr, f.wanted).certificate == Certificate::unknown);
}

TEST_CASE("sign and monotonicity") {
    const auto says = [](const char* expression, const char* variables, const char* declarations) {
        const auto [model, f] = read({Expect::unknown, expression, variables, declarations});
        return sign_summary(certify_convexity(*model, f.expr, f.wanted));
    };
    CHECK(says("log(sum(exp(x)))", "x", "") == "increasing in x");
    CHECK(says("x^T x", "x", "") == "at least 0");
    CHECK(says("sigmoid(a)", "a", "") == "between 0 and 1; increasing in a");
    CHECK(says("1 - sigmoid(a)", "a", "") == "between 0 and 1; decreasing in a");
    CHECK(says("a/b", "a,b", "a > 0;b > 0") == "at least 0; increasing in a; decreasing in b");
    CHECK(says("sum(relu(x)) + max(x)", "x", "") == "increasing in x");
    CHECK(says("log(a)", "a", "") == "increasing in a");
    CHECK(says("a^3 + a", "a", "") == "increasing in a");
    CHECK(says("a^2", "a", "a in [0, 3]") == "between 0 and 9; increasing in a");
    // It falls on either side of a pole, or stands still but for a jump: no claim.
    CHECK(says("1/a", "a", "").empty());
    CHECK(says("-sign(a)", "a", "") == "between -1 and 1");
    CHECK(says("x^T A x", "x", "").empty());
}
