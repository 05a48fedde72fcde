// Every line of a derivation, read back and evaluated, has the value that it claims.
#include <catch2/catch.hpp>

#include "generator.hpp"
#include "ir/traverse.hpp"
#include "steps_reader.hpp"

using namespace nabla;
using namespace nabla::ir;
using nabla::testing::World;

TEST_CASE("derivations of random expressions hold line by line", "[property][slow]") {
    testing::ReadCounts counts;
    for (unsigned seed = 0; seed < 1500; ++seed) {
        World world(seed);
        Dim n = world.n;
        const Shape shapes[] = {{}, {}, {n}, {}, {world.m, n}};
        Expr f =
            testing::random_expression(world, shapes[seed % 5], 2 + static_cast<int>(seed % 3));
        const auto style = seed % 2 == 0 ? codegen::TextStyle::ascii : codegen::TextStyle::unicode;
        for (Expr x : world.variables()) {
            if (!depends_on(f, x)) continue;
            CAPTURE(seed, x.symbol().name);
            CHECK(testing::derivation_failure(f, x, 1, world.bindings(), style, counts) == "");
        }
    }
    CHECK(counts.derivations > 10 * counts.skipped);
    CHECK(counts.lines > 6 * counts.derivations);
}

TEST_CASE("derivations of second order hold line by line", "[property]") {
    testing::ReadCounts counts;
    for (unsigned seed = 40000; seed < 40700; ++seed) {
        World world(seed);
        Expr f = testing::random_expression(world, {}, 2);
        for (Expr x : {world.s, world.x, world.A}) {
            if (!depends_on(f, x)) continue;
            CAPTURE(seed, x.symbol().name);
            CHECK(testing::derivation_failure(f, x, 2, world.bindings(), codegen::TextStyle::ascii,
                                              counts) == "");
        }
    }
    CHECK(counts.derivations > 5 * counts.skipped);
}
