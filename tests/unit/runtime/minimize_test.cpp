#include <nabla/nabla.hpp>

#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

using namespace nabla;

namespace {

const char* const ridge = R"(
param X[m, n]
param y[m]
var w[n]
var b
loss = ||X w + b - y||^2 + ||w||^2
)";

const Arrays ridge_data{{"X", Array({3, 2}, {1, 0, 0, 2, 1, 1})}, {"y", Array({3}, {1, 2, 4})}};

}  // namespace

TEST_CASE("minimize fits every var of the objective with every method") {
    const Model model = Model::from_source(ridge);
    const Result newton = minimize(model, "loss", {.method = Newton{}, .data = ridge_data});
    REQUIRE(newton.status == Status::converged);
    CHECK(newton.iterations <= 2);
    for (const Method& method : {Method(Lbfgs{.memory = 5}), Method(GradientDescent{})}) {
        const Result result = minimize(model, "loss", {.method = method, .data = ridge_data});
        CHECK(result.status == Status::converged);
        CHECK(result.gradient_norm <= 1e-8);
        CHECK(result.value == Approx(newton.value));
        CHECK(result.x.at("b").scalar() == Approx(newton.x.at("b").scalar()));
        for (std::size_t j = 0; j < 2; ++j) {
            CHECK(result.x.at("w").values()[j] == Approx(newton.x.at("w").values()[j]));
        }
    }
}

TEST_CASE("what is minimised over can be chosen, also among parameters") {
    const Model model = Model::from_source(ridge);
    Arrays data = ridge_data;
    data.emplace("b", Array(1.0));
    const Result fixed = minimize(model, "loss", {.data = data, .over = {"w"}});
    CHECK(fixed.status == Status::converged);
    CHECK(fixed.x.size() == 1);
    data = ridge_data;
    data.erase("y");
    data.emplace("w", Array({2}, {1, 2}));
    const Result fitted = minimize(model, "loss", {.data = data, .over = {"y", "b"}});
    CHECK(fitted.status == Status::converged);
    CHECK(fitted.value == Approx(5));
    CHECK_THROWS_AS(minimize(model, "loss", {.data = data, .over = {"q"}}), InputError);
}

TEST_CASE("the variables of a minimize statement are the default") {
    const Model model = Model::from_source(std::string(ridge) + "minimize loss over w\n");
    Arrays data = ridge_data;
    data.emplace("b", Array(1.0));
    CHECK(minimize(model, "loss", {.data = data}).x.size() == 1);
}

TEST_CASE("start, tolerance and trace are kept") {
    const Model model = Model::from_source("var x\n");
    std::vector<Iteration> trace;
    const Result result = minimize(model, "(x^2 - 1)^2",
                                   {.tolerance = 1e-3,
                                    .on_iteration = [&](const Iteration& i) { trace.push_back(i); },
                                    .start = {{"x", Array(-3.0)}}});
    CHECK(result.status == Status::converged);
    CHECK(result.x.at("x").scalar() == Approx(-1).epsilon(1e-3));
    CHECK(trace.front().value == 64);
    CHECK(trace.size() == static_cast<std::size_t>(result.iterations) + 1);
}

TEST_CASE("a step out of the domain of a factorisation is taken back") {
    const Model model = Model::from_source("param S[n, n] pd\nvar P[n, n] pd\n");
    for (const Method& method : {Method(Lbfgs{}), Method(Newton{}), Method(GradientDescent{})}) {
        const Result result =
            minimize(model, "tr(S P) - logdet(P)",
                     {.method = method, .data = {{"S", Array({2, 2}, {20, 10, 10, 30})}}});
        CHECK(result.status == Status::converged);
        CHECK(result.x.at("P").values()[0] == Approx(0.06));
        CHECK(result.x.at("P").values()[1] == Approx(-0.02));
    }
}

