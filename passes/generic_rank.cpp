#include "passes/generic_rank.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <random>
#include <set>
#include <string>

#include "ir/interpret.hpp"
#include "ir/traverse.hpp"
#include "nabla/error.hpp"

namespace nabla::passes {

using namespace ir;

namespace {

constexpr int points = 24;  // a tall matrix is wide at some of the sizes
constexpr std::size_t most_entries = 4096;

void collect_names(const Shape& shape, std::set<std::string>& names) {
    for (const Dim& dim : shape)
        for (const std::string& name : dim.names()) names.insert(name);
}

/// Gaussian elimination with complete pivoting; singular if a pivot is nothing beside the first.
bool is_singular(std::vector<double> a, std::size_t n) {
    double first = 0;
    for (std::size_t k = 0; k < n; ++k) {
        std::size_t row = k, column = k;
        for (std::size_t i = k; i < n; ++i)
            for (std::size_t j = k; j < n; ++j)
                if (std::abs(a[i * n + j]) > std::abs(a[row * n + column])) row = i, column = j;
        const double pivot = a[row * n + column];
        if (k == 0) first = std::abs(pivot);
        if (!(std::abs(pivot) > 1e-11 * first)) return true;
        for (std::size_t j = 0; j < n; ++j) std::swap(a[k * n + j], a[row * n + j]);
        for (std::size_t i = 0; i < n; ++i) std::swap(a[i * n + k], a[i * n + column]);
        for (std::size_t i = k + 1; i < n; ++i) {
            const double factor = a[i * n + k] / a[k * n + k];
            for (std::size_t j = k; j < n; ++j) a[i * n + j] -= factor * a[k * n + j];
        }
    }
    return false;
}

}  // namespace

bool always_singular(Expr jacobian) {
    std::set<std::string> names;
    for (Expr node : post_order(jacobian)) collect_names(node.shape(), names);
    std::mt19937 random(20);
    std::normal_distribution<double> normal;
    for (int point = 0; point < points; ++point) {
        Bindings at;
        for (const std::string& name : names)
            at.dims[name] = std::uniform_int_distribution<std::int64_t>(2, 4)(random);
        for (Expr symbol : symbols_of(std::vector<Expr>{jacobian})) {
            Tensor value;
            std::size_t entries = 1;
            for (const Dim& dim : symbol.shape()) {
                const auto size = evaluate(dim, at.dims);
                if (!size || *size < 0) return false;
                value.shape.push_back(*size);
                entries *= static_cast<std::size_t>(*size);
            }
            if (entries > most_entries) return false;
            const bool positive = symbol.has(Fact::nonnegative);
            for (std::size_t i = 0; i < entries; ++i) {
                const double x = normal(random);
                value.data.push_back(positive ? std::abs(x) : x);
            }
            at.symbols[symbol] = std::move(value);
        }
        try {
            const Tensor value = interpret(jacobian, at);
            const auto half = static_cast<std::ptrdiff_t>(value.shape.size() / 2);
            const auto count = [](auto from, auto to) {
                return std::accumulate(from, to, std::int64_t{1}, std::multiplies<>());
            };
            const std::int64_t rows = count(value.shape.begin(), value.shape.begin() + half);
            const std::int64_t columns = count(value.shape.begin() + half, value.shape.end());
            if (rows != columns || value.data.empty() || value.data.size() > most_entries * 16)
                return false;
            const bool finite = std::all_of(value.data.begin(), value.data.end(),
                                            [](double x) { return std::isfinite(x); });
            if (!finite || !is_singular(value.data, static_cast<std::size_t>(rows))) return false;
        } catch (const InputError&) {
            return false;  // sizes that fit no slice
        }
    }
    return true;
}

}  // namespace nabla::passes
