// GENO models become the module that a native file with the same meaning becomes.

#include <catch2/catch.hpp>

#include "frontend/frontend.hpp"
#include "ir/context.hpp"

#include <string>

using namespace nabla;
using syntax::Source;

namespace {

ir::Module read(ir::Context& context, const std::string& text) {
    return syntax::elaborate_module(context, Source("model", text));
}

const ir::Problem& problem_of(const ir::Module& module) {
    return std::get<ir::Problem>(module.requests.at(0));
}

/// The objective of a GENO model and of a native file, in one context.
void check_same(const std::string& geno, const std::string& native) {
    ir::Context context;
    INFO(geno);
    const ir::Module a = read(context, geno);
    const ir::Module b = read(context, native);
    REQUIRE(a.requests.size() == 1);
    REQUIRE(b.requests.size() == 1);
    CHECK(problem_of(a).objective == problem_of(b).objective);
    CHECK(problem_of(a).maximize == problem_of(b).maximize);
    CHECK(problem_of(a).variables == problem_of(b).variables);
    REQUIRE(problem_of(a).constraints.size() == problem_of(b).constraints.size());
    for (std::size_t i = 0; i < problem_of(a).constraints.size(); ++i) {
        const ir::Constraint& x = problem_of(a).constraints[i];
        const ir::Constraint& y = problem_of(b).constraints[i];
        CHECK(x.left == y.left);
        CHECK(x.right == y.right);
        CHECK(x.relation == y.relation);
    }
}

}  // namespace

TEST_CASE("GENO models become native modules") {
    check_same(R"(parameters
  Matrix A
  Vector b
  Scalar c
variables
  Vector x
min
  norm2(A*x - b)^2 + c*norm1(x)
st
  sum(x) == 1
  x >= 0
)",
               R"(param A[m, n]
param b[m]
param c
var x[n]
minimize norm2(A x - b)^2 + c norm1(x) over x subject to sum(x) == 1, x >= 0
)");
    check_same(
        "parameters\n matrix K symmetric\n scalar c\n vector y\nvariables\n vector a\n"
        "max\n -0.5*(a.*y)'*K*(a.*y)+sum(a)\nst\n 0 <= a\n -a >= -c\n y'*a == 0\n",
        "param K[n, n] symmetric\nparam c\nparam y[n]\nvar a[n]\n"
        "maximize -0.5*(a.*y)'*K*(a.*y)+sum(a) over a\n"
        "  subject to 0 <= a, -a >= -c, y' a == 0\n");
    // Everything on the lines of the block words; comments; several names and kinds on a line.
    check_same(
        "# a comment\nparameters matrix A sparse, B vector b, c # more\n"
        "variables vector x scalar t\nmin c'*x + tr(A'*B)\n  + t // goes on\n"
        "s.t. A*x <= b\n",
        "param A[m, n]\nparam B[m, n]\nparam b[m]\nparam c[n]\nvar x[n]\nvar t\n"
        "minimize c'*x + tr(A'*B) + t over x, t subject to A*x <= b\n");
}

TEST_CASE("GENO's sizes come from use, and a line goes on where it must") {
    ir::Context context;
    const ir::Module module = read(context, R"(variables
  matrix X
  matrix S psd
min
  sum(log(exp(X*S) +
      matrix(1)))
st
  tr(S)
    == 1
  max(
    sum(X), 2) <= 3
)");
    REQUIRE(module.declarations.size() == 2);
    CHECK(ir::to_string(module.declarations[0].symbol.shape()) == "m×n");
    CHECK(ir::to_string(module.declarations[1].symbol.shape()) == "n×n");
    CHECK(module.declarations[1].symbol.has(ir::Fact::psd));
    CHECK(module.declarations[0].symbol.symbol().is_variable);
    CHECK(problem_of(module).constraints.size() == 2);
    CHECK(problem_of(module).text ==
          "minimize sum(log(exp(X*S) + matrix(1))) over X, S subject to tr(S) == 1, "
          "max( sum(X), 2) <= 3");
    CHECK(problem_of(module).where.line == 4);
}

TEST_CASE("only a model's words make a GENO model") {
    ir::Context context;
    CHECK_THROWS_AS(read(context, "variables + 2\n"), InputError);
    CHECK(read(context, "variables = 2\nshow variables\n").requests.size() == 1);
    CHECK(read(context, "").requests.empty());
}
