#include "runtime/sample.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <nabla/error.hpp>
#include <set>
#include <utility>

#include "ir/traverse.hpp"
#include "runtime/check_facts.hpp"
#include "runtime/values.hpp"

namespace nabla::runtime {
namespace {

using ir::Fact;

constexpr int size_tries = 300;
constexpr int value_tries = 40;
constexpr std::int64_t most_entries = 100'000;
constexpr std::int64_t most_steps = 10'000'000;  ///< of one product of two factors

/// Every size that computing the nodes needs: axes, and labels that are summed away.
std::vector<ir::Dim> dims_below(std::span<const ir::Expr> nodes) {
    std::vector<ir::Dim> dims;
    for (const ir::Expr e : nodes) {
        dims.insert(dims.end(), e.shape().begin(), e.shape().end());
        if (e.op() == ir::Op::dim_value || e.op() == ir::Op::identity) dims.push_back(e.dim());
        if (e.op() != ir::Op::einsum) continue;
        dims.insert(dims.end(), e.einsum().dims.begin(), e.einsum().dims.end());
    }
    std::sort(dims.begin(), dims.end(), [](ir::Dim a, ir::Dim b) { return ir::less(a, b); });
    dims.erase(std::unique(dims.begin(), dims.end()), dims.end());
    return dims;
}

/// Whether a test can afford to compute these nodes.
bool affordable(std::span<const ir::Expr> nodes, const ir::DimValues& sizes) {
    for (const ir::Expr e : nodes) {
        std::int64_t entries = 1;
        for (const ir::Dim dim : e.shape()) {
            if (__builtin_mul_overflow(entries, *ir::evaluate(dim, sizes), &entries)) return false;
        }
        if (entries > most_entries) return false;
        if (e.op() != ir::Op::einsum) continue;
        std::vector<std::int64_t> labels;
        for (const ir::Dim dim : e.einsum().dims) labels.push_back(*ir::evaluate(dim, sizes));
        std::sort(labels.rbegin(), labels.rend());
        std::int64_t steps = 1;
        for (std::size_t i = 0; i < std::min<std::size_t>(3, labels.size()); ++i) {
            if (__builtin_mul_overflow(steps, labels[i], &steps)) return false;
        }
        if (steps > most_steps) return false;
    }
    return true;
}

bool possible(const std::vector<ir::Dim>& dims, const ir::DimValues& sizes) {
    return std::all_of(dims.begin(), dims.end(), [&](ir::Dim dim) {
        const auto size = ir::evaluate(dim, sizes);
        return size && *size >= 1;
    });
}

/// Values for one symbol; facts that need the whole array are built in, bounds are met entry by
/// entry.
class ValueMaker {
public:
    ValueMaker(const ir::Declaration& declaration, Sizes sizes, Spread spread,
               std::mt19937_64& random)
        : declaration_(declaration),
          facts_(declaration.symbol.symbol().facts),
          sizes_(std::move(sizes)),
          spread_(spread),
          random_(random) {
        lower_ = declaration.lower;
        upper_ = declaration.upper;
        if (facts_.has(Fact::nonnegative)) lower_ = std::max(lower_, 0.0);
        if (facts_.has(Fact::nonpositive)) upper_ = std::min(upper_, 0.0);
    }

    Array make() {
        Array array(sizes_, std::vector<double>(entry_count(sizes_)));
        entries_ = array.data();
        for (std::size_t i = 0; i < array.values().size(); ++i) entries_[i] = entry();
        if (sizes_.size() == 1 && facts_.has(Fact::simplex)) make_simplex();
        if (sizes_.size() == 2) n_ = sizes_[0];
        if (sizes_.size() == 2 && sizes_[0] == sizes_[1]) make_square();
        return array;
    }

private:
    double uniform(double low, double high) {
        return std::uniform_real_distribution<double>(low, high)(random_);
    }
    double normal() { return std::normal_distribution<double>()(random_); }

    double unbounded() {
        switch (spread_) {
            case Spread::integers:
                return static_cast<double>(std::uniform_int_distribution<int>(-2, 2)(random_));
            case Spread::normal:
                return normal();
            case Spread::positive:
                return uniform(0.1, 3);
            case Spread::unit:
                return uniform(0.02, 0.98);
            case Spread::wide:
                return 20 * normal();
        }
        return 0;
    }

