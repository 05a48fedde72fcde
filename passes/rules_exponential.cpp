// Stable forms of sums and quotients of exponentials with several terms or weights.
#include <algorithm>
#include <unordered_map>

#include "ir/build.hpp"
#include "ir/einsum.hpp"
#include "passes/rule_patterns.hpp"
#include "passes/rules.hpp"

namespace nabla::passes {

using namespace ir;

namespace {

bool is_softmax(Expr e) { return match_softmax(e).has_value(); }

/// The axes of a factor whose labels are summed (each occurring in it once); empty if the others
/// are not all outputs.
std::vector<std::uint8_t> summed_axes(const EinsumData& data, const Factor& f) {
    std::vector<std::uint8_t> axes;
    for (std::size_t axis = 0; axis < f.labels.size(); ++axis) {
        LabelId l = f.labels[axis];
        if (std::count(f.labels.begin(), f.labels.end(), l) != 1) return {};
        bool output = std::find(data.output.begin(), data.output.end(), l) != data.output.end();
        if (!output) axes.push_back(static_cast<std::uint8_t>(axis));
    }
    return axes;
}

/// A positive term as a logarithm that does not overflow: log(c exp z) is z + log c, log(c Σ exp z)
/// is logsumexp(z) + log c.
Expr log_of_term(const Term& t, const Shape& shape) {
    if (t.coefficient.value() <= 0) return {};
    Context& context = t.expr.context();
    Expr log_c = map(Fn::log, constant(context, t.coefficient));
    if (is_one(t.expr)) return broadcast(log_c, shape);
    if (is_map(t.expr, Fn::exp)) return add(broadcast(t.expr.child(0), shape), log_c);
    if (auto turned = match_permutation(t.expr); turned && is_map(turned->base, Fn::exp))
        return add(permute(turned->base.child(0), turned->axes), log_c);
    if (t.expr.op() != Op::einsum || t.expr.einsum().factors.size() != 1) return {};
    const EinsumData& data = t.expr.einsum();
    const Factor& f = data.factors[0];
    if (!is_map(f.base, Fn::exp) || f.exponent != Rational(1) || is_softmax(f.base)) return {};
    auto axes = summed_axes(data, f);
    if (axes.empty() || axes.size() + data.output.size() != f.labels.size() ||
        f.base.child(0).shape() != f.base.shape())
        return {};
    return add(reduce(ReduceKind::logsumexp, f.base.child(0), axes), log_c);
}

/// log Σ_k exp(l_k) for a Sum of at least two positive terms, one of them an exponential:
/// l_1 + softplus(l_2 − l_1), folded over the terms; `first` leads if it is among them.
Expr log_of_sum(Expr s, Expr first = {}) {
    if (s.op() != Op::sum || s.sum().terms.size() < 2) return {};
    std::vector<Expr> logs;
    bool exponential = false;
    for (const Term& t : s.sum().terms) {
        Expr l = log_of_term(t, s.shape());
        if (!l) return {};
        exponential = exponential || !is_one(t.expr);
        bool leads = is_one(t.expr) || t.expr == first;
        logs.insert(leads ? logs.begin() : logs.end(), l);
    }
    if (!exponential) return {};
    Expr total = logs[0];
    for (std::size_t k = 1; k < logs.size(); ++k)
        total = add(total, map(Fn::softplus, subtract(logs[k], total)));
    return total;
}

/// log(exp a + exp b) is a + softplus(b − a).
Expr log_of_exponentials(Expr e) {
    if (!is_map(e, Fn::log)) return {};
    return log_of_sum(e.child(0));
}

/// log(Σ w exp z) is logsumexp(z) + log(Σ w softmax(z)), whatever the signs of w.
Expr log_weighted_sum_exp(Expr e) {
    if (!is_map(e, Fn::log) || e.child(0).op() != Op::einsum) return {};
    EinsumData data = e.child(0).einsum();
    if (data.factors.size() < 2) return {};
    for (Factor& f : data.factors) {
        if (!is_map(f.base, Fn::exp) || f.exponent != Rational(1) || is_softmax(f.base)) continue;
        Expr z = f.base.child(0);
        auto axes = summed_axes(data, f);
        if (axes.empty() || z.shape() != f.base.shape()) continue;
        EinsumData spread{{Factor{reduce(ReduceKind::logsumexp, z, axes), 1, {}}}, {}, {}};
        for (LabelId l : data.output) {
            spread.output.push_back(static_cast<LabelId>(spread.dims.size()));
            spread.dims.push_back(data.dims[l]);
        }
        for (std::size_t axis = 0; axis < f.labels.size(); ++axis) {
            auto at = std::find(data.output.begin(), data.output.end(), f.labels[axis]);
            if (at != data.output.end())
                spread.factors[0].labels.push_back(static_cast<LabelId>(at - data.output.begin()));
        }
        f.base = softmax(z, axes);
        Context& context = e.context();
        return add(einsum(context, std::move(spread)), map(Fn::log, einsum(context, data)));
    }
    return {};
}

/// A factor with a whole negative exponent.
bool is_whole_divisor(const Factor& f) { return f.exponent.num < 0 && f.exponent.is_integer(); }

/// The product with one power of factor `top` over factor `bottom` replaced by `quotient`.
Expr with_quotient(Expr e, std::size_t top, std::size_t bottom, Factor quotient) {
    EinsumData data = e.einsum();
    data.factors[top].exponent = *add(data.factors[top].exponent, Rational(-1));
    data.factors[bottom].exponent = *add(data.factors[bottom].exponent, Rational(1));
    data.factors.push_back(std::move(quotient));
    return einsum(e.context(), std::move(data));
}

/// (Σ w exp z) / (Σ exp z) is Σ w softmax(z).
Expr weighted_mean(Expr e) {
    if (e.op() != Op::einsum) return {};
    const std::vector<Factor>& factors = e.einsum().factors;
    for (std::size_t b = 0; b < factors.size(); ++b) {
        const Factor& bottom = factors[b];
        if (!bottom.base.is_scalar() || !is_whole_divisor(bottom)) continue;
        for (std::size_t t = 0; t < factors.size(); ++t) {
            const Factor& top = factors[t];
            if (top.base.op() != Op::einsum || !top.labels.empty() || top.exponent != Rational(1))
                continue;
            const std::vector<Factor>& inner = top.base.einsum().factors;
            for (std::size_t k = 0; k < inner.size(); ++k) {
                const Factor& f = inner[k];
                if (!is_map(f.base, Fn::exp) || f.exponent != Rational(1) ||
                    f.base.child(0).shape() != f.base.shape() || sum_entries(f.base) != bottom.base)
                    continue;
                EinsumData data = e.einsum();
                EinsumData mean = top.base.einsum();
                std::vector<std::uint8_t> axes;
                for (std::size_t a = 0; a < f.labels.size(); ++a)
                    axes.push_back(static_cast<std::uint8_t>(a));
                mean.factors[k].base = softmax(f.base.child(0), axes);
                data.factors[t].base = einsum(e.context(), std::move(mean));
                data.factors[b].exponent = *add(bottom.exponent, Rational(1));
                return einsum(e.context(), std::move(data));
            }
        }
    }
    return {};
}

/// A factor's base with its axes in the order of `labels`; null if it carries others.
Expr aligned(const Factor& f, const Labels& labels) {
    if (f.labels == labels) return f.base;
    if (f.labels.size() != 2 || labels.size() != 2 || f.labels[0] != labels[1] ||
        f.labels[1] != labels[0])
        return {};
    return transpose(f.base);
}

/// How often `term` is in the sum: 0 if it is not.
Number coefficient_of(Expr s, Expr term) {
    for (const Term& t : s.sum().terms)
        if (t.expr == term) return t.coefficient;
    return 0;
}

/// exp(−softplus(z)) is sigmoid(−z).
Expr exp_minus_softplus(Expr e) {
    if (!is_map(e, Fn::exp)) return {};
    Expr z = negate(e.child(0));
    if (!is_map(z, Fn::softplus)) return {};
    return map(Fn::sigmoid, negate(z.child(0)));
}

/// exp(e), stable where e is −softplus(z).
Expr stable_exp(Expr e) {
    Expr plain = map(Fn::exp, e);
    Expr better = exp_minus_softplus(plain);
    return better ? better : plain;
}

/// exp(a) / (exp a + exp b) is exp(a − log(exp a + exp b)), and then sigmoid(a − b). An exponential
/// that the divisor does not hold is taken only if none is that it does.
Expr exp_over_exponentials(Expr e) {
    if (e.op() != Op::einsum) return {};
    const std::vector<Factor>& factors = e.einsum().factors;
    for (bool held : {true, false}) {
        for (std::size_t b = 0; b < factors.size(); ++b) {
            const Factor& bottom = factors[b];
            if (!is_whole_divisor(bottom) || bottom.base.op() != Op::sum) continue;
            for (std::size_t t = 0; t < factors.size(); ++t) {
                const Factor& top = factors[t];
                if (!is_map(top.base, Fn::exp) || top.exponent.num < 1) continue;
                Expr value = aligned(top, bottom.labels);
                if (!value) continue;
                const Number own = coefficient_of(bottom.base, value);
                if (own.is_zero() == held || (!held && is_softmax(top.base))) continue;
                // In exp a / (2 exp a + exp b) the 2 goes in front.
                const Number inverse = held ? Number(1) / own : Number(1);
                Expr log_bottom = log_of_sum(scale(inverse, bottom.base), value);
                if (!log_bottom) continue;
                Expr log_value = aligned({top.base.child(0), 1, top.labels}, bottom.labels);
                Factor quotient{stable_exp(subtract(log_value, log_bottom)), 1, bottom.labels};
                return scale(inverse, with_quotient(e, t, b, std::move(quotient)));
            }
        }
    }
    return {};
}

/// c exp(z) ± c exp(−z) is 2c cosh(z) or 2c sinh(z).
Expr hyperbolic(Expr e) {
    if (e.op() != Op::sum || e.sum().terms.size() != 2) return {};
    const Term &s = e.sum().terms[0], &t = e.sum().terms[1];
    if (!is_map(s.expr, Fn::exp) || !is_map(t.expr, Fn::exp) ||
        s.expr.child(0) != negate(t.expr.child(0)))
        return {};
    if (s.coefficient == t.coefficient)
        return scale(Number(2) * s.coefficient, map(Fn::cosh, s.expr.child(0)));
    if (s.coefficient == -t.coefficient)
        return scale(Number(2) * s.coefficient, map(Fn::sinh, s.expr.child(0)));
    return {};
}

/// sinh(z)/cosh(z) is tanh(z).
Expr sinh_over_cosh(Expr e) {
    if (e.op() != Op::einsum) return {};
    const std::vector<Factor>& factors = e.einsum().factors;
    for (std::size_t t = 0; t < factors.size(); ++t) {
        const Factor& top = factors[t];
        if (!is_map(top.base, Fn::sinh) || top.exponent.num < 1 || !top.exponent.is_integer())
            continue;
        for (std::size_t b = 0; b < factors.size(); ++b) {
            const Factor& bottom = factors[b];
            if (!is_map(bottom.base, Fn::cosh) || top.base.child(0) != bottom.base.child(0) ||
                top.labels != bottom.labels || !is_whole_divisor(bottom))
                continue;
            return with_quotient(e, t, b, {map(Fn::tanh, top.base.child(0)), 1, top.labels});
        }
    }
    return {};
}

/// A term c·rest·σ(z), entry by entry.
struct SigmoidTerm {
    Expr argument;
    Expr rest;  ///< with the coefficient
};

std::optional<SigmoidTerm> match_sigmoid_term(const Term& t) {
    Context& context = t.expr.context();
    const Shape& shape = t.expr.shape();
    if (is_map(t.expr, Fn::sigmoid) && t.expr.child(0).shape() == shape)
        return SigmoidTerm{t.expr.child(0), scale(t.coefficient, ones(context, shape))};
    if (t.expr.op() != Op::einsum) return std::nullopt;
    const EinsumData& product = t.expr.einsum();
    for (std::size_t k = 0; k < product.factors.size(); ++k) {
        const Factor& f = product.factors[k];
        if (!is_map(f.base, Fn::sigmoid) || f.exponent != Rational(1) || f.labels != product.output)
            continue;
        Expr argument = f.base.child(0);
        EinsumData data = product;
        data.factors.erase(data.factors.begin() + static_cast<std::ptrdiff_t>(k));
        return SigmoidTerm{argument, scale(t.coefficient, einsum(context, std::move(data)))};
    }
    return std::nullopt;
}

/// a σ(z) + b σ(−z) is (a − b) σ(z) + b; taken where a − b is a number: then y σ(−z) − (1 − y) σ(z)
/// is y − σ(z), the gradient of the cross-entropy.
Expr opposite_sigmoids(Expr e) {
    if (e.op() != Op::sum) return {};
    const auto& terms = e.sum().terms;
    std::vector<std::pair<std::size_t, SigmoidTerm>> found;
    std::unordered_multimap<Expr, std::size_t, ExprHash> by_argument;
    for (std::size_t i = 0; i < terms.size(); ++i) {
        auto match = match_sigmoid_term(terms[i]);
        if (!match) continue;
        by_argument.emplace(match->argument, found.size());
        found.emplace_back(i, *match);
    }
    for (const auto& [i, first] : found) {
        auto [begin, end] = by_argument.equal_range(negate(first.argument));
        for (auto at = begin; at != end; ++at) {
            const auto& [j, second] = found[at->second];
            if (i == j) continue;
            SigmoidTerm a = first, b = second;
            // Keep the argument that is not written with a minus.
            if (a.argument.op() == Op::sum && b.argument.op() != Op::sum) std::swap(a, b);
            auto difference = match_broadcast(subtract(a.rest, b.rest));
            if (!difference || difference->op() != Op::constant) continue;
            std::vector<Term> result{Term{1, b.rest}};
            result.push_back(Term{difference->number(), map(Fn::sigmoid, a.argument)});
            for (std::size_t k = 0; k < terms.size(); ++k)
                if (k != i && k != j) result.push_back(terms[k]);
            return sum(e.context(), std::move(result), e.shape());
        }
    }
    return {};
}

std::size_t term_count(Expr e) { return e.op() == Op::sum ? e.sum().terms.size() : 1; }

/// exp(a) exp(b) is exp(a + b), where terms of a and b cancel or collect.
Expr exp_times_exp(Expr e) {
    if (e.op() != Op::einsum) return {};
    EinsumData data = e.einsum();
    for (std::size_t i = 0; i < data.factors.size(); ++i) {
        Factor& f = data.factors[i];
        if (!is_map(f.base, Fn::exp) || is_softmax(f.base)) continue;
        for (std::size_t j = i + 1; j < data.factors.size(); ++j) {
            const Factor& g = data.factors[j];
            if (!is_map(g.base, Fn::exp) || is_softmax(g.base)) continue;
            Expr a = f.base.child(0), b = aligned({g.base.child(0), 1, g.labels}, f.labels);
            if (!b) continue;
            Expr total = add(scale(Number(f.exponent), a), scale(Number(g.exponent), b));
            if (!is_zero(total) && term_count(total) >= term_count(a) + term_count(b)) continue;
            f = Factor{map(Fn::exp, total), 1, f.labels};
            data.factors.erase(data.factors.begin() + static_cast<std::ptrdiff_t>(j));
            return einsum(e.context(), std::move(data));
        }
    }
    return {};
}

constexpr RewriteRule rules[] = {
    {"log(exp a + exp b) = a + softplus(b - a)", log_of_exponentials},
    {"log(sum(w exp z)) = logsumexp(z) + log(sum(w softmax(z)))", log_weighted_sum_exp},
    {"sum(w exp z) / sum(exp z) = sum(w softmax(z))", weighted_mean},
    {"exp a / (exp a + exp b) = sigmoid(a - b)", exp_over_exponentials},
    {"exp(-softplus(z)) = sigmoid(-z)", exp_minus_softplus},
    {"exp(z) + exp(-z) = 2 cosh(z)", hyperbolic},
    {"sinh(z)/cosh(z) = tanh(z)", sinh_over_cosh},
    {"sigmoid(z) + sigmoid(-z) = 1", opposite_sigmoids},
    {"exp(a) exp(b) = exp(a + b)", exp_times_exp},
};

}  // namespace

std::span<const RewriteRule> exponential_rules() { return rules; }

}  // namespace nabla::passes
