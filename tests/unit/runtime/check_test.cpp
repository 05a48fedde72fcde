#include "runtime/check.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <nabla/error.hpp>
#include <random>
#include <string>
#include <vector>

#include "runtime/check_facts.hpp"
#include "runtime/model_state.hpp"
#include "runtime/random_point.hpp"

using namespace nabla;
using namespace nabla::runtime;

namespace {

CheckReport check(const std::string& declarations, const std::string& expression) {
    const auto model = ModelState::from_source("test", declarations, true);
    syntax::Expression read;
    {
        const auto lock = model->lock();
        read = model->read(expression);
    }
    return check_derivatives(*model, read.expr, read.symbols, read.symbols, {});
}

}  // namespace

TEST_CASE("derivatives agree with differences of the expression without facts") {
    const std::string declarations =
        "param S[n, n] symmetric\nparam K[n, n] antisymmetric\nparam P[n, n] pd\n"
        "param L[n, n] lower\nparam D[n, n] diagonal\nparam Q[n, n] orthogonal\n"
        "param p[n] simplex\nparam t in [1, 2]\nparam u[m] > 0\nparam v[n]\nparam X[m, n]\n";
    for (const char* expression : {"v' S v", "tr(S^3) + v' K X' u", "log(det(P)) + v' P^-1 v",
                                   "tr(D^2 S)", "sum(Q v)", "sum(p) + p' v", "t^2 log(t)",
                                   "X v - log(u)", "||X v||^2", "sum(log(u))", "grad(v' S v, v)"}) {
        INFO(expression);
        const CheckReport report = check(declarations, expression);
        CHECK_FALSE(report.rows.empty());
        CHECK(report.passed());
        for (const CheckRow& row : report.rows) {
            INFO(row.name);
            CHECK(row.points == 5);
            CHECK(row.error < 1e-8);
        }
    }
}

TEST_CASE("a derivative that differs is found") {
    // The derivative of a kink taken at its tip by convention is no limit of differences.
    const auto model = ModelState::from_source("test", "param x[n]", false);
    syntax::Expression read;
    {
        const auto lock = model->lock();
        read = model->read("sum(abs(x - x) + x.^2)");
    }
    CHECK(check_derivatives(*model, read.expr, read.symbols, read.symbols, {}).passed());
    CheckReport wrong;
    wrong.rows = {{"x", {3}, 5, 3, 1e-3}};
    CHECK_FALSE(wrong.passed());
}

TEST_CASE("where nothing is finite the check says so") {
    CHECK_THROWS_WITH(check("param x[n]", "sum(log(-exp(x)))"), Catch::Contains("no random point"));
}

TEST_CASE("sizes that dim lines tie are found") {
    const CheckReport report =
        check("dim n >= 6\ndim k = n - 5\nparam x[n]\nparam y[k]", "x' x + y' y");
    CHECK(report.passed());
    REQUIRE(report.rows.size() == 2);
    CHECK(report.rows[0].sizes[0] >= 6);
    CHECK(report.rows[1].sizes[0] == report.rows[0].sizes[0] - 5);
}

TEST_CASE("random arrays keep the declared facts") {
    const auto model = ModelState::from_source(
        "test",
        "param a[n, n] symmetric\nparam b[n, n] antisymmetric\nparam c[n, n] diagonal\n"
        "param d[n, n] lower\nparam e[n, n] upper\nparam f[n, n] orthogonal\nparam g[n, n] psd\n"
        "param h[n, n] pd\nparam i_[n] simplex\nparam j[n] > 2\nparam k[n] in [3, 4]\n"
        "param l[n] <= -1\nparam o[n] integer\nparam q[n, n] pd diagonal\n",
        false);
    std::mt19937 random(7);
    for (const ir::Declaration& declaration : model->module().declarations) {
        const Sizes sizes(declaration.symbol.rank(), 5);
        for (const Region region :
             {Region::around_zero, Region::positive, Region::inside_unit_interval}) {
            INFO(declaration.text);
            const Array array = random_array(declaration, sizes, region, random);
            CHECK_NOTHROW(check_facts({"x", array, "", false, false}, declaration));
        }
    }
}