    double entry() {
        const bool below = std::isfinite(lower_);
        const bool above = std::isfinite(upper_);
        const bool whole = facts_.has(Fact::integer) || spread_ == Spread::integers;
        double x = unbounded();
        if (below && above) {
            x = lower_ + (upper_ - lower_) * uniform(0, 1);
        } else if (below) {
            x = lower_ + std::abs(x);
        } else if (above) {
            x = upper_ - std::abs(x);
        }
        if (!whole) return x;
        const bool strictly_low = declaration_.lower_strict || facts_.has(Fact::positive);
        const bool strictly_high = declaration_.upper_strict || facts_.has(Fact::negative);
        double first = std::ceil(lower_);
        double last = std::floor(upper_);
        if (first == lower_ && strictly_low) first += 1;
        if (last == upper_ && strictly_high) last -= 1;
        // Bounds without a whole number between them: only a declared fact asks for one.
        return first <= last ? std::clamp(std::round(x), first, last) : x;
    }

    void make_simplex() {
        const auto n = static_cast<double>(sizes_[0]);
        const double low = std::max(0.0, lower_);
        double sum = 0;
        for (std::size_t i = 0; i < sizes_[0]; ++i) sum += entries_[i] = uniform(0.05, 1);
        for (std::size_t i = 0; i < sizes_[0]; ++i) {
            entries_[i] = low + (1 - n * low) * entries_[i] / sum;
        }
    }

    double& at(std::size_t i, std::size_t j) { return entries_[i * n_ + j]; }

    void make_square() {
        if (facts_.has(Fact::orthogonal)) return make_orthogonal();
        if (facts_.has(Fact::psd)) return make_definite();
        for (std::size_t i = 0; i < n_; ++i) {
            for (std::size_t j = 0; j < n_; ++j) {
                if (j > i && facts_.has(Fact::symmetric)) at(j, i) = at(i, j);
                if (j > i && facts_.has(Fact::antisymmetric)) at(j, i) = -at(i, j);
            }
            if (facts_.has(Fact::antisymmetric)) at(i, i) = 0;
            // Away from singular, where rounding would drown what is to be compared.
            if (facts_.has(Fact::invertible) && std::isinf(lower_) && std::isinf(upper_)) {
                at(i, i) += (at(i, i) < 0 ? -1 : 1) * (1.0 + static_cast<double>(n_));
            }
        }
        clear_triangles();
    }

    void clear_triangles() {
        for (std::size_t i = 0; i < n_; ++i) {
            for (std::size_t j = 0; j < n_; ++j) {
                if (i < j && facts_.has(Fact::lower)) at(i, j) = 0;
                if (i > j && facts_.has(Fact::upper)) at(i, j) = 0;
            }
        }
    }

    /// G G^T / n, plus a multiple of the identity for pd; the diagonal of that for a diagonal one.
    void make_definite() {
        const std::vector<double> g(entries_, entries_ + n_ * n_);
        const bool whole = facts_.has(Fact::integer) || spread_ == Spread::integers;
        const double scale = whole ? 1 : 1 / static_cast<double>(n_);
        for (std::size_t i = 0; i < n_; ++i) {
            for (std::size_t j = 0; j < n_; ++j) {
                double sum = 0;
                for (std::size_t k = 0; k < n_; ++k) sum += g[i * n_ + k] * g[j * n_ + k];
                at(i, j) = sum * scale + (i == j && facts_.has(Fact::pd) ? 1 : 0);
            }
        }
        clear_triangles();
    }

