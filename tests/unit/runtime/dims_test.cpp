#include "runtime/dims.hpp"

#include <catch2/catch.hpp>
#include <nabla/error.hpp>

#include "ir/context.hpp"

using namespace nabla;
using runtime::DimSolver;

TEST_CASE("sizes of arrays give dimension names their values") {
    ir::Context context;
    const ir::Dim m = context.dim("m");
    const ir::Dim n = context.dim("n");
    DimSolver solver;
    solver.add("X", {m, context.dim(2) * n + context.dim(1)}, {4, 7});
    solver.add("y", {m}, {4});
    CHECK(solver.solve() == ir::DimValues{{"m", 4}, {"n", 3}});
}

TEST_CASE("a size that only a later array settles is found") {
    ir::Context context;
    DimSolver solver;
    solver.add("z", {context.dim("m") * context.dim("n")}, {6});
    solver.add("x", {context.dim("n")}, {2});
    CHECK(solver.solve() == ir::DimValues{{"m", 3}, {"n", 2}});
}

TEST_CASE("sizes that disagree name both arrays") {
    ir::Context context;
    const ir::Dim m = context.dim("m");
    DimSolver solver;
    solver.add("X", {m, context.dim("n")}, {4, 2});
    solver.add("y", {m}, {5});
    CHECK_THROWS_WITH(solver.solve(),
                      "the value of y is 5, which does not fit y[m]: m = 4 (from X)");

    DimSolver whole;
    whole.add("x", {context.dim(2) * m}, {5});
    CHECK_THROWS_WITH(whole.solve(), Catch::Contains("no size m makes 2m equal 5") ||
                                         Catch::Contains("no size m makes 2 m equal 5"));
    DimSolver fixed;
    fixed.add("x", {context.dim(3)}, {4});
    CHECK_THROWS_AS(fixed.solve(), InputError);
}

TEST_CASE("another rank than the declared one is an error in words") {
    ir::Context context;
    DimSolver solver;
    CHECK_THROWS_WITH(solver.add("X", {context.dim("m"), context.dim("n")}, {4}),
                      "X[m, n] is a matrix, but its value is a vector (4)");
    CHECK_THROWS_WITH(solver.add("a", {}, {2, 3}),
                      "a is a scalar, but its value is a matrix (2×3)");
}

TEST_CASE("a dimension has one value") {
    DimSolver solver;
    solver.fix("n", 3, "--dim");
    CHECK_THROWS_AS(solver.fix("n", 4, "dim n"), InputError);
    CHECK_THROWS_AS(solver.fix("m", -1, "--dim"), InputError);
}

TEST_CASE("a size that nothing fixes is named") {
    ir::Context context;
    CHECK_THROWS_WITH(runtime::concrete_sizes({context.dim("k")}, {}, "w"),
                      "the size k of w is not known");
    CHECK(runtime::concrete_sizes({context.dim("k")}, {{"k", 2}}, "w") == Sizes{2});
}

TEST_CASE("a dimension is at least 1 and not absurd") {
    DimSolver solver;
    CHECK_THROWS_WITH(solver.fix("n", 0, "--dim"), "n cannot be 0 (--dim)");
    CHECK_THROWS_WITH(solver.fix("n", INT64_MAX, "--dim"), Catch::Contains("too large"));
    ir::Context context;
    CHECK_THROWS_WITH(solver.add("x", {context.dim("k")}, {0}), "the value of x is empty (0)");
    DimSolver product;
    product.fix("m", 1LL << 40, "--dim");
    product.fix("n", 1LL << 40, "--dim");
    product.fix("k", 1LL << 40, "--dim");
    const ir::Dim cube = context.dim("m") * context.dim("n") * context.dim("k");
    product.add("x", {cube * context.dim(1LL << 40)}, {3});
    CHECK_THROWS_WITH(product.solve(), Catch::Contains("too large"));
}

TEST_CASE("a name that is tied to others follows them, and they follow it") {
    ir::Context context;
    const ir::Dim n = context.dim("n");
    const ir::DimSubstitution tie{{"m", n - context.dim(3)}};
    DimSolver too_small;
    too_small.fix_all(tie);
    too_small.fix("n", 3, "--dim");
    CHECK_THROWS_WITH(too_small.solve(), Catch::Contains("would be 0") && Catch::Contains("n = 3"));
    DimSolver backwards;
    backwards.fix_all(tie);
    backwards.fix("m", 2, "--dim");
    CHECK(backwards.solve().at("n") == 5);
    DimSolver both;
    both.fix_all(tie);
    both.fix("m", 2, "--dim");
    both.fix("n", 4, "--dim");
    CHECK_THROWS_AS(both.solve(), InputError);
}
