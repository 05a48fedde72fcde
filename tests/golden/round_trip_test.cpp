// Random products, sums and functions of vectors and matrices: what is printed reads back with the
// same value, before and after common factors are pulled out.
#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <map>
#include <random>

#include "codegen/source/text.hpp"
#include "frontend/frontend.hpp"
#include "ir/build.hpp"
#include "ir/interpret.hpp"
#include "ir/traverse.hpp"
#include "passes/collect.hpp"
#include "passes/pipeline.hpp"

namespace {

using namespace nabla;
using ir::Expr;
using ir::Fn;

constexpr std::int64_t rows = 3, columns = 4;

class Generator {
public:
    Generator(ir::Context& context, unsigned seed) : context_(context), random_(seed) {}

    Expr scalar(int depth) {
        if (depth == 0) return leaf("a", {});
        switch (pick(13)) {
            case 0:
                return scalar(depth - 1) + scalar(depth - 1);
            case 1:
                return scalar(depth - 1) * scalar(depth - 1);
            case 2:
                return scalar(depth - 1) / (ir::power(leaf("b", {}), 2) + one());
            case 3:
                return ir::inner(vector(rows, depth - 1), vector(rows, depth - 1));
            case 4:
                return ir::inner(matrix(rows, columns, depth - 1),
                                 matrix(rows, columns, depth - 1));
            case 5:
                return ir::sum_entries(matrix(columns, rows, depth - 1));
            case 6:
                return ir::trace(matrix(rows, rows, depth - 1));
            case 7:
                return ir::map(function(), scalar(depth - 1));
            case 8:
                return norm(vector(columns, depth - 1));
            case 9:
                return ir::reduce(ir::ReduceKind::logsumexp, vector(columns, depth - 1), {0});
            case 10:
                return ir::eigenvalue(matrix(rows, rows, depth - 1));
            case 11:
                return ir::negate(ir::inner(ir::map(Fn::strong_zero, vector(rows, depth - 1)),
                                            ir::map(Fn::log, positive(rows, depth - 1))));
            default:
                return ir::scale(coefficient(), scalar(depth - 1));
        }
    }

    Expr vector(std::int64_t n, int depth) {
        if (depth == 0) return leaf(n == rows ? "x" : "u", {n});
        switch (pick(10)) {
            case 0:
                return vector(n, depth - 1) - vector(n, depth - 1);
            case 1:
                return vector(n, depth - 1) * vector(n, depth - 1);
            case 2:
                return ir::matmul(matrix(n, rows, depth - 1), vector(rows, depth - 1));
            case 3:
                return ir::matmul(matrix(n, columns, depth - 1), vector(columns, depth - 1));
            case 4:
                return ir::map(function(), vector(n, depth - 1));
            case 5:
                return ir::softmax(vector(n, depth - 1), {0});
            case 6:
                return scalar(depth - 1) * vector(n, depth - 1);
            case 7:
                return ir::sum_axes(matrix(n, columns, depth - 1), {1});
            case 8:
                return ir::diagonal(matrix(n, n, depth - 1));
            default:
                return ir::scale(coefficient(), vector(n, depth - 1)) + scalar(depth - 1);
        }
    }

    Expr matrix(std::int64_t m, std::int64_t n, int depth) {
        if (depth == 0) return square_or_not(m, n);
        std::int64_t k = pick(2) == 0 ? rows : columns;
        switch (pick(13)) {
            case 0:
                return matrix(m, n, depth - 1) + matrix(m, n, depth - 1);
            case 1:
                return matrix(m, n, depth - 1) * matrix(m, n, depth - 1);
            case 2:
                return ir::matmul(matrix(m, k, depth - 1), matrix(k, n, depth - 1));
            case 3:
                return ir::transpose(matrix(n, m, depth - 1));
            case 4:
                return ir::outer(vector(m, depth - 1), vector(n, depth - 1));
            case 5:
                return ir::map(function(), matrix(m, n, depth - 1));
            case 6:
                return scalar(depth - 1) * matrix(m, n, depth - 1);
            case 7:
                return ir::matmul(ir::diagonal(vector(m, depth - 1)), matrix(m, n, depth - 1));
            case 9:
                return m == n ? triangle(m) * matrix(m, n, depth - 1) : matrix(m, n, depth - 1);
            case 10:
                return m == n ? ir::expm(square_or_not(m, n)) : matrix(m, n, depth - 1);
            case 11:
                return m == n ? definite_factor(matrix(m, n, depth - 1)) : matrix(m, n, depth - 1);
            case 8:
                return m == n ? matrix(m, n, depth - 1) + identity(m) : matrix(m, n, depth - 1);
            default:
                return ir::scale(coefficient(), matrix(m, n, depth - 1)) - scalar(depth - 1);
        }
    }

