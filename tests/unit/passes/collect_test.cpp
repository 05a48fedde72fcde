#include <catch2/catch.hpp>

#include <cmath>

#include "ir/interpret.hpp"
#include "ir/traverse.hpp"
#include "notation_symbols.hpp"
#include "passes/collect.hpp"

using namespace nabla;
using namespace nabla::test;
using ir::Expr;
using ir::Fn;
using ir::Rational;

namespace {

/// Values in (0.5, 1.5) that differ from entry to entry; symmetric where declared.
ir::Tensor value_of(Expr symbol, const ir::DimValues& sizes, double seed) {
    ir::Tensor tensor;
    std::size_t count = 1;
    for (ir::Dim d : symbol.shape()) {
        tensor.shape.push_back(*ir::evaluate(d, sizes));
        count *= static_cast<std::size_t>(tensor.shape.back());
    }
    for (std::size_t i = 0; i < count; ++i) {
        seed = std::fmod(seed * 7.31 + 0.317, 1.0);
        tensor.data.push_back(0.5 + seed);
    }
    if (symbol.has(ir::Fact::symmetric)) {
        auto n = static_cast<std::size_t>(tensor.shape[0]);
        for (std::size_t i = 0; i < n; ++i)
            for (std::size_t j = 0; j < i; ++j) tensor.data[i * n + j] = tensor.data[j * n + i];
    }
    return tensor;
}

void check_same_value(Expr before, Expr after) {
    ir::Bindings bindings;
    bindings.dims = {{"n", 3}, {"m", 4}};
    std::vector<Expr> roots{before, after};
    double seed = 0.137;
    for (Expr symbol : ir::symbols_of(roots))
        bindings.symbols[symbol] = value_of(symbol, bindings.dims, seed += 0.0719);
    std::vector<ir::Tensor> values = ir::interpret(roots, bindings);
    REQUIRE(values[0].data.size() == values[1].data.size());
    for (std::size_t i = 0; i < values[0].data.size(); ++i)
        CHECK(values[1].data[i] == Approx(values[0].data[i]).epsilon(1e-11));
}

/// Collects, and checks that the value stays and that a second pass finds nothing to do.
std::string collected(Expr e) {
    Expr result = passes::collect(e);
    CHECK(passes::collect(result) == result);
    CHECK(result.shape() == e.shape());
    check_same_value(e, result);
    return text(result);
}

}  // namespace

TEST_CASE("common matrix factors are pulled out on either side", "[collect]") {
    Symbols k;
    CHECK(collected(chain({t(k.X), k.X, k.w}) - chain({t(k.X), k.y})) == "X^T (X w - y)");
    CHECK(collected(chain({k.A, k.x}) + chain({t(k.A), k.x})) == "(A + A^T) x");
    CHECK(collected(chain({k.A, k.B}) + chain({k.A, k.C})) == "A (B + C)");
    CHECK(collected(chain({k.B, k.A}) + chain({k.C, k.A})) == "(B + C) A");
    CHECK(collected(chain({k.S, k.x}) + chain({k.S, k.z})) == "S (x + z)");
    CHECK(collected(ir::outer(k.x, k.z) + ir::outer(k.x, k.w)) == "x (w + z)^T");
}

TEST_CASE("factors are pulled out of some terms and of sums inside", "[collect]") {
    Symbols k;
    Expr gradient = ir::scale(2, chain({t(k.X), k.X, k.w})) - ir::scale(2, chain({t(k.X), k.y}));
    CHECK(collected(gradient + k.lambda * k.w) == "2 X^T (X w - y) + lambda w");
    CHECK(collected(chain({k.A, k.x}) + chain({k.B, k.x}) + chain({k.A, k.z}) +
                    chain({k.B, k.z})) == "(A + B) (x + z)");
    CHECK(collected(chain({t(k.X), ir::diagonal(k.s), k.X}) +
                    chain({t(k.X), ir::diagonal(k.y), k.X})) == "X^T diag(s + y) X");
    CHECK(collected(f(Fn::exp, chain({k.A, k.x}) + chain({k.B, k.x}))) == "exp((A + B) x)");
}

