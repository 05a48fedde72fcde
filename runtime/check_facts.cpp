#include "runtime/check_facts.hpp"

#include <lapacke.h>

#include <algorithm>
#include <cmath>
#include <nabla/error.hpp>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "runtime/dependence.hpp"
#include "runtime/located.hpp"

namespace nabla::runtime {
namespace {

class Checker {
public:
    Checker(const Value& value, const ir::Declaration& declaration)
        : value_(value), declaration_(declaration), facts_(declaration.symbol.symbol().facts) {
        for (const double entry : value.array.values()) {
            if (std::isfinite(entry)) scale_ = std::max(scale_, std::abs(entry));
        }
    }

    void check() const {
        check_entries();
        if (value_.array.rank() == 1 && facts_.has(ir::Fact::simplex)) check_sum();
        if (value_.array.rank() == 2 && value_.array.sizes()[0] == value_.array.sizes()[1]) {
            check_pairs();
            check_orthogonal();
            check_definite();
        }
        check_rank();
    }

private:
    double at(std::size_t i, std::size_t j) const {
        return value_.array.data()[i * value_.array.sizes()[1] + j];
    }

    bool far(double a, double b) const { return !(std::abs(a - b) <= 1e-8 * scale_); }

    [[noreturn]] void fail(const std::string& fact, const std::string& why) const {
        throw InputError({error_at(
            declaration_.where,
            fmt::format("{} is declared {}, but {}{}", value_.name, fact, why,
                        value_.origin.empty() ? std::string()
                                              : fmt::format(" (from {})", value_.origin)))});
    }

    std::string place(std::size_t flat) const {
        std::vector<std::size_t> index;
        for (auto size = value_.array.sizes().rbegin(); size != value_.array.sizes().rend();
             ++size) {
            index.insert(index.begin(), flat % *size + 1);
            flat /= *size;
        }
        if (index.empty()) return value_.name;
        return fmt::format("{}[{}]", value_.name, fmt::join(index, ", "));
    }

    void check_entries() const {
        const auto entries = value_.array.values();
        for (std::size_t i = 0; i < entries.size(); ++i) {
            const double entry = entries[i];
            const auto require = [&](bool holds, const std::string& fact) {
                if (!holds) fail(fact, fmt::format("{} is {}", place(i), entry));
            };
            if (facts_.has(ir::Fact::positive)) require(entry > 0, "> 0");
            if (facts_.has(ir::Fact::nonnegative)) require(entry >= 0, ">= 0");
            if (facts_.has(ir::Fact::negative)) require(entry < 0, "< 0");
            if (facts_.has(ir::Fact::nonpositive)) require(entry <= 0, "<= 0");
            if (std::isfinite(declaration_.lower)) {
                const bool strict = declaration_.lower_strict;
                require(strict ? entry > declaration_.lower : entry >= declaration_.lower,
                        fmt::format("{} {}", strict ? ">" : ">=", declaration_.lower));
            }
            if (std::isfinite(declaration_.upper)) {
                const bool strict = declaration_.upper_strict;
                require(strict ? entry < declaration_.upper : entry <= declaration_.upper,
                        fmt::format("{} {}", strict ? "<" : "<=", declaration_.upper));
            }
            if (facts_.has(ir::Fact::integer)) require(entry == std::floor(entry), "integer");
        }
    }

    void check_sum() const {
        double sum = 0;
        for (const double entry : value_.array.values()) sum += entry;
        if (!(std::abs(sum - 1) <= 1e-8)) {
            fail("simplex", fmt::format("its entries sum to {}", sum));
        }
    }

