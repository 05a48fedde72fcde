#include "passes/modular.hpp"

#include <algorithm>
#include <random>
#include <set>
#include <unordered_map>

#include "ir/build.hpp"
#include "ir/context.hpp"
#include "ir/traverse.hpp"
#include "passes/modular_tensor.hpp"

namespace nabla::passes {

using namespace ir;

namespace {

constexpr int points = 4;
constexpr int attempts = 12;
constexpr int largest_size = 6;

std::optional<std::uint64_t> residue(const Number& c) {
    if (!c.is_exact()) return std::nullopt;
    const auto of = [](std::int64_t n) {
        const std::uint64_t r = static_cast<std::uint64_t>(std::abs(n)) % modulus;
        return n < 0 ? negate_mod(r) : r;
    };
    const auto inverse = power_mod(of(c.rational().den), -1);
    return multiply_mod(of(c.rational().num), *inverse);
}

/// Values for all nodes below two roots at one point; a node without one ends it.
class Point {
public:
    explicit Point(std::mt19937_64& random) : random_(random) {}

    /// Random sizes; false if some axis would have none.
    bool choose_sizes(const std::vector<Expr>& nodes) {
        std::set<std::string> names;
        std::vector<Dim> dims;
        for (const Expr e : nodes) {
            dims.insert(dims.end(), e.shape().begin(), e.shape().end());
            if (e.op() == Op::dim_value) dims.push_back(e.dim());
            if (e.op() == Op::einsum)
                dims.insert(dims.end(), e.einsum().dims.begin(), e.einsum().dims.end());
        }
        for (const Dim d : dims)
            for (const std::string& name : d.names()) names.insert(name);
        for (const std::string& name : names)
            sizes_[name] = std::uniform_int_distribution<int>(1, largest_size)(random_);
        return std::all_of(dims.begin(), dims.end(), [&](Dim d) {
            const auto size = evaluate(d, sizes_);
            return size && *size >= 1 && *size <= 200;
        });
    }

    std::optional<ModularTensor> value(Expr root, const std::vector<Expr>& nodes) {
        for (const Expr e : nodes) {
            if (values_.contains(e)) continue;
            auto result = compute(e);
            if (!result) return std::nullopt;
            values_.emplace(e, std::move(*result));
        }
        return values_.at(root);
    }

private:
    std::vector<std::int64_t> shape_of(Expr e) const {
        std::vector<std::int64_t> shape;
        for (const Dim d : e.shape()) shape.push_back(*evaluate(d, sizes_));
        return shape;
    }

    std::uint64_t random() { return random_() % modulus; }

    std::optional<ModularTensor> compute(Expr e) {
        switch (e.op()) {
            case Op::constant: {
                const auto c = residue(e.number());
                if (!c) return std::nullopt;
                return ModularTensor{{}, {*c}};
            }
            case Op::dim_value:
                return ModularTensor{{}, {*residue(Number(*evaluate(e.dim(), sizes_)))}};
            case Op::pi:  // transcendental: as good as an unknown
                return ModularTensor{{}, {0x1234567}};
            case Op::symbol:
                return symbol(e);
            case Op::identity:
            case Op::selection:
            case Op::trimask:
            case Op::iota:
                return pattern(e);
            case Op::sum:
                return sum(e);
            case Op::einsum:
                return product(e);
            case Op::inverse:
                return inverse_mod(values_.at(e.child(0)));
            case Op::det:
                return ModularTensor{{}, {det_mod(values_.at(e.child(0)))}};
            case Op::adjugate: {
                auto result = inverse_mod(values_.at(e.child(0)));
                if (!result) return std::nullopt;
                const std::uint64_t det = det_mod(values_.at(e.child(0)));
                for (std::uint64_t& x : result->data) x = multiply_mod(x, det);
                return result;
            }
            case Op::reshape:
                return ModularTensor{shape_of(e), values_.at(e.child(0)).data};
            case Op::map:
                return power_of_size(e);
            case Op::reduce:
            case Op::derivative:
            case Op::chol:
            case Op::eigenvalue:
            case Op::eigenvector:
            case Op::shifted_pinv:
            case Op::expm:
            case Op::sylvester:
                break;
        }
        return std::nullopt;
    }

    ModularTensor pattern(Expr e) const {
        ModularTensor t = ModularTensor::filled(shape_of(e), 0);
        if (e.op() == Op::iota) {
            for (std::size_t i = 0; i < t.data.size(); ++i) t.data[i] = i + 1;
            return t;
        }
        const std::int64_t offset = e.op() == Op::selection ? *evaluate(e.offset(), sizes_) : 0;
        for (std::int64_t i = 0; i < t.shape[0]; ++i)
            for (std::int64_t j = 0; j < t.shape[1]; ++j)
                if (e.op() == Op::trimask ? i >= j : i == j + offset) t.at(i, j) = 1;
        return t;
    }

