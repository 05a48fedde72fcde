#include "passes/normal_parts.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <unordered_map>

#include "ir/build.hpp"
#include "ir/einsum.hpp"

namespace nabla::passes {

using namespace ir;

EinsumData as_product(Expr e) {
    if (e.op() == Op::einsum) return e.einsum();
    EinsumData data;
    data.dims = e.shape();
    for (LabelId l = 0; l < e.rank(); ++l) data.output.push_back(l);
    data.factors.push_back(Factor{e, 1, data.output});
    return data;
}

std::vector<Term> as_terms(Expr e) {
    if (e.op() == Op::sum) return e.sum().terms;
    if (e.op() == Op::constant) return {Term{e.number(), constant(e.context(), 1)}};
    return {Term{1, e}};
}

namespace {

bool is_small(const Number& c) {
    constexpr std::int64_t most = std::int64_t{1} << 31;
    return c.is_exact() && std::abs(c.rational().num) < most && c.rational().den < most;
}

}  // namespace

std::optional<Expr> exact_sum(Context& context, const std::vector<Term>& terms,
                              const Shape& shape) {
    std::unordered_map<Expr, Number, ExprHash> total;
    std::vector<Expr> order;
    for (const Term& t : terms) {
        if (!is_small(t.coefficient)) return std::nullopt;
        for (const Term& inner : as_terms(t.expr)) {
            if (!is_small(inner.coefficient)) return std::nullopt;
            const Number c = t.coefficient * inner.coefficient;
            auto [at, fresh] = total.emplace(inner.expr, c);
            if (fresh)
                order.push_back(inner.expr);
            else
                at->second = at->second + c;
            if (!is_small(at->second)) return std::nullopt;
        }
    }
    std::vector<Term> merged;
    for (const Expr e : order) merged.push_back(Term{total.at(e), e});
    return sum(context, std::move(merged), shape);
}

bool is_output(const EinsumData& data, LabelId label) {
    return std::find(data.output.begin(), data.output.end(), label) != data.output.end();
}

int occurrences(const EinsumData& data, LabelId label) {
    int count = 0;
    for (const Factor& f : data.factors)
        count += static_cast<int>(std::count(f.labels.begin(), f.labels.end(), label));
    return count;
}

bool is_function(Expr e, Fn f) { return e.op() == Op::map && e.map().function == f; }

Expr replace_factors(Context& context, const EinsumData& data, const std::vector<std::size_t>& gone,
                     std::vector<Factor> added) {
    EinsumData result;
    std::map<LabelId, LabelId> rename;
    auto label = [&](LabelId l) {
        auto [at, fresh] = rename.emplace(l, static_cast<LabelId>(result.dims.size()));
        if (fresh) result.dims.push_back(data.dims[l]);
        return at->second;
    };
    for (LabelId l : data.output) result.output.push_back(label(l));
    auto keep = [&](Factor f) {
        for (LabelId& l : f.labels) l = label(l);
        result.factors.push_back(std::move(f));
    };
    for (std::size_t k = 0; k < data.factors.size(); ++k)
        if (!std::binary_search(gone.begin(), gone.end(), k)) keep(data.factors[k]);
    for (Factor& f : added) keep(std::move(f));
    return einsum(context, std::move(result));
}

Compact compact(Expr e) {
    Compact result{e, {}};
    if (e.op() != Op::einsum) {
        for (LabelId l = 0; l < e.rank(); ++l) result.axes.push_back(l);
        return result;
    }
    EinsumData data = e.einsum();
    Labels kept;
    for (LabelId axis = 0; axis < e.rank(); ++axis)
        if (occurrences(data, data.output[axis]) > 0)
            kept.push_back(data.output[axis]), result.axes.push_back(axis);
    if (kept.size() == e.rank()) return result;
    data.output = kept;
    result.core = replace_factors(e.context(), data, {}, {});
    return result;
}

Expr spread(Expr core, const Labels& axes, const Shape& shape) {
    if (core.shape() == shape) return core;
    EinsumData data{{Factor{core, 1, axes}}, {}, shape};
    for (LabelId l = 0; l < shape.size(); ++l) data.output.push_back(l);
    return einsum(core.context(), std::move(data));
}

Expr multiply_terms(Expr e, Expr by) {
    std::vector<Term> terms;
    for (const Term& t : as_terms(e)) terms.push_back(Term{t.coefficient, multiply(t.expr, by)});
    return sum(e.context(), std::move(terms), by.is_scalar() ? e.shape() : by.shape());
}

namespace {

/// A factor and the output axes that it stands on. Exponentials of one term are one key, their
/// coefficient being the exponent.
struct Placed {
    Expr base;
    bool exponential = false;
    Labels axes;
    friend bool operator==(const Placed&, const Placed&) = default;
};

struct Power {
    Placed key;
    Rational exponent;
};

/// The exponent of `base` as one of exp(t): c of exp(c t).
std::optional<Term> exponent_of(Expr base) {
    if (!is_function(base, Fn::exp)) return std::nullopt;
    Expr z = base.child(0);
    if (z.op() == Op::constant) return Term{z.number(), constant(z.context(), 1)};
    if (z.op() != Op::sum) return Term{1, z};
    if (z.sum().terms.size() != 1) return std::nullopt;
    return z.sum().terms[0];
}

std::vector<Power> powers_of(Expr term, const PrimitiveOptions& options) {
    std::vector<Power> powers;
    const EinsumData data = as_product(term);
    for (const Factor& f : data.factors) {
        Placed key{f.base, false, {}};
        Rational exponent = f.exponent;
        if (options.scalars_only && !f.labels.empty()) continue;
        bool fits = f.base.op() != Op::identity && f.base.op() != Op::constant;
        for (LabelId l : f.labels) {
            auto at = std::find(data.output.begin(), data.output.end(), l);
            fits = fits && at != data.output.end() &&
                   std::count(f.labels.begin(), f.labels.end(), l) == 1;
            key.axes.push_back(static_cast<LabelId>(at - data.output.begin()));
        }
        if (!fits) continue;
        if (auto t = exponent_of(f.base); t && t->coefficient.is_exact()) {
            if (auto c = mul(t->coefficient.rational(), exponent)) {
                key = Placed{t->expr, true, key.axes};
                exponent = *c;
            }
        }
        bool even = exponent.is_integer() && exponent.num % 2 == 0;
        if (options.nonnegative && !key.exponential && !even && !f.base.has(Fact::nonnegative))
            continue;
        powers.push_back(Power{std::move(key), exponent});
    }
    return powers;
}

/// The least powers over all terms; what a term lacks it has to the power 0.
std::vector<Power> common_powers(const std::vector<Term>& terms, const PrimitiveOptions& options) {
    std::vector<std::vector<Power>> all;
    for (const Term& t : terms) all.push_back(powers_of(t.expr, options));
    std::vector<Power> least;
    for (const auto& powers : all)
        for (const Power& p : powers) {
            bool seen = std::any_of(least.begin(), least.end(),
                                    [&](const Power& q) { return q.key == p.key; });
            if (!seen) least.push_back(p);
        }
    for (Power& p : least)
        for (const auto& powers : all) {
            auto found = std::find_if(powers.begin(), powers.end(),
                                      [&](const Power& q) { return q.key == p.key; });
            Rational here = found == powers.end() ? Rational(0) : found->exponent;
            if (less(here, p.exponent)) p.exponent = here;
        }
    std::erase_if(least, [](const Power& p) { return p.exponent == Rational(0); });
    if (options.nonnegative)  // a least power must be nonnegative itself, not only those it is of
        std::erase_if(least, [](const Power& p) {
            bool even = p.exponent.is_integer() && p.exponent.num % 2 == 0;
            return !p.key.exponential && !even && !p.key.base.has(Fact::nonnegative);
        });
    return least;
}

/// The greatest positive rational that leaves coprime whole coefficients; 1 if there is none.
Rational rational_content(const std::vector<Term>& terms) {
    std::int64_t num = 0, den = 1;
    for (const Term& t : terms) {
        if (!t.coefficient.is_exact()) return 1;
        const Rational& c = t.coefficient.rational();
        num = std::gcd(num, c.num);
        if (__builtin_mul_overflow(den / std::gcd(den, c.den), c.den, &den)) return 1;
    }
    return num == 0 ? Rational(1) : Rational(num, den);
}

}  // namespace

Primitive primitive(Expr e, PrimitiveOptions options) {
    Context& context = e.context();
    Primitive result{constant(context, 1), e, true};
    if (e.op() != Op::sum || e.sum().terms.empty()) return result;
    const std::vector<Term>& terms = e.sum().terms;
    std::vector<Power> powers;
    if (terms.size() > 1) powers = common_powers(terms, options);
    Rational g = rational_content(terms);
    if (options.either_sign && terms[0].coefficient.is_negative()) g.num = -g.num;
    if (powers.empty() && g == Rational(1)) return result;
    EinsumData content{{}, {}, e.shape()};
    for (LabelId l = 0; l < e.rank(); ++l) content.output.push_back(l);
    EinsumData divisor = content;
    for (const Power& p : powers) {
        auto push = [&](EinsumData& data, Rational exponent) {
            Factor f{p.key.base, exponent, p.key.axes};
            if (p.key.exponential)
                f = Factor{map(Fn::exp, scale(Number(exponent), p.key.base)), 1, p.key.axes};
            data.factors.push_back(std::move(f));
        };
        push(content, p.exponent);
        push(divisor, Rational(-p.exponent.num, p.exponent.den));
    }
    Expr divide_by = einsum(context, std::move(divisor));
    std::vector<Term> rest;
    for (const Term& t : terms)
        rest.push_back(Term{t.coefficient / Number(g), multiply(t.expr, divide_by)});
    result.trivial = false;
    result.rest = sum(context, std::move(rest), e.shape());
    result.content = powers.empty() ? constant(context, Number(g))
                                    : scale(Number(g), einsum(context, std::move(content)));
    return result;
}

namespace {

struct Side {
    std::size_t factor;
    bool turned;  ///< the factor's second axis is the side's
};

/// The only factor on one output of a matrix product, if it is a matrix or a vector there.
std::optional<Side> side_factor(const EinsumData& data, std::size_t side) {
    const LabelId end = data.output[side];
    if (occurrences(data, end) != 1) return std::nullopt;
    for (std::size_t k = 0; k < data.factors.size(); ++k) {
        const Factor& f = data.factors[k];
        auto at = std::find(f.labels.begin(), f.labels.end(), end);
        if (at == f.labels.end()) continue;
        if (f.exponent != Rational(1) || f.labels.size() > 2) return std::nullopt;
        if (f.labels.size() == 2 && is_output(data, f.labels[at == f.labels.begin() ? 1 : 0]))
            return std::nullopt;  // the whole term
        return Side{k, at != f.labels.begin()};
    }
    return std::nullopt;
}

std::optional<SideFactor> common_side(Expr e, std::size_t side) {
    if (e.rank() != 2) return std::nullopt;
    Context& context = e.context();
    std::vector<Term> rests;
    Expr common;
    Shape shape;
    for (const Term& t : as_terms(e)) {
        EinsumData data = as_product(t.expr);
        Expr factor = t.expr, rest;
        if (auto found = side_factor(data, side)) {
            const Factor f = data.factors[found->factor];
            bool turned = found->turned != (side == 1);
            factor = f.base.rank() == 2 && turned ? transpose(f.base) : f.base;
            Labels output;
            if (f.labels.size() == 2) output.push_back(f.labels[found->turned ? 0 : 1]);
            output.insert(side == 0 ? output.end() : output.begin(), data.output[1 - side]);
            data.output = output;
            rest = replace_factors(context, data, {found->factor}, {});
        } else {
            return std::nullopt;
        }
        if (common && factor != common) return std::nullopt;
        common = factor;
        shape = rest.shape();
        rests.push_back(Term{t.coefficient, rest});
    }
    if (!common) return std::nullopt;
    return SideFactor{common, sum(context, std::move(rests), shape)};
}

}  // namespace

std::optional<SideFactor> left_factor(Expr e) { return common_side(e, 0); }
std::optional<SideFactor> right_factor(Expr e) { return common_side(e, 1); }

std::vector<Expr> parts_of_axis(Expr e, std::size_t axis) {
    std::vector<Expr> parts;
    for (const Term& t : as_terms(e)) {
        const EinsumData data = as_product(t.expr);
        for (const Factor& f : data.factors) {
            if (f.base.op() != Op::selection || f.labels[0] != data.output[axis]) continue;
            if (std::find(parts.begin(), parts.end(), f.base) == parts.end())
                parts.push_back(f.base);
        }
    }
    std::vector<Expr> ordered;
    Dim end = e.context().dim(0);
    while (end != e.shape()[axis]) {
        auto next = std::find_if(parts.begin(), parts.end(),
                                 [&](Expr part) { return part.offset() == end; });
        if (next == parts.end()) return {};
        ordered.push_back(*next);
        end = end + next->shape()[1];
        parts.erase(next);
    }
    return parts.empty() ? ordered : std::vector<Expr>{};
}

Expr part_along(Expr e, std::size_t axis, Expr selection) {
    EinsumData data{{Factor{e, 1, {}}}, {}, e.shape()};
    for (LabelId l = 0; l < e.rank(); ++l) {
        data.factors[0].labels.push_back(l);
        data.output.push_back(l);
    }
    const auto fresh = static_cast<LabelId>(e.rank());
    data.dims.push_back(selection.shape()[1]);
    data.output[axis] = fresh;
    data.factors.push_back(Factor{selection, 1, {static_cast<LabelId>(axis), fresh}});
    return einsum(e.context(), std::move(data));
}

}  // namespace nabla::passes
