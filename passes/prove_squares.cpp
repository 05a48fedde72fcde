// Sums of squares: every positive term that is <h, h> for some array h gives a h; every term that
// is <h, g> for two of these is an entry of a Gram matrix, shared equally between all pairs that
// make it; if that matrix is positive semidefinite, which is checked exactly, so is the sum. Cauchy
// and Schwarz: (x^T x)(y^T y) is <x y^T, x y^T> and <y x^T, y x^T>, (x^T y)^2 is <x y^T, y x^T>.
#include <algorithm>
#include <set>

#include "ir/build.hpp"
#include "ir/context.hpp"
#include "passes/normal_parts.hpp"
#include "passes/prove_nonnegative.hpp"

namespace nabla::passes {

using namespace ir;

namespace {

constexpr std::size_t most_copies = 10;
constexpr std::size_t most_terms = 48;
constexpr std::size_t most_halves = 24;
constexpr std::size_t most_crossing = 4;
constexpr std::size_t most_optional = 2;

/// Appends the factors of a product to the power `times`, scalar products opened, each to the power
/// 1 or half of what it is where it is nonnegative.
bool open_factors(EinsumData& all, const EinsumData& product, const Labels& names, int times) {
    for (int round = 0; round < times; ++round) {
        Labels rename = names;
        for (LabelId l = 0; l < product.dims.size(); ++l) {
            if (rename[l] != 0xFFFF) continue;
            rename[l] = static_cast<LabelId>(all.dims.size());
            all.dims.push_back(product.dims[l]);
        }
        for (Factor f : product.factors) {
            for (LabelId& l : f.labels) l = rename[l];
            const bool whole = f.exponent.is_integer() && f.exponent.num > 0;
            if (whole && f.base.is_scalar() && f.base.op() == Op::einsum) {
                const EinsumData& inner = f.base.einsum();
                if (f.exponent.num > static_cast<std::int64_t>(most_copies) ||
                    !open_factors(all, inner, Labels(inner.dims.size(), 0xFFFF),
                                  static_cast<int>(f.exponent.num)))
                    return false;
                continue;
            }
            const bool even = f.exponent.is_integer() && f.exponent.num % 2 == 0;
            if (f.base.op() == Op::dim_value && whole && f.exponent.num <= 2) {
                // The size of an axis is a sum of ones over it.
                for (std::int64_t i = 0; i < f.exponent.num; ++i) all.dims.push_back(f.base.dim());
            } else if (f.base.has(Fact::nonnegative) || (even && f.exponent.num < 0)) {
                const std::int64_t copies = whole && f.exponent.num <= 2 ? 2 * f.exponent.num : 2;
                const Factor part{f.base, *mul(f.exponent, Rational(1, copies)), f.labels};
                all.factors.insert(all.factors.end(), static_cast<std::size_t>(copies), part);
            } else if (whole && f.exponent.num <= static_cast<std::int64_t>(most_copies)) {
                for (std::int64_t i = 0; i < f.exponent.num; ++i)
                    all.factors.push_back(Factor{f.base, 1, f.labels});
            } else {
                all.factors.push_back(f);
            }
            if (all.factors.size() > most_copies) return false;
        }
    }
    return all.factors.size() <= most_copies;
}

using Halves = std::pair<Expr, Expr>;

/// All ways to write a term as <a, b>: over some contracted axes, the outputs kept as they are.
std::vector<Halves> halves_of(Expr term) {
    EinsumData all;
    const EinsumData data = as_product(term);
    Labels names(data.dims.size(), 0xFFFF);
    for (LabelId l : data.output) {
        names[l] = static_cast<LabelId>(all.dims.size());
        all.output.push_back(names[l]);
        all.dims.push_back(data.dims[l]);
    }
    if (!open_factors(all, data, names, 1)) return {};
    std::set<std::pair<const Node*, const Node*>> seen;
    std::vector<Halves> result;
    Context& context = term.context();
    const std::size_t n = all.factors.size();
    for (unsigned subset = 0; subset < (1u << n); ++subset) {
        if (n > 0 && (subset & 1u) == 0) continue;
        std::vector<std::size_t> mine, other;
        for (std::size_t k = 0; k < n; ++k) (subset >> k & 1u ? mine : other).push_back(k);
        // Summed labels that both halves carry, or neither, are contracted; one that a single half
        // carries may be: the other is spread over it then.
        Labels crossing, optional;
        for (LabelId l = 0; l < all.dims.size(); ++l) {
            if (is_output(all, l)) continue;
            const auto carries = [&](std::size_t k) {
                const Labels& labels = all.factors[k].labels;
                return std::find(labels.begin(), labels.end(), l) != labels.end();
            };
            const bool here = std::any_of(mine.begin(), mine.end(), carries);
            const bool there = std::any_of(other.begin(), other.end(), carries);
            (here == there ? crossing : optional).push_back(l);
        }
        if (optional.size() > most_optional) optional.clear();
        for (unsigned more = 0; more < (1u << optional.size()); ++more) {
            Labels contracted = crossing;
            for (std::size_t i = 0; i < optional.size(); ++i)
                if (more >> i & 1u) contracted.push_back(optional[i]);
            if (contracted.size() > most_crossing) continue;
            std::sort(contracted.begin(), contracted.end());
            do {
                EinsumData half = all;
                half.output.insert(half.output.end(), contracted.begin(), contracted.end());
                const Expr a = replace_factors(context, half, other, {});
                const Expr b = replace_factors(context, half, mine, {});
                context.spend(64);
                if (seen.emplace(a.node(), b.node()).second) result.emplace_back(a, b);
            } while (std::next_permutation(contracted.begin(), contracted.end()));
        }
    }
    return result;
}

/// A symmetric matrix of exact numbers: eliminates row by row; the pivots, or nothing if it is not
/// positive semidefinite (or not exact).
std::optional<std::vector<Number>> pivots_of(std::vector<std::vector<Number>> q) {
    std::vector<Number> pivots;
    for (std::size_t k = 0; k < q.size(); ++k) {
        const Number pivot = q[k][k];
        if (!pivot.is_exact() || pivot.is_negative()) return std::nullopt;
        pivots.push_back(pivot);
        for (std::size_t i = k + 1; i < q.size(); ++i) {
            if (!q[i][k].is_exact() || (pivot.is_zero() && !q[i][k].is_zero())) return std::nullopt;
            if (pivot.is_zero()) continue;
            const Number factor = q[i][k] / pivot;
            for (std::size_t j = k + 1; j < q.size(); ++j)
                q[i][j] = q[i][j] + Number(-1) * factor * q[k][j];
        }
    }
    return pivots;
}

class Gram {
public:
    explicit Gram(Expr sum) : sum_(sum), terms_(as_terms(sum)) {}

