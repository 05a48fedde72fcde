// Factor-by-factor steps: numbers out, exponents merged and distributed, nested products flattened.
#include <algorithm>
#include <numeric>
#include <unordered_map>

#include "ir/context.hpp"
#include "ir/einsum.hpp"

namespace nabla::ir {
namespace {

enum class Outcome { unchanged, changed };

bool is_even_integer(const Rational& r) { return r.is_integer() && r.num % 2 == 0; }

/// Replaces factor k by nothing.
Outcome drop(EinsumWork& work, std::size_t k) {
    // A label that only this factor carried and that is summed still counts its extent.
    Labels labels = work.factors[k].labels;
    work.factors.erase(work.factors.begin() + static_cast<std::ptrdiff_t>(k));
    std::sort(labels.begin(), labels.end());
    labels.erase(std::unique(labels.begin(), labels.end()), labels.end());
    for (LabelId l : labels)
        if (!work.is_output(l) && work.occurrences(l) == 0)
            work.factors.push_back(Factor{dim_value(work.dims[l]), 1, {}});
    return Outcome::changed;
}

Outcome constant_factor(EinsumWork& work, std::size_t k) {
    const Factor& f = work.factors[k];
    const Number& base = f.base.number();
    Rational e = f.exponent;
    if (base.is_zero()) {
        work.zero = e.num > 0;
        return work.zero ? Outcome::changed : Outcome::unchanged;  // 1/0 stays: IEEE at run time
    }
    if (auto power = exact_power(base, e)) {
        work.coefficient = work.coefficient * *power;
        return drop(work, k);
    }
    if (!base.is_exact() || base.is_negative()) return Outcome::unchanged;
    // 2^(3/2) is 2·2^(1/2), 2^(-1/2) is 2^(1/2)/2: the exponent in (0, 1), the base an integer.
    Rational b = base.rational();
    if (b.den != 1) {
        Expr top = constant(work.context, b.num), bottom = constant(work.context, b.den);
        work.factors[k] = Factor{top, e, {}};
        work.factors.push_back(Factor{bottom, Rational(-e.num, e.den), {}});
        return Outcome::changed;
    }
    if (e.num > 0 && e.num < e.den) return Outcome::unchanged;
    std::int64_t whole = e.num >= 0 ? e.num / e.den : -((-e.num + e.den - 1) / e.den);
    auto power = exact_power(base, Rational(whole));
    if (!power) return Outcome::unchanged;
    work.coefficient = work.coefficient * *power;
    work.factors[k].exponent = Rational(e.num - whole * e.den, e.den);
    return Outcome::changed;
}

/// The rational content of a Sum: what makes its coefficients coprime integers.
Rational content(const SumData& data) {
    std::int64_t num = 0, den = 1;
    for (const Term& t : data.terms) {
        if (!t.coefficient.is_exact()) return Rational(1);
        const Rational& c = t.coefficient.rational();
        num = std::gcd(num, c.num);
        std::int64_t g = std::gcd(den, c.den);
        if (__builtin_mul_overflow(den / g, c.den, &den)) return Rational(1);
    }
    return num == 0 ? Rational(1) : Rational(num, den);
}

/// After factors left: summed labels of `labels` that nobody carries count their extent.
void count_orphans(EinsumWork& work, Labels labels) {
    std::sort(labels.begin(), labels.end());
    labels.erase(std::unique(labels.begin(), labels.end()), labels.end());
    for (LabelId l : labels)
        if (!work.is_output(l) && work.occurrences(l) == 0)
            work.factors.push_back(Factor{dim_value(work.dims[l]), 1, {}});
}

/// A base that is constant along an axis is there without it, whatever its exponent; summed labels
/// that nobody else carries count their extent.
bool drop_spread_axes(EinsumWork& work, std::size_t k) {
    Factor& f = work.factors[k];
    auto match = match_spread(std::span<const Expr>(&f.base, 1));
    if (!match || f.base.is_scalar()) return false;
    const Labels labels = f.labels;
    f.base = match->bases[0];
    f.labels.clear();
    for (auto axis : match->axes) f.labels.push_back(labels[axis]);
    count_orphans(work, labels);
    return true;
}

Outcome sum_factor(EinsumWork& work, std::size_t k) {
    Factor& f = work.factors[k];
    const SumData& data = f.base.sum();
    if (data.terms.empty()) {
        if (f.exponent.num > 0) {
            work.zero = true;
            return Outcome::changed;
        }
        return Outcome::unchanged;
    }
    if (drop_spread_axes(work, k)) return Outcome::changed;
    Rational g = content(data);
    bool flip = f.exponent.is_integer() && data.terms.front().coefficient.is_negative();
    if (flip) g.num = -g.num;
    if (!(g == Rational(1))) {
        if (auto power = exact_power(Number(g), f.exponent)) {
            std::vector<Term> terms = data.terms;
            for (Term& t : terms) t.coefficient = t.coefficient / Number(g);
            work.coefficient = work.coefficient * *power;
            f.base = sum(work.context, std::move(terms), f.base.shape());
            return Outcome::changed;
        }
    }
    if (f.base.rank() == 2 && data.terms.size() > 1 && prefers_transpose(f.base)) {
        f.base = transpose(f.base);
        std::swap(f.labels[0], f.labels[1]);
        return Outcome::changed;
    }
    return Outcome::unchanged;
}

/// The factor f^p raised to q, valid for real numbers: (x^2)^(1/2) is |x|.
Factor raised(const Factor& f, const Rational& q) {
    Factor result = f;
    auto product = mul(f.exponent, q);
    result.exponent = *product;
    if (!q.is_integer() && is_even_integer(f.exponent) && !f.base.has(Fact::nonnegative) &&
        !is_even_integer(result.exponent))
        result.base = map(Fn::abs, f.base);
    return result;
}

bool known_nonnegative(const Factor& f) {
    return is_even_integer(f.exponent) || f.base.has(Fact::nonnegative);
}

/// Appends `inner`'s factors once, its output labels tied to `labels`, its summed labels fresh.
void inline_once(EinsumWork& work, const EinsumData& inner, const Labels& labels) {
    Labels rename(inner.dims.size());
    for (LabelId l = 0; l < inner.dims.size(); ++l) {
        auto at = std::find(inner.output.begin(), inner.output.end(), l);
        rename[l] = at != inner.output.end()
                        ? labels[static_cast<std::size_t>(at - inner.output.begin())]
                        : work.new_label(inner.dims[l]);
    }
    for (Factor f : inner.factors) {
        for (LabelId& l : f.labels) l = rename[l];
        work.factors.push_back(std::move(f));
    }
}

Outcome flatten(EinsumWork& work, std::size_t k, std::int64_t times) {
    Factor f = work.factors[k];
    EinsumData inner = f.base.einsum();
    if (work.factors.size() - 1 + inner.factors.size() * static_cast<std::size_t>(times) >
        max_factors)
        return Outcome::unchanged;
    work.factors.erase(work.factors.begin() + static_cast<std::ptrdiff_t>(k));
    for (std::int64_t i = 0; i < times; ++i) inline_once(work, inner, f.labels);
    count_orphans(work, f.labels);
    return Outcome::changed;
}

/// Takes factors that no summed label touches out of (a_i Σ_j …)^q, where that is valid.
Outcome distribute_power(EinsumWork& work, std::size_t k) {
    Factor f = work.factors[k];
    const EinsumData& inner = f.base.einsum();
    if (inner.factors.empty()) return drop(work, k);
    auto summed = [&](LabelId l) {
        return std::find(inner.output.begin(), inner.output.end(), l) == inner.output.end();
    };
    std::vector<Factor> loose;
    EinsumData rest{{}, inner.output, inner.dims};
    for (const Factor& g : inner.factors) {
        bool tied = std::any_of(g.labels.begin(), g.labels.end(), summed);
        bool movable = !tied && (f.exponent.is_integer() || known_nonnegative(g));
        (movable ? loose : rest.factors).push_back(g);
    }
    // A single left-over factor without sums may be raised too: all the others are nonnegative.
    bool untied = std::none_of(rest.factors.begin(), rest.factors.end(), [&](const Factor& g) {
        return std::any_of(g.labels.begin(), g.labels.end(), summed);
    });
    if (rest.factors.size() == 1 && untied) loose.push_back(rest.factors[0]), rest.factors.clear();
    if (loose.empty()) return Outcome::unchanged;
    for (const Factor& g : loose)
        if (!mul(g.exponent, f.exponent)) return Outcome::unchanged;
    Labels outer = f.labels;
    auto outer_label = [&](LabelId l) {
        auto at = std::find(inner.output.begin(), inner.output.end(), l);
        return outer[static_cast<std::size_t>(at - inner.output.begin())];
    };
    std::vector<Factor> added;
    for (const Factor& g : loose) {
        Factor r = raised(g, f.exponent);
        for (LabelId& l : r.labels) l = outer_label(l);
        added.push_back(std::move(r));
    }
    if (!rest.factors.empty()) {
        // Output labels that only the loose factors carried leave the rest.
        Labels kept, kept_outer;
        for (std::size_t i = 0; i < rest.output.size(); ++i) {
            bool carried =
                std::any_of(rest.factors.begin(), rest.factors.end(), [&](const Factor& g) {
                    return std::find(g.labels.begin(), g.labels.end(), rest.output[i]) !=
                           g.labels.end();
                });
            if (carried) kept.push_back(rest.output[i]), kept_outer.push_back(outer[i]);
        }
        // Compress: labels of the dropped outputs must not be taken for summed ones.
        EinsumData compact;
        Labels rename(rest.dims.size(), 0);
        std::vector<bool> used(rest.dims.size(), false);
        for (const Factor& g : rest.factors)
            for (LabelId l : g.labels) used[l] = true;
        for (LabelId l = 0; l < rest.dims.size(); ++l)
            if (used[l]) {
                rename[l] = static_cast<LabelId>(compact.dims.size());
                compact.dims.push_back(rest.dims[l]);
            }
        for (Factor g : rest.factors) {
            for (LabelId& l : g.labels) l = rename[l];
            compact.factors.push_back(std::move(g));
        }
        for (LabelId l : kept) compact.output.push_back(rename[l]);
        added.push_back(Factor{einsum(work.context, compact), f.exponent, kept_outer});
    }
    work.factors.erase(work.factors.begin() + static_cast<std::ptrdiff_t>(k));
    work.factors.insert(work.factors.end(), added.begin(), added.end());
    count_orphans(work, outer);
    return Outcome::changed;
}

Outcome einsum_factor(EinsumWork& work, std::size_t k) {
    if (work.factors[k].exponent != Rational(1) && drop_spread_axes(work, k))
        return Outcome::changed;
    const Factor& f = work.factors[k];
    const EinsumData& inner = f.base.einsum();
    bool product_of_scalars =
        f.base.is_scalar() && std::all_of(inner.factors.begin(), inner.factors.end(),
                                          [](const Factor& g) { return g.labels.empty(); });
    // Connected scalars stay shared nodes; everything else of positive integer power is flattened.
    if (f.base.is_scalar() && !product_of_scalars) {
        return Outcome::unchanged;
    }
    if (f.exponent.is_integer() && f.exponent.num > 0 && !product_of_scalars) {
        bool summed = inner.dims.size() > inner.output.size();
        if (f.exponent.num == 1 || summed)
            if (flatten(work, k, f.exponent.num) == Outcome::changed) return Outcome::changed;
    }
    return distribute_power(work, k);
}

Outcome map_factor(EinsumWork& work, std::size_t k) {
    Factor& f = work.factors[k];
    const MapData& data = f.base.map();
    if (data.function == Fn::abs && is_even_integer(f.exponent)) {
        f.base = data.arguments[0];
        return Outcome::changed;
    }
    bool unusual = f.exponent.num < 0 || !f.exponent.is_integer();
    if (data.function == Fn::exp && unusual) {
        // exp(x)^q is exp(q x): exact for every real x, and 1/exp does not overflow.
        f.base = map(Fn::exp, scale(Number(f.exponent), data.arguments[0]));
        f.exponent = 1;
        return Outcome::changed;
    }
    if (data.function == Fn::step && f.exponent.num > 0 && f.exponent != Rational(1)) {
        f.exponent = 1;
        return Outcome::changed;
    }
    return Outcome::unchanged;
}

Outcome simplify_factor(EinsumWork& work, std::size_t k) {
    const Factor& f = work.factors[k];
    if (f.exponent == Rational(0)) return drop(work, k);
    switch (f.base.op()) {
        case Op::constant:
            return constant_factor(work, k);
        case Op::sum:
            return sum_factor(work, k);
        case Op::einsum:
            return einsum_factor(work, k);
        case Op::map:
            return map_factor(work, k);
        case Op::pi:
        case Op::dim_value:
        case Op::symbol:
        case Op::identity:
        case Op::reduce:
        case Op::inverse:
        case Op::det:
        case Op::adjugate:
        case Op::derivative:
        case Op::selection:
        case Op::iota:
        case Op::reshape:
        case Op::trimask:
        case Op::chol:
        case Op::eigenvalue:
        case Op::eigenvector:
        case Op::shifted_pinv:
        case Op::expm:
            return Outcome::unchanged;
    }
    return Outcome::unchanged;
}

/// A one-term Sum is a coefficient and its expression: (2 s)^(1/2) is 2^(1/2) s^(1/2).
bool strip_coefficient(EinsumWork& work, std::size_t k) {
    if (work.factors[k].base.op() != Op::sum) return false;
    const SumData& data = work.factors[k].base.sum();
    if (data.terms.size() != 1) return false;
    const Term& term = data.terms[0];
    Rational e = work.factors[k].exponent;
    if (auto power = exact_power(term.coefficient, e)) {
        work.coefficient = work.coefficient * *power;
    } else if (term.coefficient.is_exact() && !term.coefficient.is_negative()) {
        work.factors.push_back(Factor{constant(work.context, term.coefficient), e, {}});
    } else {
        return false;
    }
    work.factors[k].base = term.expr;
    return true;
}

}  // namespace

bool simplify_factors(EinsumWork& work) {
    bool changed = false;
    for (std::size_t k = 0; k < work.factors.size() && !work.zero;) {
        if (strip_coefficient(work, k)) {
            changed = true;
            continue;
        }
        if (simplify_factor(work, k) == Outcome::changed) {
            changed = true;
            // In a long product nothing is flattened any more: earlier factors stay as they are.
            if (work.factors.size() <= 2 * max_factors) k = 0;
        } else {
            ++k;
        }
    }
    return changed;
}

bool merge_equal_factors(EinsumWork& work) {
    if (work.factors.size() < 2) return false;
    bool changed = false;
    auto key = [](const Factor& f) {
        Labels labels = f.labels;
        if (labels.size() == 2 && f.base.has(Fact::symmetric))
            std::sort(labels.begin(), labels.end());
        return labels;
    };
    std::vector<Factor> kept;
    kept.reserve(work.factors.size());
    std::unordered_map<Expr, std::vector<std::size_t>, ExprHash> by_base;
    for (Factor& f : work.factors) {
        std::vector<std::size_t>& equal = by_base[f.base];
        bool merged = false;
        for (std::size_t i : equal) {
            if (key(kept[i]) != key(f)) continue;
            auto exponent = add(kept[i].exponent, f.exponent);
            // 0/1 factors are their own powers; a number has no labels and is handled elsewhere.
            const bool indicator = f.base.op() == Op::identity || f.base.op() == Op::selection;
            if (indicator) exponent = Rational(1);
            if (!exponent) continue;
            kept[i].exponent = *exponent;
            merged = true;
            break;
        }
        work.context.spend(equal.size());
        changed = changed || merged;
        if (merged) continue;
        equal.push_back(kept.size());
        kept.push_back(std::move(f));
    }
    work.factors = std::move(kept);
    return changed;
}

}  // namespace nabla::ir
