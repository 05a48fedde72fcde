#include "runtime/check_extents.hpp"

#include <catch2/catch.hpp>
#include <nabla/error.hpp>
#include <vector>

#include "ir/build.hpp"
#include "ir/context.hpp"

using namespace nabla;
using runtime::check_extents;

namespace {

void check_input(ir::Expr symbol, const ir::DimValues& dims) {
    check_extents({}, std::vector{symbol}, dims);
}

}  // namespace

TEST_CASE("possible sizes pass") {
    ir::Context context;
    const ir::Dim n = context.dim("n");
    const ir::Expr d = context.symbol("D", {n - context.dim(1), n});
    check_input(d, {{"n", 2}});
    check_input(context.symbol("x", {n}), {{"n", runtime::max_dimension}});
    check_input(context.symbol("s", {}), {});
}

TEST_CASE("a declared size of nothing is told with what makes it so") {
    ir::Context context;
    const ir::Dim n = context.dim("n");
    const ir::Expr d = context.symbol("D", {n - context.dim(1), n});
    CHECK_THROWS_WITH(check_input(d, {{"n", 1}}),
                      Catch::Contains("would be 0") && Catch::Contains("n = 1"));
    CHECK_THROWS_AS(check_input(d, {{"n", 0}}), InputError);
    CHECK_THROWS_WITH(check_input(d, {}), Catch::Contains("n is not known"));
}

TEST_CASE("arrays that no memory holds are refused, also where the product overflows") {
    ir::Context context;
    const ir::Dim m = context.dim("m");
    const ir::Dim n = context.dim("n");
    const ir::Expr a = context.symbol("A", {m, n});
    for (const std::int64_t size : {std::int64_t{1} << 31, std::int64_t{1} << 32,
                                    std::int64_t{1} << 40, std::int64_t{1} << 62}) {
        CHECK_THROWS_WITH(check_input(a, {{"m", size}, {"n", size}}), Catch::Contains("too large"));
    }
    check_input(a, {{"m", 1 << 20}, {"n", 1 << 20}});
}

TEST_CASE("what an expression computes on the way is checked too") {
    ir::Context context;
    const ir::Dim n = context.dim("n");
    const ir::Expr x = context.symbol("x", {n});
    const ir::Expr f = ir::sum_entries(ir::map(ir::Fn::exp, {ir::outer(x, x)}));
    check_extents(std::vector{f}, std::vector{x}, {{"n", 1 << 20}});
    CHECK_THROWS_WITH(check_extents(std::vector{f}, std::vector{x}, {{"n", 1 << 30}}),
                      Catch::Contains("too large"));
}
