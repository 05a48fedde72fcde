// Derivatives of random expressions against differences of the interpreted value.
#include <catch2/catch.hpp>
#include <cmath>

#include "generator.hpp"
#include "ir/traverse.hpp"
#include "ir/verify.hpp"
#include "passes/differentiate.hpp"
#include "passes/pipeline.hpp"
#include "passes/simplify.hpp"

using namespace nabla;
using namespace nabla::ir;
using nabla::testing::World;

namespace {

/// Near a kink (abs, relu, max) differences mean nothing: there another step gives another answer.
bool differences_settle(Expr f, Expr x, const Bindings& at, const Tensor& quotient) {
    Tensor finer = testing::difference_quotients(f, x, at, 3e-4);
    return testing::relative_difference(finer, quotient) < 1e-6;
}

struct Counts {
    int checked = 0;
    int skipped = 0;
};

void check_derivative(Expr f, Expr x, World& world, Counts& counts) {
    Expr d = passes::simplify(passes::jacobian(f, x));
    INFO("jacobian: " << verify(d));
    REQUIRE(verify(d).empty());
    Tensor exact = interpret(d, world.bindings());
    Tensor quotient = testing::difference_quotients(f, x, world.bindings());
    bool usable =
        testing::all_finite(quotient) && differences_settle(f, x, world.bindings(), quotient);
    double size = 0;
    for (double v : interpret(f, world.bindings()).data) size = std::max(size, std::abs(v));
    if (!usable || size > 1e5) {
        ++counts.skipped;
        return;
    }
    ++counts.checked;
    REQUIRE(testing::relative_difference(exact, quotient) < 1e-6 * (1 + size));
}

}  // namespace

TEST_CASE("first derivatives of random expressions agree with differences", "[property]") {
    Counts counts;
    for (unsigned seed = 0; seed < 1500; ++seed) {
        World world(seed);
        Dim n = world.n;
        const Shape shapes[] = {{}, {}, {n}, {world.m, n}};
        Expr f =
            testing::random_expression(world, shapes[seed % 4], 3 + static_cast<int>(seed % 2));
        for (Expr x : world.variables()) {
            if (!depends_on(f, x)) continue;
            CAPTURE(seed, x.symbol().name);
            check_derivative(f, x, world, counts);
        }
    }
    CHECK(counts.checked > 6 * counts.skipped);
}

TEST_CASE("second derivatives of random scalars agree with differences of the gradient",
          "[property]") {
    Counts counts;
    for (unsigned seed = 10000; seed < 10600; ++seed) {
        World world(seed);
        Expr f = testing::random_expression(world, {}, 3);
        for (Expr x : {world.x, world.A}) {
            if (!depends_on(f, x)) continue;
            CAPTURE(seed, x.symbol().name);
            Expr g = passes::simplify(passes::gradient(passes::simplify(f), x));
            check_derivative(g, x, world, counts);
        }
    }
    CHECK(counts.checked > 4 * counts.skipped);
}

TEST_CASE("forward and reverse mode agree", "[property]") {
    for (unsigned seed = 20000; seed < 20600; ++seed) {
        World world(seed);
        Expr f = testing::random_expression(world, {world.n}, 3);
        Expr direction = testing::random_expression(world, {world.n}, 0);
        CAPTURE(seed);
        Expr forward = passes::directional(f, world.x, direction);
        Expr reverse = matmul(passes::jacobian(f, world.x), direction);
        Tensor a = interpret(forward, world.bindings()), b = interpret(reverse, world.bindings());
        if (testing::all_finite(a)) CHECK(testing::relative_difference(a, b) < 1e-9);
    }
}

TEST_CASE("finishing keeps the value and settles at once", "[property]") {
    for (unsigned seed = 30000; seed < 30600; ++seed) {
        World world(seed);
        Expr f = testing::random_expression(world, {}, 4);
        CAPTURE(seed);
        Expr simple = passes::simplify(f);
        CHECK(passes::simplify(simple) == simple);
        Tensor before = interpret(f, world.bindings()), after = interpret(simple, world.bindings());
        if (testing::all_finite(before)) CHECK(testing::relative_difference(before, after) < 1e-9);
        Expr finished = passes::finish(f);
        Tensor last = interpret(finished, world.bindings());
        if (testing::all_finite(before)) CHECK(testing::relative_difference(before, last) < 1e-9);
        CHECK(passes::finish(finished) == finished);
    }
}
