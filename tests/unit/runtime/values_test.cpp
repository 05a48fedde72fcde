#include "runtime/values.hpp"

#include <catch2/catch.hpp>
#include <limits>
#include <nabla/error.hpp>
#include <vector>

using namespace nabla;

TEST_CASE("each name is given values once") {
    runtime::Values values;
    values.add({"x", Array(1.0), "a.json", false});
    CHECK_THROWS_WITH(values.add({"x", Array(2.0), "b.csv", false}),
                      Catch::Contains("by a.json and by b.csv"));
    CHECK(values.find("x")->array.scalar() == 1);
    CHECK(values.find("y") == nullptr);
}

TEST_CASE("standardize gives columns mean 0 and variance 1 and leaves constant ones") {
    runtime::Values values;
    values.add({"X", Array({3, 3}, {1, 5, 1e9, 2, 5, 1e9 + 1, 3, 5, 1e9 + 2}), "", false});
    runtime::standardize(values, "X");
    const auto entries = values.find("X")->array.values();
    const double unit = std::sqrt(1.5);
    CHECK(entries[0] == Approx(-unit));
    CHECK(entries[3] == Approx(0).margin(1e-15));
    CHECK(entries[6] == Approx(unit));
    CHECK(entries[1] == 5);
    CHECK(entries[2] == Approx(-unit));

    values.add({"s", Array(1.0), "", false});
    values.add({"bad", Array({2}, {1, std::numeric_limits<double>::infinity()}), "", false});
    CHECK_THROWS_AS(runtime::standardize(values, "s"), InputError);
    CHECK_THROWS_AS(runtime::standardize(values, "bad"), InputError);
    CHECK_THROWS_AS(runtime::standardize(values, "nobody"), InputError);
}

TEST_CASE("views know their layout") {
    const std::vector<double> numbers{1, 2, 3, 4, 5, 6};
    CHECK(ArrayView(numbers.data(), {2, 3}).is_row_major());
    CHECK_FALSE(ArrayView::column_major(numbers.data(), {2, 3}).is_row_major());
    CHECK(ArrayView::column_major(numbers.data(), {6, 1}).is_row_major());
    CHECK(ArrayView(numbers).sizes() == Sizes{6});
}