TEST_CASE("scalar factors and denominators are pulled out", "[collect]") {
    Symbols k;
    CHECK(collected(k.lambda * k.x + k.lambda * k.w) == "lambda (w + x)");
    CHECK(collected(k.x / ir::dim_value(k.m) - k.z / ir::dim_value(k.m)) == "(x - z)/m");
    CHECK(collected(k.a * k.b + k.a * k.lambda) == "a (b + lambda)");
}

TEST_CASE("a diagonal scaling is taken into a difference with an identity", "[collect]") {
    Symbols k;
    Expr p = ir::softmax(k.z, {0});
    Expr centred = ir::identity(k.n) - ir::outer(k.all_ones(k.n), p);
    CHECK(collected(chain({ir::diagonal(p), centred})) ==
          "diag(softmax(z)) - softmax(z) softmax(z)^T");
    CHECK(collected(chain({t(k.A), ir::diagonal(p), centred, k.A})) ==
          "A^T (diag(softmax(z)) - softmax(z) softmax(z)^T) A");
}

TEST_CASE("a matrix is pulled out through a diagonal scaling", "[collect]") {
    Symbols k;
    Expr p = ir::softmax(chain({k.X, k.w}), {0});
    Expr hessian =
        chain({t(k.X), ir::diagonal(p), k.X}) - ir::outer(chain({p, k.X}), chain({p, k.X}));
    std::string covariance = "diag(softmax(X w)) - softmax(X w) softmax(X w)^T";
    CHECK(collected(hessian) == "X^T (" + covariance + ") X");
    Expr centred = k.X - ir::outer(k.all_ones(k.m), chain({p, k.X}));
    CHECK(collected(chain({t(centred), ir::diagonal(p), k.X})) == "X^T (" + covariance + ") X");
}

TEST_CASE("powers of a compound factor are pulled out, of a symbol not", "[collect]") {
    Symbols k;
    Expr s = f(Fn::sigmoid, k.x), r = f(Fn::sigmoid, ir::negate(k.x));
    CHECK(collected(s * s * r - s * r * r) ==
          "sigmoid(x) .* sigmoid(-x) .* (sigmoid(x) - sigmoid(-x))");
    CHECK(collected(k.x * k.x * k.z + k.x * k.z) == "z .* (x.^2 + x)");
}

TEST_CASE("tensors keep their small factors apart", "[collect]") {
    Symbols k;
    CHECK(text(passes::collect(ir::outer(k.A, k.B) + ir::outer(k.A, k.C))) ==
          "[i, j, k, l: A[i,j] (B + C)[k,l]]");
}

TEST_CASE("what would not get shorter stays", "[collect]") {
    Symbols k;
    auto stays = [](Expr e) { return passes::collect(e) == e; };
    CHECK(stays(chain({k.x, k.A, k.x}) + ir::inner(k.z, k.x)));
    CHECK(stays(k.a * k.a + ir::scale(2, k.a * k.b) + k.b * k.b));
    CHECK(stays(k.x * k.z + k.x));
    CHECK(stays(ir::outer(k.x, k.z) + ir::outer(k.z, k.x)));
    CHECK(stays(ir::diagonal(k.x) - ir::outer(k.x, k.x)));
    Expr inverse = ir::inverse(k.S);
    CHECK(stays(inverse - chain({inverse, ir::outer(k.x, k.x), inverse})));
}

TEST_CASE("sums of many terms take bounded time", "[collect]") {
    Symbols k;
    std::vector<ir::Term> terms;
    for (int i = 0; i < 400; ++i)
        terms.push_back({1, chain({k.A, k.vector("x" + std::to_string(i), k.n)})});
    Expr sum = ir::sum(k.context, terms, {k.n});
    CHECK(passes::collect(sum) == sum);
}
