// Never a false claim: random functions of random variables, and for each that is called convex (or
// concave) many segments: the function at the middle against its ends, and defined at the middle if
// it is at both ends.
#include "passes/convexity.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <random>

#include "codegen/source/text.hpp"
#include "ir/build.hpp"
#include "ir/interpret.hpp"
#include "ir/traverse.hpp"

using namespace nabla::ir;
using namespace nabla::passes;

namespace {

/// Random functions that are often convex, often close to it, and often neither.
class Functions {
public:
    Functions(unsigned seed, std::int64_t size) : random_(seed), size_(size) {
        n = context_.dim("n");
        bindings_.dims["n"] = size;
        add(s, "s", {}, {}), add(t, "t", {}, Fact::positive), add(r, "r", {}, Fact::nonnegative);
        add(x, "x", {n}, {}), add(u, "u", {n}, Fact::positive), add(q, "q", {n}, Fact::negative);
        add(p, "p", {n}, Fact::simplex), add(c, "c", {n}, {}), add(w, "w", {n}, Fact::nonnegative);
        add(A, "A", {n, n}, {}), add(P, "P", {n, n}, Fact::psd), add(k, "k", {}, Fact::positive);
    }

    std::mt19937& random() { return random_; }
    const Bindings& bindings() const { return bindings_; }
    std::vector<Expr> variables() const { return {s, t, r, x, u, q}; }

    Expr scalar(int depth) {
        if (depth == 0) return pick({s, t, r, constant(context_, 2), k});
        switch (draw(22)) {
            case 0:
                return add_up(scalar(depth - 1), scalar(depth - 1));
            case 1:
                return scalar(depth - 1) - scalar(depth - 1);
            case 2:
                return scalar(depth - 1) * scalar(depth - 1);
            case 3:
                return scalar(depth - 1) / scalar(depth - 1);
            case 4:
                return function(scalar(depth - 1));
            case 5:
                return function(scalar(depth - 1));
            case 6:
                return sum_entries(vector(depth - 1));
            case 7:
                return sum_entries(function(vector(depth - 1)));
            case 8:
                return inner(vector(depth - 1), vector(depth - 1));
            case 9:
                return reduce(ReduceKind::logsumexp, vector(depth - 1), {0});
            case 10:
                return reduce(draw(2) ? ReduceKind::max : ReduceKind::min, vector(depth - 1), {0});
            case 11: {
                const Expr v = vector(depth - 1);
                return inner(v, matmul(draw(2) ? P : A, v));
            }
            case 12:
                return power(scalar(depth - 1), exponent());
            case 13: {
                const Expr v = vector(depth - 1);
                return power(inner(v, v), Rational(1, 2));
            }
            case 14: {
                const Expr v = vector(depth - 1);
                return inner(v, v) / scalar(depth - 1);
            }
            case 15: {
                const Expr v = vector(depth - 1);
                return inner(v, map(Fn::log, v));
            }
            case 16:
                return map(draw(2) ? Fn::max : Fn::min, {scalar(depth - 1), scalar(depth - 1)});
            case 17:
                return k * scalar(depth - 1);
            case 18:
                return map(Fn::log, sum_entries(map(Fn::exp, vector(depth - 1))));
            case 19:
                return constant(context_, 1) + power(scalar(depth - 1), Rational(2));
            case 20:
                return sum_entries(power(vector(depth - 1), exponent()));
            default:
                return inner(draw(2) ? c : w, vector(depth - 1));
        }
    }

    Expr vector(int depth) {
        if (depth == 0) return pick({x, u, q, c, x, u});
        switch (draw(9)) {
            case 0:
                return matmul(A, vector(depth - 1));
            case 1:
                return vector(depth - 1) + vector(depth - 1);
            case 2:
                return vector(depth - 1) - c;
            case 3:
                return function(vector(depth - 1));
            case 4:
                return p * vector(depth - 1);
            case 5:
                return power(vector(depth - 1), exponent());
            case 6:
                return vector(depth - 1) * vector(depth - 1);
            case 7:
                return softmax(vector(depth - 1), {0});
            default:
                return vector(depth - 1) / broadcast(scalar(depth - 1), {n});
        }
    }

