#include "passes/prove_nonnegative.hpp"

#include <algorithm>

#include "ir/build.hpp"
#include "ir/traverse.hpp"
#include "passes/normal_parts.hpp"

namespace nabla::passes {

using namespace ir;

namespace {

constexpr int deepest = 5;

/// Something in the term is a root or an absolute value: squaring makes it simpler.
bool has_root(Expr term) {
    const EinsumData data = as_product(term);
    return std::any_of(data.factors.begin(), data.factors.end(), [](const Factor& f) {
        return !f.exponent.is_integer() || is_function(f.base, Fn::abs);
    });
}

/// c + Σ c_i f_i for products f_i of functions between -1 and 1, c >= Σ |c_i|.
bool outweighs(Expr gap, bool strict) {
    Number rest = 0;
    for (const Term& t : as_terms(gap)) {
        if (is_one(t.expr)) {
            rest = rest + t.coefficient;
            continue;
        }
        const EinsumData data = as_product(t.expr);
        const bool bounded =
            data.dims.size() == data.output.size() &&
            std::all_of(data.factors.begin(), data.factors.end(), [](const Factor& f) {
                if (f.base.op() != Op::map || f.exponent.num < 0) return false;
                const Range range = function(f.base.map().function).range;
                return range == Range::sign_range || range == Range::unit_interval;
            });
        if (!bounded) return false;
        rest = rest + (t.coefficient.is_negative() ? t.coefficient : -t.coefficient);
    }
    if (!rest.is_exact() || rest.is_negative()) return false;
    return !strict || !rest.is_zero();
}

}  // namespace

Expr SignSearch::prepare(Expr e) {
    e = normal_.open_diagonals(e);
    Substitution roots;
    for (const Expr symbol : symbols_of(std::vector<Expr>{e})) {
        if (symbol.rank() != 2 || !symbol.has(Fact::psd) || symbol.has(Fact::orthogonal)) continue;
        Facts facts;
        if (symbol.has(Fact::pd)) facts.add(Fact::invertible);
        const Expr root = e.context().fresh_symbol("L", symbol.shape(), facts);
        roots.emplace(symbol, matmul(transpose(root), root));
    }
    return normal_.of_claim(roots.empty() ? e : ir::substitute(e, roots));
}

/// Multiplied by what stands below fractions, to an even power unless it is positive.
Expr SignSearch::clear_denominators(Expr gap) {
    constexpr int most = 8;
    for (int round = 0; round < most; ++round) {
        Expr next;
        for (const Term& t : as_terms(gap)) {
            const EinsumData data = as_product(t.expr);
            for (const Factor& f : data.factors) {
                if (f.base.op() != Op::sum || f.exponent.num >= 0 || next) continue;
                Labels axes;
                for (LabelId l : f.labels) {
                    auto at = std::find(data.output.begin(), data.output.end(), l);
                    if (at != data.output.end())
                        axes.push_back(static_cast<LabelId>(at - data.output.begin()));
                }
                if (axes.size() != f.labels.size()) continue;
                std::int64_t up = (-f.exponent.num + f.exponent.den - 1) / f.exponent.den;
                if (!f.base.has(Fact::positive)) up += up % 2;
                normal_.assume_invertible(f.base);
                const Expr by = power(f.base, Rational(up));
                steps_.push_back({ProofStep::Kind::multiply, by});
                next = normal_(multiply_terms(gap, spread(by, axes, gap.shape())));
            }
        }
        if (!next) return gap;
        gap = next;
    }
    return gap;
}

Proof::Kind SignSearch::prove(Expr gap, bool strict, int depth) {
    using Kind = Proof::Kind;
    if (is_zero(gap)) return strict ? Kind::none : Kind::nonnegative;
    if (gap.has(strict ? Fact::positive : Fact::nonnegative))
        return strict ? Kind::positive : Kind::nonnegative;
    if (depth > deepest) return Kind::none;
    const std::size_t steps = steps_.size();
    gap = clear_denominators(gap);
    // A factor of all terms that is not negative has no say; for a strict claim it must not be 0.
    const Primitive parts = primitive(gap, {.nonnegative = true});
    if (!parts.trivial && (!strict || parts.content.has(Fact::positive))) gap = normal_(parts.rest);
    if (is_zero(gap)) return strict ? Kind::none : Kind::nonnegative;
    if (gap.has(strict ? Fact::positive : Fact::nonnegative) || outweighs(gap, strict))
        return strict ? Kind::positive : Kind::nonnegative;
    if (is_sum_of_squares(gap, strict)) return strict ? Kind::positive : Kind::nonnegative;
    if (!strict && (by_entries(gap, depth) != Kind::none || by_squaring(gap, depth) != Kind::none))
        return Kind::nonnegative;
    steps_.resize(steps);
    return Kind::none;
}

namespace {

constexpr std::size_t most_sums = 3;

/// Appends a product of scalars that are sums, with labels of their own; false if it is something
/// else.
bool open_sums(EinsumData& all, Expr e, const Rational& exponent) {
    if (e.op() != Op::einsum || !exponent.is_integer() || exponent.num < 1 ||
        exponent.num > static_cast<std::int64_t>(most_sums)) {
        all.factors.push_back(Factor{e, exponent, {}});
        return e.is_scalar();
    }
    const EinsumData& data = e.einsum();
    for (std::int64_t i = 0; i < exponent.num; ++i) {
        Labels rename;
        for (const Dim d : data.dims) {
            rename.push_back(static_cast<LabelId>(all.dims.size()));
            all.output.push_back(rename.back());
            all.dims.push_back(d);
        }
        for (Factor f : data.factors) {
            if (f.labels.empty()) {
                if (!open_sums(all, f.base, f.exponent)) return false;
                continue;
            }
            for (LabelId& l : f.labels) l = rename[l];
            all.factors.push_back(std::move(f));
        }
    }
    return all.dims.size() <= most_sums;
}

}  // namespace

/// Σ_i a_i is at least 0 if each a_i is.
Proof::Kind SignSearch::by_entries(Expr gap, int depth) {
    if (!gap.is_scalar()) return Proof::Kind::none;
    std::vector<Term> entries;
    Shape shape;
    for (const Term& t : as_terms(gap)) {
        EinsumData all;
        if (!open_sums(all, t.expr, 1) || all.dims.empty()) return Proof::Kind::none;
        if (!entries.empty() && all.dims != shape) return Proof::Kind::none;
        shape = all.dims;
        entries.push_back(Term{t.coefficient, einsum(gap.context(), std::move(all))});
    }
    steps_.push_back({ProofStep::Kind::entries, {}});
    const auto kind =
        prove(normal_(sum(gap.context(), std::move(entries), shape)), false, depth + 1);
    if (kind == Proof::Kind::none) steps_.pop_back();
    return kind;
}

/// r + s >= 0 for r >= 0 if r^2 >= s^2.
Proof::Kind SignSearch::by_squaring(Expr gap, int depth) {
    std::vector<Term> roots, others;
    bool any = false;
    for (const Term& t : as_terms(gap)) {
        const bool root = has_root(t.expr);
        any = any || root;
        const bool above = root && !t.coefficient.is_negative() && t.expr.has(Fact::nonnegative);
        (above ? roots : others).push_back(t);
    }
    if (!any) return Proof::Kind::none;
    if (roots.empty()) {
        // Only the other side has roots: what is nonnegative of this one is squared.
        others.clear();
        for (const Term& t : as_terms(gap)) {
            const bool above = !t.coefficient.is_negative() && t.expr.has(Fact::nonnegative);
            (above ? roots : others).push_back(t);
        }
        if (roots.empty()) return Proof::Kind::none;
    }
    const Expr r = sum(gap.context(), std::move(roots), gap.shape());
    const Expr s = sum(gap.context(), std::move(others), gap.shape());
    steps_.push_back({ProofStep::Kind::squares, {}});
    const Expr next = normal_(subtract(power(r, Rational(2)), power(s, Rational(2))));
    const auto kind = prove(next, false, depth + 1);
    if (kind == Proof::Kind::none) steps_.pop_back();
    return kind;
}

}  // namespace nabla::passes
