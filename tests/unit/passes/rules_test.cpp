// Every rewrite rule is tried on nodes that it is for: it must apply, and both sides must have the
// same value; and the stable forms must keep their digits where the naive ones lose them.
#include <catch2/catch.hpp>
#include <cmath>
#include <set>
#include <string>

#include "ir/build.hpp"
#include "ir/interpret.hpp"
#include "passes/rules.hpp"
#include "passes/simplify.hpp"

using namespace nabla::ir;
using namespace nabla::passes;

namespace {

struct Symbols {
    Context c;
    Dim n = c.dim("n"), m = c.dim("m");
    Expr z = c.symbol("z", {n}), v = c.symbol("v", {n}), s = c.symbol("s", {});
    Expr Z = c.symbol("Z", {m, n});
    Expr p = c.symbol("p", {n}, Fact::simplex), Q = c.symbol("Q", {n, n}, Fact::orthogonal);
    Expr one = constant(c, 1);
    Bindings bindings;

    Symbols() {
        bindings.dims = {{"n", 3}, {"m", 2}};
        bindings.symbols[z] = Tensor{{3}, {0.3, -1.1, 0.7}};
        bindings.symbols[v] = Tensor{{3}, {0.2, 0.5, -0.4}};
        bindings.symbols[s] = Tensor{{}, {0.6}};
        bindings.symbols[Z] = Tensor{{2, 3}, {0.1, -0.2, 0.3, 1.4, -0.5, 0.6}};
        bindings.symbols[p] = Tensor{{3}, {0.2, 0.3, 0.5}};
        double a = std::cos(0.4), b = std::sin(0.4);
        bindings.symbols[Q] = Tensor{{3, 3}, {a, -b, 0, b, a, 0, 0, 0, 1}};
    }

    /// Expressions among which every rule finds one to apply to.
    std::vector<Expr> subjects() {
        Expr ez = map(Fn::exp, z), eZ = map(Fn::exp, Z);
        Expr denominator = add(one, ez);
        Expr es = map(Fn::exp, s), e2 = map(Fn::exp, scale(2, s)), em = map(Fn::exp, negate(s));
        Expr sz = map(Fn::sigmoid, z), smz = map(Fn::sigmoid, negate(z));
        return {
            map(Fn::log, denominator),
            map(Fn::log1p, ez),
            map(Fn::log, add(es, e2)),
            map(Fn::log, add(add(es, scale(3, e2)), constant(c, 2))),
            map(Fn::log, add(one, sum_entries(ez))),
            map(Fn::log, add(ez, map(Fn::exp, v))),
            map(Fn::log, inner(p, ez)),
            map(Fn::log, matmul(eZ, p)),
            divide(inner(v, ez), sum_entries(ez)),
            divide(es, add(es, e2)),
            divide(ez, add(ez, map(Fn::exp, v))),
            map(Fn::exp, negate(map(Fn::softplus, z))),
            add(es, em),
            multiply(es, map(Fn::exp, scale(-2, s))),
            subtract(scale(3, es), scale(3, em)),
            divide(map(Fn::sinh, z), map(Fn::cosh, z)),
            subtract(multiply(v, smz), multiply(subtract(one, v), sz)),
            add(sz, smz),
            map(Fn::log, map(Fn::sigmoid, z)),
            map(Fn::log, take(ez, {AxisPart{AxisPart::Kind::entry, c.dim(1)}})),
            subtract(one, map(Fn::sigmoid, z)),
            subtract(constant(c, 3), scale(3, map(Fn::sigmoid, z))),
            map(Fn::log, sum_entries(ez)),
            map(Fn::log, divide(sum_entries(ez), dim_value(n))),
            map(Fn::log, sum_axes(eZ, {1})),
            divide(ez, sum_entries(ez)),
            multiply(divide(ez, sum_entries(ez)), divide(ez, sum_entries(ez))),
            power(denominator, Rational(-1)),
            power(denominator, Rational(-2)),
            multiply(ez, map(Fn::sigmoid, negate(z))),
            divide(ez, denominator),
            sum_entries(softmax(z, {0})),
            multiply(v, sum_entries(softmax(z, {0}))),
            sum_axes(softmax(Z, {1}), {1}),
            sum_entries(subtract(z, divide(sum_entries(z), dim_value(n)))),
            trace(subtract(Q, scale(2, transpose(Q)))),
            sum_entries(p),
            matmul(transpose(Q), Q),
            matmul(matmul(Q, transpose(Q)), v),
            inner(Q, Q),
        };
    }
};

double difference(const Tensor& a, const Tensor& b) {
    REQUIRE(a.shape == b.shape);
    double worst = 0;
    for (std::size_t i = 0; i < a.data.size(); ++i)
        worst = std::max(worst, std::abs(a.data[i] - b.data[i]));
    return worst;
}

}  // namespace