    int pick(int count) { return std::uniform_int_distribution<int>(0, count - 1)(random_); }

private:
    Expr leaf(const std::string& name, std::vector<std::int64_t> shape) {
        ir::Shape dims;
        for (std::int64_t d : shape) dims.push_back(context_.dim(d));
        return context_.symbol(name + std::to_string(pick(3)), dims);
    }
    Expr square_or_not(std::int64_t m, std::int64_t n) {
        if (m == n && pick(3) == 0)
            return context_.symbol(m == rows ? "S" : "R", {context_.dim(m), context_.dim(n)},
                                   ir::Fact::symmetric);
        const char* name = m == n ? (m == rows ? "A" : "B") : m == rows ? "X" : "W";
        return leaf(name, {m, n});
    }
    Expr identity(std::int64_t n) { return ir::identity(context_.dim(n)); }
    Expr one() { return ir::constant(context_, 1); }
    Expr positive(std::int64_t n, int depth) { return ir::power(vector(n, depth), 2) + one(); }
    Expr triangle(std::int64_t n) {
        Expr mask = ir::trimask(context_.dim(n));
        return pick(2) == 0 ? mask : ir::transpose(mask);
    }
    Expr definite_factor(Expr m) {
        Expr gram = ir::matmul(m, ir::transpose(m)) + identity(*m.shape()[0].constant());
        return pick(2) == 0 ? ir::chol(gram) : ir::expm(ir::map(Fn::tanh, m), {m});
    }
    Expr norm(Expr v) { return ir::power(ir::inner(v, v), ir::Rational(1, 2)); }
    Fn function() {
        constexpr Fn functions[] = {Fn::sin, Fn::tanh, Fn::cos,   Fn::sigmoid,
                                    Fn::abs, Fn::atan, Fn::lgamma};
        return functions[pick(7)];
    }
    ir::Number coefficient() {
        constexpr std::int64_t tops[] = {-2, -1, 1, 2, 3};
        constexpr std::int64_t bottoms[] = {1, 2, 3, 10};
        return ir::Rational(tops[pick(5)], bottoms[pick(4)]);
    }

    ir::Context& context_;
    std::mt19937 random_;
};

using Values = std::map<std::string, ir::Tensor>;

ir::Tensor value_of(Expr symbol, std::mt19937& random) {
    std::uniform_real_distribution<double> uniform(-1, 1);
    ir::Tensor tensor;
    std::size_t count = 1;
    for (ir::Dim d : symbol.shape()) {
        tensor.shape.push_back(*d.constant());
        count *= static_cast<std::size_t>(tensor.shape.back());
    }
    for (std::size_t i = 0; i < count; ++i) tensor.data.push_back(uniform(random));
    auto n = static_cast<std::size_t>(tensor.shape.empty() ? 1 : tensor.shape[0]);
    if (symbol.has(ir::Fact::symmetric))
        for (std::size_t i = 0; i < n; ++i)
            for (std::size_t j = 0; j < i; ++j) tensor.data[i * n + j] = tensor.data[j * n + i];
    return tensor;
}

ir::Tensor evaluated(Expr e, const Values& values) {
    ir::Bindings bindings;
    std::vector<Expr> roots{e};
    for (Expr symbol : ir::symbols_of(roots))
        bindings.symbols[symbol] = values.at(symbol.symbol().name);
    return ir::interpret(e, bindings);
}

void check_equal(const ir::Tensor& found, const ir::Tensor& expected) {
    REQUIRE(found.shape == expected.shape);
    double scale = 1;
    for (double value : expected.data) scale = std::max(scale, std::abs(value));
    for (std::size_t i = 0; i < expected.data.size(); ++i)
        CHECK(found.data[i] == Approx(expected.data[i]).margin(1e-9 * scale));
}

void check_reads_back(Expr e, const Values& values, const ir::Tensor& expected) {
    for (codegen::TextStyle style : {codegen::TextStyle::ascii, codegen::TextStyle::unicode}) {
        std::string text = codegen::print(e, style);
        if (text.find(": ") != std::string::npos) continue;  // index notation is output only
        INFO("printed: " << text);
        ir::Context context;
        syntax::Options options;
        options.defaults = true;
        for (const auto& [name, value] : values) options.data_shapes[name] = value.shape;
        syntax::Expression read =
            syntax::elaborate_expression(context, syntax::Source("printed", text), options);
        check_equal(evaluated(ir::substitute_dims(read.expr, read.dims), values), expected);
    }
}

}  // namespace

TEST_CASE("printed expressions read back with the same value", "[golden]") {
    for (unsigned seed = 1; seed <= 300; ++seed) {
        ir::Context context;
        Generator generate(context, seed);
        int depth = 2 + generate.pick(2);
        Expr e = seed % 3 == 0   ? generate.scalar(depth)
                 : seed % 3 == 1 ? generate.vector(rows, depth)
                                 : generate.matrix(rows, columns, depth);
        INFO("seed " << seed);
        Values values;
        std::mt19937 random(seed);
        std::vector<Expr> roots{e};
        for (Expr symbol : ir::symbols_of(roots))
            values[symbol.symbol().name] = value_of(symbol, random);
        ir::Tensor expected = evaluated(e, values);
        check_reads_back(e, values, expected);
        Expr collected = passes::collect(e);
        CHECK(passes::collect(collected) == collected);
        check_equal(evaluated(collected, values), expected);
        check_reads_back(collected, values, expected);
    }
}
