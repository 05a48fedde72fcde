// Sampled sizes and values against everything that a declaration can say.
#include "runtime/sample.hpp"

#include <catch2/catch.hpp>

#include "runtime/check_facts.hpp"
#include "runtime/model_state.hpp"

using namespace nabla;
using runtime::Sampler;
using runtime::Spread;

namespace {

constexpr Spread spreads[] = {Spread::integers, Spread::normal, Spread::positive, Spread::unit,
                              Spread::wide};

std::shared_ptr<const runtime::ModelState> model_of(const std::string& text) {
    return runtime::ModelState::from_source("test.nabla", text, false);
}

}  // namespace

TEST_CASE("sampled values have every declared fact") {
    const auto model = model_of(R"(
param a[n, n] symmetric
param b[n, n] antisymmetric
param c[n, n] diagonal
param d[n, n] lower invertible
param e[n, n] upper
param f[n, n] orthogonal
param g[n, n] psd
param h[n, n] pd >= 0
param i[n, n] orthogonal symmetric
param j[n, n] diagonal pd
param k[n] simplex
param l[m, n] in [-1, 2]
param o > 0
param q <= -3
param r[n] integer in [0, 4]
param s[n] integer > 0
param t[n, n] pd orthogonal
param u[n] simplex >= 0.01
param v[m, n] full_rank
param w < 0
param x[n, n] lower orthogonal
param z[n, n] integer symmetric
)");
    Sampler sampler(model->module(), 1);
    std::vector<ir::Expr> symbols;
    for (const auto& declaration : model->module().declarations) {
        symbols.push_back(declaration.symbol);
    }
    for (int round = 0; round < 20; ++round) {
        const auto dims = sampler.sizes(symbols);
        REQUIRE(dims);
        for (const auto& declaration : model->module().declarations) {
            const std::string& name = declaration.symbol.symbol().name;
            INFO(name);
            const auto value = sampler.value(declaration.symbol, *dims, spreads[round % 5]);
            REQUIRE(value);
            CHECK(value->rank() == declaration.symbol.rank());
            CHECK_NOTHROW(
                runtime::check_facts({name, *value, "sample", false, false}, declaration));
        }
    }
}

TEST_CASE("sampled sizes keep to the dim lines and to each other") {
    const auto model = model_of(
        "dim n >= 3\ndim n <= 5\ndim k = n - 2\nparam A[m, 2n+1]\n"
        "param B[k, m - 1]\nparam x[4]\n");
    Sampler sampler(model->module(), 2);
    std::vector<ir::Expr> symbols;
    for (const auto& declaration : model->module().declarations) {
        symbols.push_back(declaration.symbol);
    }
    for (int round = 0; round < 50; ++round) {
        const auto dims = sampler.sizes(symbols);
        REQUIRE(dims);
        CHECK(dims->at("n") >= 3);
        CHECK(dims->at("n") <= 5);
        CHECK(dims->at("m") >= 2);
        const auto B = sampler.value(symbols[1], *dims, Spread::normal);
        REQUIRE(B);
        CHECK(B->sizes() == Sizes{static_cast<std::size_t>(dims->at("n") - 2),
                                  static_cast<std::size_t>(dims->at("m") - 1)});
    }
}

TEST_CASE("what cannot be sampled is not") {
    const auto large = model_of("param A[100000, 100000]\n");
    Sampler sampler(large->module(), 3);
    const std::vector<ir::Expr> A{large->module().declarations[0].symbol};
    CHECK_FALSE(sampler.sizes(A));
    // Not a simplex of ones: the bounds leave no room.
    const auto tight = model_of("param p[3] simplex <= 0.1\n");
    Sampler other(tight->module(), 4);
    CHECK_FALSE(other.value(tight->module().declarations[0].symbol, {}, Spread::unit));
}

TEST_CASE("the same seed gives the same values") {
    const auto model = model_of("param A[m, n]\n");
    const ir::Expr A = model->module().declarations[0].symbol;
    Sampler one(model->module(), 5);
    Sampler two(model->module(), 5);
    const auto dims = one.sizes(std::vector{A});
    REQUIRE(dims == two.sizes(std::vector{A}));
    const auto a = one.value(A, *dims, Spread::wide);
    const auto b = two.value(A, *dims, Spread::wide);
    CHECK(std::equal(a->values().begin(), a->values().end(), b->values().begin()));
}