    /// Values of parameters stay; those of the variables are drawn anew.
    Bindings draw_point() {
        for (Expr v : variables()) bindings_.symbols[v] = value(v);
        return bindings_;
    }

private:
    void add(Expr& symbol, const char* name, Shape shape, Facts facts) {
        symbol = context_.symbol(name, std::move(shape), facts);
        bindings_.symbols[symbol] = value(symbol);
    }

    Tensor value(Expr symbol) {
        std::normal_distribution<double> normal;
        Tensor tensor;
        std::size_t count = 1;
        for (std::size_t i = 0; i < symbol.rank(); ++i) {
            tensor.shape.push_back(size_);
            count *= static_cast<std::size_t>(size_);
        }
        const double scale = draw(2) ? 1 : 0.3;
        for (std::size_t i = 0; i < count; ++i) {
            const double entry = scale * normal(random_);
            const bool up = symbol.has(Fact::nonnegative);
            const bool down = symbol.has(Fact::nonpositive);
            tensor.data.push_back(up ? std::abs(entry) : (down ? -std::abs(entry) : entry));
        }
        if (symbol.has(Fact::simplex)) {
            double sum = 0;
            for (double entry : tensor.data) sum += entry;
            for (double& entry : tensor.data) entry /= sum;
        }
        if (!symbol.has(Fact::psd)) return tensor;
        const std::vector<double> b = tensor.data;
        const auto m = static_cast<std::size_t>(size_);
        for (std::size_t i = 0; i < m; ++i)
            for (std::size_t j = 0; j < m; ++j) {
                tensor.data[i * m + j] = 0;
                for (std::size_t l = 0; l < m; ++l)
                    tensor.data[i * m + j] += b[i * m + l] * b[j * m + l];
            }
        return tensor;
    }

    int draw(int n) { return static_cast<int>(random_() % static_cast<unsigned>(n)); }
    Expr pick(const std::vector<Expr>& from) {
        return from[static_cast<std::size_t>(draw(static_cast<int>(from.size())))];
    }
    static Expr add_up(Expr a, Expr b) { return a + b; }

    Rational exponent() {
        const Rational all[] = {2, 3, 4, -1, -2, {1, 2}, {3, 2}, {-1, 2}, {1, 3}};
        return all[draw(9)];
    }

    Expr function(Expr e) {
        const Fn all[] = {Fn::exp,  Fn::log,     Fn::softplus, Fn::abs,  Fn::relu, Fn::cosh,
                          Fn::tanh, Fn::sigmoid, Fn::log1p,    Fn::sinh, Fn::atan, Fn::erf,
                          Fn::sin,  Fn::expm1,   Fn::asinh,    Fn::cbrt};
        return map(all[draw(16)], e);
    }

    std::mt19937 random_;
    std::int64_t size_;
    Context context_;
    Bindings bindings_;
    Dim n;
    Expr s, t, r, x, u, q, p, c, w, A, P, k;
};

Bindings between(const Bindings& a, const Bindings& b, const std::vector<Expr>& variables,
                 double share) {
    Bindings middle = a;
    for (Expr v : variables) {
        auto& data = middle.symbols[v].data;
        const auto& other = b.symbols.at(v).data;
        for (std::size_t i = 0; i < data.size(); ++i)
            data[i] = (1 - share) * data[i] + share * other[i];
    }
    return middle;
}

double value_of(Expr f, const Bindings& at) { return interpret(f, at).data[0]; }

}  // namespace

