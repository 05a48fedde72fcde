#include "runtime/check_facts.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <nabla/error.hpp>
#include <utility>
#include <vector>

#include "ir/context.hpp"

using namespace nabla;

namespace {

void check(ir::Facts facts, Array array) {
    ir::Context context;
    ir::Shape shape;
    for (const std::size_t size : array.sizes()) {
        shape.push_back(context.dim(static_cast<std::int64_t>(size)));
    }
    ir::Declaration declaration;
    declaration.symbol = context.symbol("A", shape, facts);
    runtime::check_facts({"A", std::move(array), "", false, true}, declaration);
}

}  // namespace

TEST_CASE("data that keep the declared facts pass") {
    check(ir::Fact::symmetric, Array({2, 2}, {1, 2, 2 + 1e-12, 3}));
    check(ir::Fact::pd, Array({2, 2}, {2, 1, 1, 2}));
    check(ir::Fact::psd, Array({2, 2}, {1, 1, 1, 1}));
    check(ir::Fact::diagonal, Array({2, 2}, {1, 0, 0, 3}));
    check(ir::Fact::lower, Array({2, 2}, {1, 0, 5, 3}));
    check(ir::Fact::antisymmetric, Array({2, 2}, {0, -5, 5, 0}));
    check(ir::Fact::orthogonal, Array({2, 2}, {0, -1, 1, 0}));
    check(ir::Fact::simplex, Array({3}, {0.1, 0.7, 0.2}));
    check(ir::Fact::positive, Array(3.0));
}

TEST_CASE("data that break a declared fact are told with the entry") {
    CHECK_THROWS_WITH(check(ir::Fact::symmetric, Array({2, 2}, {1, 2, 0, 3})),
                      "A is declared symmetric, but A[1, 2] is 2 and A[2, 1] is 0");
    CHECK_THROWS_WITH(check(ir::Fact::pd, Array({2, 2}, {1, 2, 2, 1})),
                      Catch::Contains("smallest eigenvalue is -1"));
    CHECK_THROWS_WITH(check(ir::Fact::diagonal, Array({2, 2}, {1, 0, 4, 1})),
                      Catch::Contains("A[2, 1] is 4"));
    CHECK_THROWS_WITH(check(ir::Fact::lower, Array({2, 2}, {1, 4, 0, 1})),
                      Catch::Contains("A[1, 2] is 4"));
    CHECK_THROWS_WITH(check(ir::Fact::upper, Array({2, 2}, {1, 0, 4, 1})),
                      Catch::Contains("A[2, 1] is 4"));
    CHECK_THROWS_WITH(check(ir::Fact::antisymmetric, Array({2, 2}, {1, 2, -2, 0})),
                      Catch::Contains("A[1, 1] is 1"));
    CHECK_THROWS_WITH(check(ir::Fact::orthogonal, Array({2, 2}, {1, 0, 1, 0})),
                      Catch::Contains("rows 1 and 2"));
    CHECK_THROWS_WITH(check(ir::Fact::simplex, Array({2}, {0.5, 0.6})),
                      Catch::Contains("sum to 1.1"));
    CHECK_THROWS_WITH(check(ir::Fact::positive, Array({2}, {1, 0})), Catch::Contains("A[2] is 0"));
    CHECK_THROWS_WITH(check(ir::Fact::integer, Array(1.5)), Catch::Contains("A is 1.5"));
}

TEST_CASE("rows and columns that depend on each other break invertible and full_rank") {
    check(ir::Fact::invertible, Array({2, 2}, {1, 1, 1, 1 + 1e-9}));
    check(ir::Fact::invertible, Array({2, 2}, {1e-200, 0, 0, 1e200}));
    check(ir::Fact::invertible, Array({2, 2}, {NAN, 1, 1, 1}));
    check(ir::Fact::full_rank, Array({3, 2}, {1, 2, 3, 4, 5, 6}));
    check(ir::Fact::full_rank, Array({2, 3}, {1, 2, 3, 4, 5, 6}));
    check(ir::Fact::full_rank, Array({3, 2}, {1e9, 1e-9, 1e9, 2e-9, 1e9, 3e-9}));
    CHECK_THROWS_WITH(check(ir::Fact::invertible, Array({2, 2}, {1, 1, 1, 1})),
                      "A is declared invertible, but its row 2 is a combination of the others, up "
                      "to rounding");
    CHECK_THROWS_WITH(check(ir::Fact::invertible, Array({3, 3}, {1, 2, 3, 4, 5, 6, 7, 8, 9})),
                      Catch::Contains("is a combination of the others"));
    CHECK_THROWS_WITH(check(ir::Fact::invertible, Array({2, 2}, {1, 2, 0, 0})),
                      Catch::Contains("row 2 is zero"));
    CHECK_THROWS_WITH(check(ir::Fact::full_rank, Array({3, 2}, {1, 2, 2, 4, 3, 6})),
                      Catch::Contains("declared full_rank, but its column 2"));
    CHECK_THROWS_WITH(check(ir::Fact::full_rank, Array({2, 3}, {1, 2, 3, 0.1, 0.2, 0.3})),
                      Catch::Contains("declared full_rank, but its row"));
    CHECK_THROWS_WITH(check(ir::Fact::full_rank, Array({3, 2}, {1, 0, 2, 0, 3, 0})),
                      Catch::Contains("column 2 is zero"));
}

TEST_CASE("independence is told from rounding at larger sizes") {
    constexpr std::size_t n = 60;
    std::vector<double> entries(n * n);
    unsigned state = 1;
    for (double& entry : entries) {
        state = state * 1664525U + 1013904223U;
        entry = static_cast<double>(state >> 8U) / 0x1p24 - 0.5;
    }
    check(ir::Fact::invertible, Array({n, n}, entries));
    // The last row becomes the sum of all others.
    for (std::size_t j = 0; j < n; ++j) {
        double sum = 0;
        for (std::size_t i = 0; i + 1 < n; ++i) sum += entries[i * n + j];
        entries[(n - 1) * n + j] = sum;
    }
    CHECK_THROWS_AS(check(ir::Fact::invertible, Array({n, n}, entries)), InputError);
}

TEST_CASE("the diagonal of an antisymmetric matrix is zero") {
    CHECK_THROWS_WITH(check(ir::Fact::antisymmetric, Array({2, 2}, {1, 2, -2, 0})),
                      "A is declared antisymmetric, but A[1, 1] is 1, and its diagonal must be 0");
}
