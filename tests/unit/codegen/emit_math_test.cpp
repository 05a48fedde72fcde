#include <array>
#include <bit>

#include "ir/gamma.hpp"
#include "tests/unit/codegen/emit_programs.hpp"

namespace nabla::codegen::tests {
namespace {

/// Distance in units in the last place of `exact`.
double ulps(double value, double exact, Precision precision) {
    if (value == exact || (std::isnan(value) && std::isnan(exact))) return 0;
    if (!std::isfinite(value) || !std::isfinite(exact)) return INFINITY;
    const bool f64 = precision == Precision::f64;
    const int digits = f64 ? 52 : 23;
    const int least = f64 ? -1022 : -126;
    const int exponent = exact == 0 ? least : std::max(std::ilogb(exact), least);
    return std::abs(value - exact) / std::ldexp(1.0, exponent - digits);
}

/// An order is part of the program.
constexpr double polygamma_order = 3;

LoopProgram map_program(const ir::Function& function, Precision precision, std::int64_t n) {
    Builder b(precision);
    const auto i = b.axis(n);
    const auto x = b.input({n}), y = b.input({n}), z = b.input({n}), out = b.output({n});
    Body body({i});
    std::vector<std::uint32_t> arguments = {body.load(x, {i})};
    if (function.id == ir::Fn::polygamma) arguments = {body.number(polygamma_order)};
    if (function.arity >= 2) arguments.push_back(body.load(y, {i}));
    if (function.arity == 3) arguments.push_back(body.load(z, {i}));
    body.store(out, {i}, body.call(function.id, arguments));
    b.program.steps = {body.statement};
    return b.program;
}

std::array<double, 3> arguments_at(const ir::Function& function, const Arrays& inputs,
                                   std::size_t i) {
    const double first = function.id == ir::Fn::polygamma ? polygamma_order : inputs[0][i];
    return {first, inputs[1][i], inputs[2][i]};
}

/// Beside its root digamma, like a sum that cancels, is right to the rounding of 1.
double conditioning(const ir::Function& function, double exact) {
    return function.id == ir::Fn::digamma ? std::min(1.0, std::abs(exact)) : 1.0;
}

/// Points of the function's domain: many in [−30, 30], and its ends.
std::vector<double> samples(const ir::Interval& domain, std::size_t count, unsigned seed) {
    std::mt19937_64 random(seed);
    const double low = std::max(domain.low, -30.0), high = std::min(domain.high, 30.0);
    std::uniform_real_distribution<double> wide(low, high);
    std::uniform_real_distribution<double> narrow(std::max(low, -1.5), std::min(high, 1.5));
    std::vector<double> result;
    for (std::size_t i = 0; i < count; ++i)
        result.push_back(i % 2                  ? wide(random)
                         : low > 1 || high < -1 ? wide(random)
                                                : std::max(low, narrow(random)));
    for (double& x : result) x = static_cast<float>(x);
    return result;
}

/// gelu's tail erfc(−x/√2) magnifies the rounding of its argument x²-fold, here and in the
/// reference.
double allowed_ulps(const ir::Function& function) {
    if (function.lowering == ir::LoweringKind::builtin) return 1;
    if (function.id == ir::Fn::gelu) return 2 * 30 * 30;
    if (function.id == ir::Fn::digamma || function.id == ir::Fn::polygamma) return 12;
    return function.lowering == ir::LoweringKind::expand ? 4 : 2;
}

TEST_CASE("every function agrees with its reference at every vector width") {
    for (const ir::Function& function : ir::all_functions())
        for (const Precision precision : {Precision::f64, Precision::f32})
            for (const std::int64_t n : {1, 2, 3, 5, 8, 13, 1001}) {
                CAPTURE(std::string(function.name), n, precision == Precision::f64);
                const LoopProgram program = map_program(function, precision, n);
                const auto count = static_cast<std::size_t>(n);
                const Arrays inputs = {samples(function.domain, count, 1),
                                       samples(function.domain, count, 2),
                                       samples(function.domain, count, 3)};
                const Outcome actual = compiled(program, inputs);
                double worst = 0;
                for (std::size_t i = 0; i < count; ++i) {
                    const auto arguments = arguments_at(function, inputs, i);
                    double exact = function.reference(arguments.data());
                    if (precision == Precision::f32) exact = static_cast<float>(exact);
                    worst = std::max(worst, ulps(actual.outputs[0][i], exact, precision) *
                                                conditioning(function, exact));
                }
                CHECK(worst <= allowed_ulps(function));
            }
}

TEST_CASE("functions treat NaN, infinities and zeros as their references do") {
    const std::vector<double> special = {NAN, INFINITY, -INFINITY, 0.0, -0.0, 1.0, -1.0};
    for (const ir::Function& function : ir::all_functions()) {
        Arrays inputs(3);
        for (const double a : special)
            for (const double b : special) {
                inputs[0].push_back(a);
                inputs[1].push_back(b);
                inputs[2].push_back(b - a);
            }
        const auto n = static_cast<std::int64_t>(inputs[0].size());
        const Outcome actual = compiled(map_program(function, Precision::f64, n), inputs);
        for (std::size_t i = 0; i < inputs[0].size(); ++i) {
            const auto arguments = arguments_at(function, inputs, i);
            CAPTURE(std::string(function.name), arguments[0], arguments[1]);
            CHECK(ulps(actual.outputs[0][i], function.reference(arguments.data()),
                       Precision::f64) <= std::max(2.0, allowed_ulps(function)));
        }
    }
}

TEST_CASE("digamma and polygamma of every order, on both sides of zero") {
    const std::int64_t n = 400;
    std::vector<double> x;
    for (std::int64_t i = 0; i < n; ++i) x.push_back(-20.03 + 0.1 * static_cast<double>(i));
    for (const double order : {0, 1, 2, 3, 7, 12, 30}) {
        Builder b;
        const auto i = b.axis(n);
        const auto in = b.input({n}), out = b.output({n});
        Body body({i});
        const auto k = body.number(order);
        const auto at = body.load(in, {i});
        body.store(out, {i}, body.call(ir::Fn::polygamma, {k, at}));
        b.program.steps = {body.statement};
        const Outcome actual = compiled(b.program, {x});
        for (std::size_t j = 0; j < x.size(); ++j) {
            CAPTURE(order, x[j]);
            const double exact = ir::polygamma(order, x[j]);
            // The two parts of the reflection cancel at the roots between the poles.
            const double part = x[j] < 0 ? std::abs(ir::polygamma(order, 1 - x[j])) : 0;
            CHECK(std::abs(actual.outputs[0][j] - exact) <=
                  1e-13 * std::max({std::abs(exact), part, order == 0 ? 1.0 : 0.0}));
        }
    }
}

TEST_CASE("constant powers") {
    const std::vector<std::pair<std::int64_t, std::int64_t>> exponents = {
        {0, 1},  {1, 1}, {2, 1},  {3, 1}, {-1, 1}, {-2, 1}, {7, 1},  {-5, 1},
        {40, 1}, {1, 2}, {-1, 2}, {3, 2}, {-3, 2}, {1, 3},  {-2, 3}, {5, 4}};
    for (const auto& [num, den] : exponents) {
        CAPTURE(num, den);
        const std::int64_t n = 37;
        Builder b;
        const auto i = b.axis(n);
        const auto x = b.input({n}), y = b.output({n});
        Body body({i});
        body.store(y, {i}, body.power(body.load(x, {i}), num, den));
        b.program.steps = {body.statement};
        Arrays inputs = random_inputs(b.program, den == 1 ? -3 : 0, 3);
        inputs[0][5] = 0;
        inputs[0][6] = 1;
        inputs[0][7] = NAN;
        const Outcome actual = compiled(b.program, inputs);
        for (std::size_t k = 0; k < inputs[0].size(); ++k) {
            const double exact = std::pow(inputs[0][k], ir::Rational(num, den).value());
            CAPTURE(inputs[0][k]);
            CHECK(ulps(actual.outputs[0][k], exact, Precision::f64) <= 8);
        }
    }
}

std::size_t occurrences(const std::string& text, const std::string& part) {
    std::size_t count = 0;
    for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; ++at) ++count;
    return count;
}

TEST_CASE("sigmoid and softplus of one argument share their exponential") {
    Builder b;
    const std::int64_t n = 64;
    const auto i = b.axis(n);
    const auto x = b.input({n}), y = b.output({n}), total = b.output({});
    Body body({i});
    const auto u = body.load(x, {i});
    body.store(y, {i}, body.call(ir::Fn::sigmoid, {u}));
    body.store(total, {}, body.call(ir::Fn::softplus, {u}), Combine::sum);
    b.program.steps = {body.statement};
    EmitOptions options;
    options.keep_llvm_ir = true;
    const std::string text = emit(b.program, options).llvm_ir;
    CHECK(occurrences(text, "call contract") + occurrences(text, " call ") > 0);
    std::size_t exponentials = 0;
    for (std::size_t at = 0; (at = text.find("@Sleef_exp", at)) != std::string::npos; ++at)
        if (text.compare(text.rfind('\n', at) + 1, 7, "declare") != 0) ++exponentials;
    CHECK(exponentials == 1);
    CHECK(text.find("@Sleef_expd1_") == std::string::npos);
}

TEST_CASE("a dot product has a vector body and nothing scalar is called") {
    Builder b;
    const std::int64_t m = 1000, n = 100;
    const auto i = b.axis(m), j = b.axis(n);
    const auto x = b.input({m, n}), w = b.input({n}), y = b.output({m}), e = b.output({m});
    Body body({i, j});
    body.store(y, {i}, body.mul(body.load(x, {i, j}), body.load(w, {j})), Combine::sum);
    Body map({i});
    map.store(e, {i}, map.call(ir::Fn::exp, {map.load(y, {i})}));
    b.program.steps = {body.statement, map.statement};
    EmitOptions options;
    options.keep_llvm_ir = true;
    options.keep_assembly = true;
    const CompiledObject object = emit(b.program, options);
    const int lanes = host().vector_bits / 64;
    const std::string vector = "<" + std::to_string(lanes) + " x double>";
    CHECK(object.llvm_ir.find("fmul contract " + vector) != std::string::npos);
    CHECK(object.llvm_ir.find("@Sleef_expd" + std::to_string(lanes) + "_") != std::string::npos);
    CHECK(object.llvm_ir.find("@exp(") == std::string::npos);
    CHECK(object.llvm_ir.find("@Sleef_expd1_") == std::string::npos);
    CHECK(object.assembly.find("vfmadd") != std::string::npos);
}

}  // namespace
}  // namespace nabla::codegen::tests