TEST_CASE_METHOD(Symbols, "every rule applies to something and keeps its value") {
    std::set<std::string> applied;
    std::set<std::string> all;
    for (auto table : {stable_rules(), exponential_rules(), structural_rules(), constraint_rules()})
        for (const RewriteRule& rule : table) {
            all.insert(std::string(rule.name));
            for (Expr e : subjects()) {
                Expr result = rule.apply(e);
                if (!result || result == e) continue;
                applied.insert(std::string(rule.name));
                CAPTURE(std::string(rule.name));
                CHECK(result.shape() == e.shape());
                CHECK(difference(interpret(e, bindings), interpret(result, bindings)) < 1e-13);
            }
        }
    CHECK(applied == all);
}

TEST_CASE_METHOD(Symbols, "stable forms survive where the naive ones do not") {
    auto value = [&](Expr e, double at) {
        bindings.symbols[s] = Tensor{{}, {at}};
        return interpret(simplify(e), bindings).data[0];
    };
    Expr es = map(Fn::exp, s);
    CHECK(value(map(Fn::log, add(one, es)), 800) == 800);
    CHECK(value(map(Fn::log, add(one, es)), -800) == 0);
    CHECK(value(map(Fn::log, add(one, es)), -40) == Approx(std::exp(-40)).epsilon(1e-12));
    CHECK(value(divide(es, add(one, es)), 800) == 1);
    CHECK(value(subtract(one, map(Fn::sigmoid, s)), 50) == Approx(std::exp(-50)).epsilon(1e-12));
    CHECK(value(map(Fn::log, map(Fn::sigmoid, s)), -800) == -800);
    Expr shifted = map(Fn::exp, add(s, one));
    CHECK(value(map(Fn::log, add(es, shifted)), 1000) ==
          Approx(1000 + std::log(1 + std::exp(1.0))));
    CHECK(value(divide(es, add(es, shifted)), 1000) == Approx(1 / (1 + std::exp(1.0))));
    CHECK(value(map(Fn::log, add(constant(c, 2), es)), 800) == 800);
    Expr em = map(Fn::exp, negate(s));
    CHECK(value(divide(subtract(es, em), add(es, em)), 800) == 1);
    bindings.symbols[z] = Tensor{{3}, {1000, 1001, 999}};
    CHECK(interpret(simplify(map(Fn::log, inner(p, map(Fn::exp, z)))), bindings).data[0] ==
          Approx(1000 + std::log(0.2 + 0.3 * std::exp(1.0) + 0.5 * std::exp(-1.0))));
    Expr mean = divide(inner(v, map(Fn::exp, z)), sum_entries(map(Fn::exp, z)));
    CHECK(std::isfinite(interpret(simplify(mean), bindings).data[0]));
    Expr lse = simplify(map(Fn::log, sum_entries(map(Fn::exp, z))));
    CHECK(interpret(lse, bindings).data[0] ==
          Approx(1001 + std::log(1 + std::exp(-1.0) + std::exp(-2.0))));
    Expr p0 = simplify(divide(map(Fn::exp, z), sum_entries(map(Fn::exp, z))));
    CHECK(interpret(p0, bindings).data[1] ==
          Approx(1 / (1 + std::exp(-1.0) + std::exp(-2.0))).epsilon(1e-12));
}

TEST_CASE_METHOD(Symbols, "an expression without anything to do comes back as the same handle") {
    for (Expr e : {matmul(Z, z), map(Fn::tanh, z), inner(z, v), inverse(matmul(transpose(Z), Z))})
        CHECK(simplify(e) == e);
}
