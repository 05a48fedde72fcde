#include "runtime/variable_space.hpp"

#include <catch2/catch.hpp>
#include <vector>

using namespace nabla;

namespace {

// The quadratic form of the complement added to a zero Hessian, at a 2×2 matrix.
double complement(ir::Facts facts, const std::vector<double>& x) {
    std::vector<double> hessian(16, 0.0);
    runtime::fill_complement(hessian.data(), 4, 0, 2, facts);
    double form = 0;
    for (std::size_t p = 0; p < 4; ++p) {
        for (std::size_t q = 0; q < 4; ++q) form += x[p] * hessian[p * 4 + q] * x[q];
    }
    return form;
}

}  // namespace

TEST_CASE("the complement of a matrix space vanishes on it and is positive across it") {
    CHECK(complement(ir::Fact::symmetric, {1, 2, 2, 3}) == 0);
    CHECK(complement(ir::Fact::symmetric, {0, 1, -1, 0}) > 0);
    CHECK(complement(ir::Fact::antisymmetric, {0, 1, -1, 0}) == 0);
    CHECK(complement(ir::Fact::antisymmetric, {0, 1, 1, 0}) > 0);
    CHECK(complement(ir::Fact::antisymmetric, {1, 0, 0, 0}) > 0);
    CHECK(complement(ir::Fact::diagonal, {1, 0, 0, 3}) == 0);
    CHECK(complement(ir::Fact::diagonal, {0, 1, 1, 0}) > 0);
    CHECK(complement(ir::Fact::lower, {1, 0, 4, 3}) == 0);
    CHECK(complement(ir::Fact::lower, {0, 1, 0, 0}) > 0);
    CHECK(complement(ir::Fact::upper, {1, 4, 0, 3}) == 0);
    CHECK(complement(ir::Fact::upper, {0, 0, 1, 0}) > 0);
    CHECK(complement({}, {1, 2, 3, 4}) == 0);
}

TEST_CASE("only the variable's own block is touched, in the Hessian's scale") {
    std::vector<double> hessian(25, 0.0);
    for (std::size_t p = 0; p < 5; ++p) hessian[p * 6] = 100;
    runtime::fill_complement(hessian.data(), 5, 1, 2, ir::Fact::symmetric);
    CHECK(hessian[0] == 100);
    CHECK(hessian[1 * 6] == 100);
    CHECK(hessian[2 * 6] == 150);
    CHECK(hessian[2 * 5 + 3] == -50);
}
