// Work is counted while a limit lives, and only then.

#include <catch2/catch.hpp>

#include "ir/build.hpp"
#include "ir/context.hpp"
#include "ir/work_limit.hpp"
#include "nabla/error.hpp"

using namespace nabla;
using namespace nabla::ir;

TEST_CASE("past the limit work is an error, and after it none is counted") {
    Context context;
    {
        const WorkLimit limit(context, 1000);
        CHECK_NOTHROW(context.spend(1000));
        CHECK_THROWS_AS(context.spend(1), InputError);
    }
    CHECK_NOTHROW(context.spend(1'000'000));
}

TEST_CASE("the outermost limit holds for all parts of a question") {
    Context context;
    const WorkLimit outer(context, 100);
    {
        const WorkLimit inner(context, 1'000'000);
        context.spend(60);
    }
    CHECK_THROWS_AS(context.spend(60), InputError);
}

TEST_CASE("making nodes is work") {
    Context context;
    const WorkLimit limit(context, 2000);
    Expr x = context.symbol("x", {});
    const auto grow = [&] {
        for (int i = 0; i < 1000; ++i) x = add(map(Fn::sin, x), constant(context, i));
    };
    CHECK_THROWS_AS(grow(), InputError);
}