    std::optional<ModularTensor> symbol(Expr e) {
        ModularTensor t = ModularTensor::filled(shape_of(e), 0);
        for (std::uint64_t& x : t.data) x = random();
        if (e.has(Fact::simplex)) {
            std::uint64_t rest = 1;
            for (std::size_t i = 1; i < t.data.size(); ++i)
                rest = add_mod(rest, negate_mod(t.data[i]));
            t.data[0] = rest;
        }
        if (e.rank() != 2 || t.shape[0] != t.shape[1]) return t;
        if (e.has(Fact::orthogonal)) return orthogonal(e, t);
        for (std::int64_t i = 0; i < t.shape[0]; ++i)
            for (std::int64_t j = 0; j < t.shape[1]; ++j) {
                if (i > j && e.has(Fact::symmetric)) t.at(i, j) = t.at(j, i);
                if (i >= j && e.has(Fact::antisymmetric))
                    t.at(i, j) = i == j ? 0 : negate_mod(t.at(j, i));
                const bool zero = (i < j && e.has(Fact::lower)) || (i > j && e.has(Fact::upper));
                if (zero) t.at(i, j) = 0;
            }
        return t;
    }

    /// Cayley: (I - K)(I + K)^-1 for antisymmetric K. Further facts leave too few such matrices.
    std::optional<ModularTensor> orthogonal(Expr e, const ModularTensor& t) const {
        if (e.has(Fact::symmetric) || e.has(Fact::lower) || e.has(Fact::upper)) return std::nullopt;
        ModularTensor minus = t, plus = t;
        const std::int64_t n = t.shape[0];
        for (std::int64_t i = 0; i < n; ++i)
            for (std::int64_t j = 0; j < n; ++j) {
                const std::uint64_t k = i == j ? 0 : (i < j ? t.at(i, j) : negate_mod(t.at(j, i)));
                plus.at(i, j) = i == j ? 1 : k;
                minus.at(i, j) = i == j ? 1 : negate_mod(k);
            }
        const auto inverse = inverse_mod(plus);
        if (!inverse) return std::nullopt;
        const Labels left{0, 1}, right{1, 2};
        return product_mod({{&minus, &left}, {&*inverse, &right}}, {0, 2}, {n, n, n});
    }

    std::optional<ModularTensor> sum(Expr e) const {
        ModularTensor total = ModularTensor::filled(shape_of(e), 0);
        for (const Term& t : e.sum().terms) {
            const auto c = residue(t.coefficient);
            if (!c) return std::nullopt;
            const ModularTensor& part = values_.at(t.expr);
            for (std::size_t i = 0; i < total.data.size(); ++i)
                total.data[i] = add_mod(total.data[i], multiply_mod(*c, part.data[i]));
        }
        return total;
    }

    std::optional<ModularTensor> product(Expr e) const {
        const EinsumData& data = e.einsum();
        std::vector<std::int64_t> extents;
        for (const Dim d : data.dims) extents.push_back(*evaluate(d, sizes_));
        std::vector<ModularTensor> powers;
        powers.reserve(data.factors.size());
        std::vector<ModularFactor> factors;
        for (const Factor& f : data.factors) {
            if (!f.exponent.is_integer()) return std::nullopt;
            powers.push_back(values_.at(f.base));
            for (std::uint64_t& x : powers.back().data) {
                const auto power = power_mod(x, f.exponent.num);
                if (!power) return std::nullopt;
                x = *power;
            }
            factors.push_back({&powers.back(), &f.labels});
        }
        return product_mod(factors, data.output, extents);
    }

    /// c^n for a size n; other functions are not rational.
    std::optional<ModularTensor> power_of_size(Expr e) const {
        constexpr std::uint64_t highest = 1'000'000;
        if (e.map().function != Fn::pow || !e.is_scalar() || !e.child(1).has(Fact::integer) ||
            !symbols_of(std::vector<Expr>{e.child(1)}).empty())
            return std::nullopt;
        const std::uint64_t n = values_.at(e.child(1)).data[0];
        if (n > highest && modulus - n > highest) return std::nullopt;
        const auto exponent =
            n <= highest ? static_cast<std::int64_t>(n) : -static_cast<std::int64_t>(modulus - n);
        const auto power = power_mod(values_.at(e.child(0)).data[0], exponent);
        if (!power) return std::nullopt;
        return ModularTensor{{}, {*power}};
    }

    std::mt19937_64& random_;
    DimValues sizes_;
    std::unordered_map<Expr, ModularTensor, ExprHash> values_;
};

}  // namespace

Agreement agree_modulo_prime(Expr left, Expr right) {
    std::mt19937_64 random(20240711);
    const std::vector<Expr> roots{left, right};
    const std::vector<Expr> nodes = post_order(roots);
    int agreed = 0;
    for (int i = 0; i < attempts && agreed < points; ++i) {
        Point point(random);
        if (!point.choose_sizes(nodes)) continue;
        const auto a = point.value(left, nodes);
        if (!a) continue;
        const auto b = point.value(right, nodes);
        left.context().spend(50 * nodes.size());
        const std::size_t n = std::max(a->data.size(), b->data.size());
        for (std::size_t k = 0; k < n; ++k)
            if (a->data[a->data.size() == 1 ? 0 : k] != b->data[b->data.size() == 1 ? 0 : k])
                return Agreement::differ;
        ++agreed;
    }
    return agreed > 0 ? Agreement::agree : Agreement::unknown;
}

}  // namespace nabla::passes
