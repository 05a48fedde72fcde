#include "runtime/session/literal_array.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <nabla/error.hpp>
#include <vector>

using namespace nabla;
using runtime::array_literal;
using runtime::literal_array;

TEST_CASE("arrays written as numbers") {
    CHECK(literal_array("3")->sizes().empty());
    CHECK(literal_array(" -2.5e3 ")->scalar() == -2500);
    CHECK(literal_array("[1, 2, 3]")->sizes() == Sizes{3});
    CHECK(literal_array("[1; 2; 3]")->sizes() == Sizes{3});
    CHECK(literal_array("[1, 2; 3, 4; 5, 6]")->sizes() == Sizes{3, 2});
    CHECK(literal_array("[[1, 2],\n [3, 4]]")->sizes() == Sizes{2, 2});
    CHECK(literal_array("[[3]]")->sizes() == Sizes{1, 1});
    CHECK(literal_array("[[[1], [2]]]")->sizes() == Sizes{1, 2, 1});
    CHECK(literal_array("[[1, 2], [3, 4]]")->values()[2] == 3);
}

TEST_CASE("what is no literal is left to the language") {
    for (const char* text : {"", "x", "[1, x]", "1 + 2", "[1 2]", "[]", "[1, 2", "[1/2, 3]",
                             "[[1, 2]; [3, 4]]", "1 2", "[1,]"}) {
        INFO(text);
        CHECK_FALSE(literal_array(text).has_value());
    }
}

TEST_CASE("ragged lists and numbers that no double holds are errors") {
    for (const char* text : {"[1, 2; 3]", "[[1, 2], [3]]", "[1, [2]]", "1e999", "[1, -1e400]"}) {
        INFO(text);
        CHECK_THROWS_AS(literal_array(text), InputError);
    }
}

TEST_CASE("literals read back to the same numbers") {
    const double inf = std::numeric_limits<double>::infinity();
    const Array array({2, 3}, {0.1, -1e-308, 1e300, inf, -inf, -0.0});
    const auto back = literal_array(array_literal(array));
    REQUIRE(back.has_value());
    CHECK(back->sizes() == array.sizes());
    for (std::size_t i = 0; i < array.count(); ++i) {
        CHECK(back->values()[i] == array.values()[i]);
        CHECK(std::signbit(back->values()[i]) == std::signbit(array.values()[i]));
    }
    CHECK(std::isnan(literal_array(array_literal(Array(std::nan(""))))->scalar()));
}