    bool prove(bool strict) {
        if (terms_.size() > most_terms) return false;
        for (const Term& t : terms_) {
            if (!t.coefficient.is_exact()) return false;
            halves_.push_back(halves_of(t.expr));
            if (t.coefficient.is_negative()) continue;
            for (const Halves& h : halves_.back())
                if (h.first == h.second) add_basis(h.first);
        }
        if (basis_.size() > most_halves) return false;
        for (std::size_t i = 0; i < terms_.size(); ++i) pairs_.push_back(pairs_of(halves_[i]));
        // Terms that are nonnegative by themselves may be left out where they stand in no pair.
        if (!strict) return check({}, {});
        for (std::size_t i = 0; i < terms_.size(); ++i) {
            const bool positive =
                !terms_[i].coefficient.is_negative() && terms_[i].expr.has(Fact::positive);
            if (positive && check(i, {})) return true;
        }
        for (std::size_t h = 0; h < basis_.size(); ++h)
            if (basis_[h].shape() == sum_.shape() && basis_[h].has(Fact::positive) && check({}, h))
                return true;
        return false;
    }

private:
    using Pairs = std::set<std::pair<std::size_t, std::size_t>>;

    void add_basis(Expr h) {
        if (std::find(basis_.begin(), basis_.end(), h) == basis_.end()) basis_.push_back(h);
    }

    std::optional<std::size_t> index(Expr h) const {
        auto at = std::find(basis_.begin(), basis_.end(), h);
        if (at == basis_.end()) return std::nullopt;
        return static_cast<std::size_t>(at - basis_.begin());
    }

    Pairs pairs_of(const std::vector<Halves>& halves) const {
        Pairs pairs;
        for (const Halves& h : halves) {
            const auto i = index(h.first), j = index(h.second);
            if (i && j) pairs.emplace(std::min(*i, *j), std::max(*i, *j));
        }
        return pairs;
    }

    /// Whether the Gram matrix is positive semidefinite without the term `without`; and the last
    /// pivot positive if `last` is put last.
    bool check(std::optional<std::size_t> without, std::optional<std::size_t> last) const {
        const std::size_t n = basis_.size();
        std::vector<std::vector<Number>> q(n, std::vector<Number>(n, Number(0)));
        const auto place = [&](std::size_t i) {
            if (!last) return i;
            return i == *last ? n - 1 : (i > *last ? i - 1 : i);
        };
        for (std::size_t t = 0; t < terms_.size(); ++t) {
            if (without && t == *without) continue;
            const Number& c = terms_[t].coefficient;
            if (pairs_[t].empty()) {
                if (c.is_negative() || !terms_[t].expr.has(Fact::nonnegative)) return false;
                continue;
            }
            const Number share = c / Number(static_cast<std::int64_t>(pairs_[t].size()));
            for (const auto& [i, j] : pairs_[t]) {
                const std::size_t a = place(i), b = place(j);
                if (i == j) {
                    q[a][a] = q[a][a] + share;
                } else {
                    q[a][b] = q[a][b] + share / Number(2);
                    q[b][a] = q[a][b];
                }
            }
        }
        const auto pivots = pivots_of(std::move(q));
        return pivots && (!last || (!pivots->back().is_zero() && !pivots->back().is_negative()));
    }

    Expr sum_;
    std::vector<Term> terms_;
    std::vector<std::vector<Halves>> halves_;
    std::vector<Expr> basis_;
    std::vector<Pairs> pairs_;
};

}  // namespace

bool is_sum_of_squares(Expr sum, bool strict) { return Gram(sum).prove(strict); }

}  // namespace nabla::passes
