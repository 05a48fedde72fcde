// Numbers, dims, the function table, the interpreter.
#include <catch2/catch.hpp>
#include <cmath>
#include <random>

#include "ir/build.hpp"
#include "ir/gamma.hpp"
#include "ir/interpret.hpp"
#include "nabla/error.hpp"

using namespace nabla::ir;

TEST_CASE("literals are exact, and overflow falls back to doubles") {
    CHECK(Number::from_literal("0.1") == Number(Rational(1, 10)));
    CHECK(Number::from_literal("2e3") == Number(2000));
    CHECK(Number::from_literal("1.5e-2") == Number(Rational(3, 200)));
    CHECK_FALSE(Number::from_literal("1e300").is_exact());
    CHECK(Number::from_literal("1e300").value() == 1e300);
    Number big(std::int64_t{1} << 62);
    CHECK_FALSE((big * big).is_exact());
    CHECK((big * big).value() == std::pow(2.0, 124));
    CHECK(Number(Rational(1, 3)) + Number(Rational(1, 6)) == Number(Rational(1, 2)));
    CHECK(exact_power(Number(Rational(8, 27)), Rational(2, 3)) == Number(Rational(4, 9)));
    CHECK_FALSE(exact_power(Number(2), Rational(1, 2)));
}

TEST_CASE("dims are polynomials with one handle each") {
    Context c;
    Dim n = c.dim("n"), m = c.dim("m");
    CHECK(n + m == m + n);
    CHECK((n + m) * (n - m) == n * n - m * m);
    CHECK(n - n == c.dim(0));
    CHECK((n + n + c.dim(1)).str() == "2 n + 1");
    CHECK(*evaluate(n * m + c.dim(1), {{"n", 3}, {"m", 4}}) == 13);
    CHECK_FALSE(evaluate(n, {}));
    CHECK(substitute(n * m, {{"m", c.dim(2)}}) == n + n);
    CHECK_THROWS_AS(c.dim(INT64_MAX) + c.dim(1), nabla::InputError);
}

TEST_CASE("every row of the function table has the derivative that its values have") {
    std::mt19937 random(7);
    for (const Function& f : all_functions()) {
        Context c;
        std::vector<Expr> arguments{c.symbol("a", {}), c.symbol("b", {}), c.symbol("d", {})};
        arguments.resize(f.arity);
        double low = std::max(f.domain.low, -2.0), high = std::min(f.domain.high, 2.0);
        if (f.domain.low == 1) high = 3;
        std::uniform_real_distribution<double> value(low + 0.05, high - 0.05);
        for (int trial = 0; trial < 20; ++trial) {
            double at[3] = {value(random), value(random), value(random)};
            // An order is a whole number, and no variable.
            bool ordered = f.id == Fn::polygamma;
            if (ordered) at[0] = trial % 5;
            // A choice goes by an indicator.
            if (f.id == Fn::where) at[0] = trial % 2;
            for (std::size_t i = ordered || f.id == Fn::where ? 1 : 0; i < f.arity; ++i) {
                double h = 1e-4, x[3] = {at[0], at[1], at[2]};
                auto moved = [&](double step) {
                    x[i] = at[i] + step;
                    return f.reference(x);
                };
                double coarse = (moved(h) - moved(-h)) / (2 * h);
                double fine = (moved(h / 2) - moved(-h / 2)) / h;
                double expected = (4 * fine - coarse) / 3;
                double got = 0;
                if (f.partial[i]) {
                    Bindings bindings;
                    for (std::size_t k = 0; k < f.arity; ++k)
                        bindings.symbols[arguments[k]] = Tensor{{}, {at[k]}};
                    got = interpret(f.partial[i](arguments), bindings).data[0];
                }
                // Near a kink the quotient is neither side's slope.
                if (std::abs(at[0]) < 2e-4 || std::abs(at[0] - at[1]) < 2e-4) continue;
                CAPTURE(f.name, at[0], at[1], i);
                CHECK(got == Approx(expected).epsilon(1e-6).margin(1e-7));
            }
        }
    }
}

TEST_CASE("the table's facts hold on samples") {
    std::mt19937 random(8);
    for (const Function& f : all_functions()) {
        double low = std::max(f.domain.low, -4.0), high = std::min(f.domain.high, 4.0);
        std::uniform_real_distribution<double> value(low, high);
        CHECK_FALSE(f.latex.empty());
        CHECK(find_function(f.name) == f.id);
        for (int trial = 0; trial < 200; ++trial) {
            double x[3] = {value(random), value(random), value(random)};
            double y = f.reference(x);
            CAPTURE(f.name, x[0], x[1], y);
            if (f.range == Range::nonnegative) CHECK(y >= 0);
            if (f.range == Range::positive) CHECK(y > 0);
            if (f.range == Range::unit_interval) CHECK((y >= 0 && y <= 1));
            if (f.range == Range::sign_range) CHECK(std::abs(y) <= 1);
            if (f.arity == 1) {
                double a = std::min(x[0], x[1]), b = std::max(x[0], x[1]), mid = (a + b) / 2;
                double fa = f.reference(&a), fb = f.reference(&b), fm = f.reference(&mid);
                if (f.trend == Trend::increasing) CHECK(fa <= fb);
                if (f.trend == Trend::decreasing) CHECK(fa >= fb);
                if (f.curvature == Curvature::convex) CHECK(fm <= (fa + fb) / 2 + 1e-12);
                if (f.curvature == Curvature::concave) CHECK(fm >= (fa + fb) / 2 - 1e-12);
            }
        }
    }
}

