#include "tests/golden/values.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <random>

#include "frontend/frontend.hpp"
#include "ir/traverse.hpp"
#include "passes/pipeline.hpp"

namespace golden {

using namespace nabla;
using ir::Expr;
using ir::Fact;
using ir::Tensor;

namespace {

using Sizes = std::map<std::string, std::int64_t>;

/// 3, 4, 5 … for the dimension names in alphabetical order.
Sizes sizes_for(const std::vector<Expr>& roots) {
    Sizes sizes;
    for (Expr root : roots)
        for (Expr node : ir::post_order(root)) {
            for (ir::Dim d : node.shape())
                for (const std::string& name : d.names()) sizes[name] = 0;
            if (node.op() == ir::Op::dim_value)
                for (const std::string& name : node.dim().names()) sizes[name] = 0;
        }
    std::int64_t next = 3;
    for (auto& [name, size] : sizes) size = next++;
    return sizes;
}

double& at(Tensor& t, std::size_t i, std::size_t j) {
    return t.data[i * static_cast<std::size_t>(t.shape[1]) + j];
}

/// I − 2 v v^T/(v^T v) for the v that the tensor's diagonal is.
void make_orthogonal(Tensor& t, std::size_t n) {
    std::vector<double> v(n);
    double norm = 0;
    for (std::size_t i = 0; i < n; ++i) v[i] = at(t, i, i), norm += v[i] * v[i];
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < n; ++j)
            at(t, i, j) = (i == j ? 1.0 : 0.0) - 2 * v[i] * v[j] / norm;
}

/// Gives a square tensor the structure that its symbol declares.
void make_structured(Tensor& t, Expr symbol) {
    auto n = static_cast<std::size_t>(t.shape[0]);
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < n; ++j) {
            bool above = i < j;
            if (i == j) at(t, i, j) += 3;
            if (symbol.has(Fact::symmetric) && !above) at(t, i, j) = at(t, j, i);
            if (symbol.has(Fact::lower) && above) at(t, i, j) = 0;
            if (symbol.has(Fact::upper) && i > j) at(t, i, j) = 0;
            if (symbol.has(Fact::antisymmetric)) at(t, i, j) = i > j ? -at(t, j, i) : at(t, i, j);
            if (symbol.has(Fact::antisymmetric) && i == j) at(t, i, j) = 0;
        }
    if (symbol.has(Fact::orthogonal)) make_orthogonal(t, n);
}

Tensor random_value(Expr symbol, std::mt19937& random) {
    std::uniform_real_distribution<double> uniform(0.2, 1.2);
    Tensor tensor;
    std::size_t count = 1;
    for (ir::Dim d : symbol.shape()) {
        tensor.shape.push_back(*d.constant());
        count *= static_cast<std::size_t>(tensor.shape.back());
    }
    for (std::size_t i = 0; i < count; ++i) tensor.data.push_back(uniform(random));
    if (tensor.shape.size() == 2 && tensor.shape[0] == tensor.shape[1])
        make_structured(tensor, symbol);
    if (symbol.has(Fact::nonpositive))
        for (double& value : tensor.data) value = -value;
    if (symbol.has(Fact::simplex)) {
        double total = 0;
        for (double value : tensor.data) total += value;
        for (double& value : tensor.data) value /= total;
    }
    return tensor;
}

}  // namespace

Sample::Sample(Expr answer, const std::vector<Expr>& symbols) {
    std::vector<Expr> roots = symbols;
    roots.push_back(answer);
    sizes_ = sizes_for(roots);
    ir::DimSubstitution numbers;
    for (const auto& [name, size] : sizes_) numbers[name] = answer.context().dim(size);
    sized_ = ir::substitute_dims(answer, numbers);
    std::mt19937 random(7);
    ir::Bindings bindings;
    for (Expr symbol : symbols) {
        Expr sized = ir::substitute_dims(symbol, numbers);
        if (values_.contains(sized.symbol().name)) continue;
        Tensor value = random_value(sized, random);
        values_[sized.symbol().name] = bindings.symbols[sized] = value;
    }
    expected_ = ir::interpret(sized_, bindings);
}

std::string Sample::with_sizes(const std::string& text) const {
    auto is_letter = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; };
    std::string result;
    for (std::size_t at = 0; at < text.size();) {
        std::size_t end = at;
        while (end < text.size() && is_letter(text[end])) ++end;
        std::string word = text.substr(at, end - at);
        auto size = sizes_.find(word);
        bool is_size = size != sizes_.end() && !values_.contains(word);
        // Sizes side by side, as in eye(m n).
        bool product = is_size && result.size() > 1 && result.back() == ' ' &&
                       std::isdigit(static_cast<unsigned char>(result[result.size() - 2]));
        if (product) result.back() = '*';
        result += word.empty() ? std::string(1, text[at])
                               : (is_size ? std::to_string(size->second) : word);
        at = word.empty() ? at + 1 : end;
    }
    return result;
}

void Sample::check_value(const std::string& text) const {
    INFO("read back: " << text);
    syntax::Options options;
    options.defaults = true;
    for (const auto& [name, value] : values_) options.data_shapes[name] = value.shape;
    ir::Context context;
    syntax::Expression read =
        syntax::elaborate_expression(context, syntax::Source("answer", text), options);
    Expr again = ir::substitute_dims(passes::finish(read.expr), read.dims);
    ir::Bindings bindings;
    std::vector<Expr> roots{again};
    for (Expr symbol : ir::symbols_of(roots))
        bindings.symbols[symbol] = values_.at(symbol.symbol().name);
    Tensor found = ir::interpret(again, bindings);
    REQUIRE(found.shape == expected_.shape);
    double scale = 1;
    for (double value : expected_.data) scale = std::max(scale, std::abs(value));
    for (std::size_t i = 0; i < expected_.data.size(); ++i)
        CHECK(found.data[i] == Approx(expected_.data[i]).epsilon(1e-10).margin(1e-10 * scale));
}

}  // namespace golden