    /// Gram and Schmidt on the rows; a reflection where it must be symmetric; signs where diagonal.
    void make_orthogonal() {
        std::vector<double> v(n_);
        double square = 0;
        for (double& x : v) x = normal(), square += x * x;
        for (std::size_t i = 0; i < n_; ++i) {
            for (std::size_t j = 0; j < n_; ++j) {
                const double delta = i == j ? 1 : 0;
                const bool lone = facts_.has(Fact::lower) || facts_.has(Fact::upper);
                at(i, j) = lone                          ? delta * (v[i] < 0 ? -1 : 1)
                           : facts_.has(Fact::symmetric) ? delta - 2 * v[i] * v[j] / square
                                                         : normal();
                if (facts_.has(Fact::psd)) at(i, j) = delta;
            }
        }
        for (std::size_t i = 0; i < n_; ++i) {
            for (std::size_t k = 0; k < i; ++k) {
                double along = 0;
                for (std::size_t j = 0; j < n_; ++j) along += at(i, j) * at(k, j);
                for (std::size_t j = 0; j < n_; ++j) at(i, j) -= along * at(k, j);
            }
            double length = 0;
            for (std::size_t j = 0; j < n_; ++j) length += at(i, j) * at(i, j);
            for (std::size_t j = 0; j < n_; ++j) at(i, j) /= std::sqrt(length);
        }
    }

    const ir::Declaration& declaration_;
    ir::Facts facts_;
    Sizes sizes_;
    Spread spread_;
    std::mt19937_64& random_;
    double lower_ = 0;
    double upper_ = 0;
    double* entries_ = nullptr;
    std::size_t n_ = 0;
};

}  // namespace

std::optional<ir::DimValues> Sampler::try_sizes(const std::vector<std::string>& names) {
    ir::DimValues sizes;
    for (const std::string& name : names) {
        std::int64_t lower = 1;
        std::int64_t upper = std::numeric_limits<std::int64_t>::max();
        for (const ir::DimBound& bound : module_.dim_bounds) {
            if (bound.name != name) continue;
            lower = std::max(lower, bound.lower);
            upper = std::min(upper, bound.upper);
        }
        if (lower > upper || lower > most_entries) return std::nullopt;
        upper = std::min(upper, lower + 4);
        sizes[name] = std::uniform_int_distribution<std::int64_t>(lower, upper)(random_);
    }
    for (const auto& [name, value] : module_.dims) {
        if (const auto size = ir::evaluate(value, sizes)) sizes[name] = *size;
    }
    return sizes;
}

std::optional<ir::DimValues> Sampler::sizes(std::span<const ir::Expr> roots) {
    const std::vector<ir::Expr> nodes = ir::post_order(roots);
    const std::vector<ir::Dim> dims = dims_below(nodes);
    std::set<std::string> names;
    for (const ir::Dim dim : dims) {
        for (const std::string& name : dim.names()) names.insert(name);
    }
    for (const ir::SizeCondition& condition : module_.size_conditions) {
        for (const std::string& name : condition.surplus.names()) names.insert(name);
    }
    for (const auto& [name, value] : module_.dims) {
        if (names.erase(name) == 0) continue;
        for (const std::string& other : value.names()) names.insert(other);
    }
    for (int i = 0; i < size_tries; ++i) {
        const auto sizes = try_sizes({names.begin(), names.end()});
        if (!sizes) return std::nullopt;
        const auto holds = [&](const ir::SizeCondition& condition) {
            return ir::evaluate(condition.surplus, *sizes).value_or(0) >= 0;
        };
        const auto& conditions = module_.size_conditions;
        if (!std::all_of(conditions.begin(), conditions.end(), holds)) continue;
        if (possible(dims, *sizes) && affordable(nodes, *sizes)) return sizes;
    }
    return std::nullopt;
}

std::optional<Array> Sampler::value(ir::Expr symbol, const ir::DimValues& dims, Spread spread) {
    const ir::Declaration* declaration = module_.find_declaration(symbol.symbol().name);
    ir::Declaration undeclared;
    if (declaration == nullptr || !(declaration->symbol == symbol)) {
        undeclared.symbol = symbol;
        declaration = &undeclared;
    }
    Sizes sizes;
    for (const ir::Dim dim : symbol.shape()) {
        sizes.push_back(static_cast<std::size_t>(*ir::evaluate(dim, dims)));
    }
    for (int i = 0; i < value_tries; ++i) {
        Array array = ValueMaker(*declaration, sizes, spread, random_).make();
        try {
            check_facts({symbol.symbol().name, array, {}, false, false}, *declaration);
            return array;
        } catch (const InputError&) {
            // Two facts together, or a bound that a whole array must meet.
        }
    }
    return std::nullopt;
}

}  // namespace nabla::runtime