TEST_CASE("a variable stays in the space that its facts describe") {
    const Arrays data{{"B", Array({2, 2}, {1, 5, 3, 2})}};
    const auto solve = [&](const std::string& fact, const Method& method) {
        const Model model =
            Model::from_source("param B[n, n]\nvar W[n, n] " + fact + "\nf = ||W - B||^2\n");
        const Result result = minimize(model, "f", {.method = method, .data = data});
        CHECK(result.status == Status::converged);
        const auto entries = result.x.at("W").values();
        return std::vector<double>(entries.begin(), entries.end());
    };
    const std::vector<std::pair<std::string, std::vector<double>>> nearest{
        {"symmetric", {1, 4, 4, 2}}, {"diagonal", {1, 0, 0, 2}}, {"antisymmetric", {0, 1, -1, 0}}};
    for (const auto& [fact, expected] : nearest) {
        for (const Method& method : {Method(Newton{}), Method(Lbfgs{})}) {
            CAPTURE(fact, method.index());
            const std::vector<double> found = solve(fact, method);
            for (std::size_t i = 0; i < 4; ++i) {
                CHECK(found[i] == Approx(expected[i]).margin(1e-8));
            }
        }
    }
}

TEST_CASE("what cannot be minimised is an error that says why") {
    const Model model = Model::from_source("param x[n]\nvar w[n]\nvar p[n] simplex\nvar q >= 1\n");
    CHECK_THROWS_AS(minimize(model, "w", {}), InputError);
    CHECK_THROWS_AS(minimize(model, "sum(x)", {}), InputError);
    CHECK_THROWS_WITH(minimize(model, "sum(w)", {}), Catch::Contains("size n"));
    CHECK_THROWS_WITH(minimize(model, "(q - 3)^2", {}), Catch::Contains("has a bound"));
    CHECK_THROWS_WITH(minimize(model, "sum(p .* p)", {.start = {{"p", Array({1}, {1})}}}),
                      Catch::Contains("simplex"));
    CHECK_THROWS_WITH(minimize(model, "sum(x .* w)", {}), Catch::Contains("x[n] has no value"));
}

TEST_CASE("a default start that is a maximum or a saddle is left") {
    const Model model = Model::from_source(
        "var x\nvar w[3]\nvar U[2, 1]\nvar V[1, 2]\nvar S[2, 2] symmetric\n"
        "param A[2, 2]\nparam B[2, 2]\n");
    const Arrays data{{"A", Array({2, 2}, {1, 2, 2, 4})}, {"B", Array({2, 2}, {2, 1, 1, 2})}};
    for (const Method& method : {Method(Lbfgs{}), Method(Newton{}), Method(GradientDescent{})}) {
        CAPTURE(method.index());
        const auto solve = [&](const char* objective) {
            return minimize(model, objective, {.method = method, .data = data});
        };
        CHECK(solve("x^4 - x^2").value == Approx(-0.25));
        CHECK(solve("x^4 - x^2").status == Status::converged);
        CHECK(std::abs(solve("cos(x)").x.at("x").scalar()) < 25);
        CHECK(solve("-w^T w").status == Status::unbounded);
        CHECK(solve("x^3").status == Status::unbounded);
        CHECK(solve("||U V - A||^2").value == Approx(0).margin(1e-10));
        const Result matrix = solve("||S S - B||^2");
        CHECK(matrix.value == Approx(0).margin(1e-10));
        const auto entries = matrix.x.at("S").values();
        CHECK(entries[1] == Approx(entries[2]));
    }
}

TEST_CASE("a default start that is a minimum is the answer, exactly") {
    const Model model = Model::from_source("var x\nvar w[3]\n");
    for (const Method& method : {Method(Lbfgs{}), Method(Newton{}), Method(GradientDescent{})}) {
        for (const char* objective : {"x^2 + 7", "x^4", "3 + 0 x", "-log(1 - 1000 x^2)"}) {
            CAPTURE(method.index(), objective);
            const Result result = minimize(model, objective, {.method = method, .over = {"x"}});
            CHECK(result.status == Status::converged);
            CHECK(result.iterations == 0);
            CHECK(result.x.at("x").scalar() == 0);
        }
    }
    const Result given = minimize(model, "-w^T w", {.start = {{"w", Array({3}, {0, 0, 0})}}});
    CHECK(given.iterations == 0);  // whoever gives a start means it
}