TEST_CASE("what is called convex is, along random segments", "[property][slow]") {
    int claims = 0, by_size[2] = {0, 0};
    for (unsigned seed = 0; seed < 3000; ++seed) {
        Functions functions(seed, seed % 3 == 0 ? 1 : 3);
        const Expr f = functions.scalar(1 + static_cast<int>(seed % 4));
        std::vector<Expr> variables;
        for (Expr v : functions.variables())
            if (depends_on(f, v)) variables.push_back(v);
        if (variables.empty()) continue;
        // Jointly, or by one alone.
        if (seed % 5 == 0) variables.resize(1);
        const ConvexityProof proof = prove_convexity(f, variables);
        if (proof.curve == Curve::unknown) continue;
        INFO("seed " << seed << ": " << nabla::codegen::print(f));
        CHECK_FALSE(proof.steps.empty());
        int compared = 0;
        for (int i = 0; i < 60 && compared < 25; ++i) {
            const Bindings a = functions.draw_point();
            Bindings b = functions.draw_point();
            for (Expr v : functions.variables())
                if (std::find(variables.begin(), variables.end(), v) == variables.end())
                    b.symbols[v] = a.symbols.at(v);
            const double at_a = value_of(f, a), at_b = value_of(f, b);
            if (!std::isfinite(at_a) || !std::isfinite(at_b)) continue;
            const double share = i % 2 == 0 ? 0.5 : 0.1;
            const double line = (1 - share) * at_a + share * at_b;
            const double middle = value_of(f, between(a, b, variables, share));
            ++compared;
            const double slack = 1e-9 * (1 + std::abs(at_a) + std::abs(at_b) + std::abs(middle));
            if (!std::isfinite(middle)) FAIL_CHECK("not defined between two points where it is");
            if (is_convex(proof.curve)) CHECK(middle <= line + slack);
            if (is_concave(proof.curve)) CHECK(middle >= line - slack);
        }
        claims += compared > 0 ? 1 : 0;
        by_size[seed % 3 == 0 ? 0 : 1] += compared > 0 ? 1 : 0;
    }
    // The test would say nothing if nothing were proved.
    CHECK(claims > 300);
    CHECK(by_size[0] > 50);
    CHECK(by_size[1] > 100);
}

TEST_CASE("pieces that are called convex are, whatever pieces meet where") {
    Context context;
    const Expr v = context.symbol("v", {});
    const auto number = [&](std::int64_t n, std::int64_t d = 1) {
        return constant(context, Number(Rational(n, d)));
    };
    const Expr square = power(v, Rational(2));
    const std::vector<Expr> pieces{number(0),
                                   number(1),
                                   v,
                                   negate(v),
                                   scale(2, v) - number(1),
                                   square,
                                   square * number(1, 2),
                                   map(Fn::abs, v),
                                   map(Fn::abs, v) - number(1, 2),
                                   map(Fn::exp, v) - number(1),
                                   map(Fn::relu, v),
                                   power(v, Rational(3)),
                                   scale(3, v) - number(2),
                                   negate(square),
                                   scale(2, map(Fn::abs, v)) - number(1),
                                   map(Fn::log, v)};
    int claims = 0;
    for (const Expr measured : {v, map(Fn::abs, v)}) {
        for (const std::int64_t threshold : {-1, 0, 1, 2}) {
            for (Expr a : pieces) {
                for (Expr b : pieces) {
                    const Fn comparison = claims % 2 == 0 ? Fn::greater : Fn::not_greater_equal;
                    const Expr f =
                        map(Fn::where, {map(comparison, {measured, number(threshold)}), a, b});
                    const ConvexityProof proof = prove_convexity(f, {v});
                    if (proof.curve == Curve::unknown || a == b) continue;
                    ++claims;
                    INFO(nabla::codegen::print(f));
                    for (double low = -4; low < 4; low += 0.375) {
                        for (double high = low + 0.25; high < 4; high += 0.5) {
                            const auto at = [&](double x) {
                                Bindings point;
                                point.symbols[v] = Tensor{{}, {x}};
                                return value_of(f, point);
                            };
                            const double line = (at(low) + at(high)) / 2;
                            const double middle = at((low + high) / 2);
                            if (is_convex(proof.curve)) CHECK(middle <= line + 1e-9);
                            if (is_concave(proof.curve)) CHECK(middle >= line - 1e-9);
                        }
                    }
                }
            }
        }
    }
    CHECK(claims > 25);
}