    void check_pair(std::size_t i, std::size_t j) const {
        const auto entries = [&](std::size_t a, std::size_t b) {
            return fmt::format("{}[{}, {}] is {}", value_.name, a + 1, b + 1, at(a, b));
        };
        if (facts_.has(ir::Fact::diagonal) && i != j && far(at(i, j), 0)) {
            fail("diagonal", entries(i, j));
        }
        if (facts_.has(ir::Fact::symmetric) && far(at(i, j), at(j, i))) {
            fail("symmetric", fmt::format("{} and {}", entries(i, j), entries(j, i)));
        }
        if (facts_.has(ir::Fact::antisymmetric) && i == j && far(at(i, i), 0)) {
            fail("antisymmetric", entries(i, i) + ", and its diagonal must be 0");
        }
        if (facts_.has(ir::Fact::antisymmetric) && far(at(i, j), -at(j, i))) {
            fail("antisymmetric", fmt::format("{} and {}", entries(i, j), entries(j, i)));
        }
        if (facts_.has(ir::Fact::lower) && j > i && far(at(i, j), 0)) fail("lower", entries(i, j));
        if (facts_.has(ir::Fact::upper) && j < i && far(at(i, j), 0)) fail("upper", entries(i, j));
    }

    void check_pairs() const {
        const std::size_t n = value_.array.sizes()[0];
        constexpr ir::Fact pairwise[] = {ir::Fact::symmetric, ir::Fact::antisymmetric,
                                         ir::Fact::lower, ir::Fact::upper};
        if (std::none_of(std::begin(pairwise), std::end(pairwise),
                         [&](ir::Fact fact) { return facts_.has(fact); })) {
            return;
        }
        for (std::size_t i = 0; i < n; ++i) {
            for (std::size_t j = 0; j < n; ++j) check_pair(i, j);
        }
    }

    void check_orthogonal() const {
        if (!facts_.has(ir::Fact::orthogonal)) return;
        const std::size_t n = value_.array.sizes()[0];
        for (std::size_t i = 0; i < n; ++i) {
            for (std::size_t j = i; j < n; ++j) {
                double product = 0;
                for (std::size_t k = 0; k < n; ++k) product += at(i, k) * at(j, k);
                if (!(std::abs(product - (i == j ? 1 : 0)) <= 1e-8)) {
                    fail("orthogonal", fmt::format("the inner product of its rows {} and {} is {}",
                                                   i + 1, j + 1, product));
                }
            }
        }
    }

    void check_definite() const {
        const bool pd = facts_.has(ir::Fact::pd);
        if (!pd && !facts_.has(ir::Fact::psd)) return;
        const auto n = static_cast<lapack_int>(value_.array.sizes()[0]);
        std::vector<double> copy(value_.array.values().begin(), value_.array.values().end());
        std::vector<double> eigenvalues(static_cast<std::size_t>(n));
        if (n == 0 || LAPACKE_dsyevd(LAPACK_COL_MAJOR, 'N', 'U', n, copy.data(), n,
                                     eigenvalues.data()) != 0) {
            return;
        }
        const double smallest = eigenvalues.front();
        const bool holds = pd ? smallest > 0 : smallest >= -1e-8 * scale_;
        if (!holds) {
            fail(pd ? "pd" : "psd", fmt::format("its smallest eigenvalue is {}", smallest));
        }
    }

    // `pd` and `orthogonal` data have been checked by what says more.
    void check_rank() const {
        if (value_.array.rank() != 2) return;
        const bool invertible = facts_.has(ir::Fact::invertible) && !facts_.has(ir::Fact::pd) &&
                                !facts_.has(ir::Fact::orthogonal);
        const std::size_t rows = value_.array.sizes()[0];
        const std::size_t columns = value_.array.sizes()[1];
        if (!invertible && !facts_.has(ir::Fact::full_rank)) return;
        const bool tall = rows > columns;
        const std::optional<Dependence> found = find_dependence(value_.array, tall);
        if (!found) return;
        const std::string line = fmt::format("{} {}", tall ? "column" : "row", found->vector + 1);
        fail(invertible ? "invertible" : "full_rank",
             found->is_zero
                 ? fmt::format("its {} is zero", line)
                 : fmt::format("its {} is a combination of the others, up to rounding", line));
    }

    const Value& value_;
    const ir::Declaration& declaration_;
    ir::Facts facts_;
    double scale_ = 0;
};

}  // namespace

void check_facts(const Value& value, const ir::Declaration& declaration) {
    if (value.array.rank() != declaration.symbol.rank()) return;
    Checker(value, declaration).check();
}

}  // namespace nabla::runtime