TEST_CASE("digamma and polygamma at known values") {
    constexpr double pi = 3.14159265358979323846, zeta3 = 1.20205690315959428540;
    CHECK(digamma(1) == Approx(-0.57721566490153286061).epsilon(1e-15));
    CHECK(digamma(0.5) == Approx(-1.96351002602142347944).epsilon(1e-15));
    CHECK(digamma(-0.5) == Approx(0.03648997397857652056).epsilon(1e-14));
    CHECK(digamma(1e10) == Approx(23.02585092989045684).epsilon(1e-15));
    CHECK(polygamma(1, 1) == Approx(pi * pi / 6).epsilon(1e-15));
    CHECK(polygamma(1, -0.5) == Approx(pi * pi / 2 + 4).epsilon(1e-15));
    CHECK(polygamma(2, 1) == Approx(-2 * zeta3).epsilon(1e-15));
    CHECK(polygamma(2, -0.5) == Approx(-14 * zeta3 + 16).epsilon(1e-14));
    CHECK(polygamma(3, 0.5) == Approx(std::pow(pi, 4)).epsilon(1e-15));
    CHECK(
        polygamma(3, -2.5) ==
        Approx(std::pow(pi, 4) + 6 * (std::pow(2, 4) + std::pow(2 / 3.0, 4) + std::pow(2 / 5.0, 4)))
            .epsilon(1e-15));
    // ψ_k(x) is about (−1)^(k+1) (k−1)!/x^k far out, and (−1)^(k+1) k!/x^(k+1) near 0.
    CHECK(polygamma(30, 1e9) == Approx(-std::tgamma(30.0) * 1e-270 * (1 + 15e-9)).epsilon(1e-13));
    CHECK(polygamma(50, 1e-3) == Approx(-std::tgamma(51.0) * 1e153).epsilon(1e-13));
    CHECK(digamma(0.0) == -INFINITY);
    CHECK(digamma(-0.0) == INFINITY);
    CHECK(std::isnan(digamma(-3)));
    CHECK(polygamma(1, -3) == INFINITY);
    CHECK(std::isnan(polygamma(2, -3)));
    CHECK(polygamma(1, INFINITY) == 0);
    CHECK(std::isnan(polygamma(0.5, 1)));
    CHECK(std::isnan(polygamma(1, NAN)));
    // Recurrence ψ_k(x + 1) = ψ_k(x) + (−1)^k k!/x^(k+1), on both sides of 0.
    for (int k = 0; k <= 12; ++k)
        for (double x : {-7.3, -3.7, -0.6, 0.3, 2.2, 11.5, 40.25}) {
            double step = (k % 2 ? -1 : 1) * std::tgamma(k + 1.0) / std::pow(x, k + 1);
            CAPTURE(k, x);
            double size = std::abs(step) + std::abs(polygamma(k, x));
            CHECK(std::abs(polygamma(k, x + 1) - polygamma(k, x) - step) <= 1e-13 * size);
        }
}

TEST_CASE("the interpreter: what is not taken contributes nothing, even NaN") {
    Context c;
    Expr x = c.symbol("x", {c.dim(2)});
    Bindings bindings;
    bindings.symbols[x] = Tensor{{2}, {-1.0, 4.0}};
    Expr taken = multiply(map(Fn::step, x), power(x, Rational(1, 2)));
    CHECK(interpret(taken, bindings).data == std::vector<double>{0.0, 2.0});
    // A typed 0 · NaN is IEEE's.
    CHECK(std::isnan(
        interpret(sum_entries(multiply(map(Fn::sign, x), power(x, Rational(1, 2)))), bindings)
            .data[0]));
}

TEST_CASE("the interpreter: matrix functions at singular matrices") {
    Context c;
    Expr A = c.symbol("A", {c.dim(2), c.dim(2)});
    Bindings bindings;
    bindings.symbols[A] = Tensor{{2, 2}, {1, 2, 2, 4}};
    CHECK(interpret(det(A), bindings).data[0] == 0);
    CHECK(interpret(adjugate(A), bindings).data == std::vector<double>{4, -2, -2, 1});
    CHECK(std::isnan(interpret(inverse(A), bindings).data[0]));
}
