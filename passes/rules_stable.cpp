// Rewrites that keep the meaning and save digits; applied before and after differentiation, because
// derivatives make new ones.
#include <algorithm>

#include "ir/build.hpp"
#include "ir/einsum.hpp"
#include "passes/rule_patterns.hpp"
#include "passes/rules.hpp"

namespace nabla::passes {

using namespace ir;

namespace {

/// c + d·g(z) for constants c, d: the two-term sums that the rules below look for.
struct ConstantPlus {
    Number constant = 0;
    Number coefficient = 0;
    Expr argument;  ///< z
};

std::optional<ConstantPlus> match_constant_plus(Expr e, Fn f) {
    if (e.op() != Op::sum || e.sum().terms.size() != 2) return std::nullopt;
    ConstantPlus match;
    for (const Term& t : e.sum().terms) {
        if (is_one(t.expr)) match.constant = t.coefficient;
        if (is_map(t.expr, f)) match.coefficient = t.coefficient, match.argument = t.expr.child(0);
    }
    if (!match.argument || match.constant.is_zero()) return std::nullopt;
    if (match.argument.shape() != e.shape()) match.argument = broadcast(match.argument, e.shape());
    return match;
}

/// log(1 + exp z) is softplus(z): no overflow, no loss near −∞.
Expr log_one_plus_exp(Expr e) {
    if (!is_map(e, Fn::log)) return {};
    auto match = match_constant_plus(e.child(0), Fn::exp);
    if (!match || !match->constant.is_one() || !match->coefficient.is_one()) return {};
    return map(Fn::softplus, match->argument);
}

/// log1p(exp z) likewise.
Expr log1p_exp(Expr e) {
    if (!is_map(e, Fn::log1p) || !is_map(e.child(0), Fn::exp)) return {};
    return map(Fn::softplus, e.child(0).child(0));
}

/// log(σ(z)) is −softplus(−z).
Expr log_sigmoid(Expr e) {
    if (!is_map(e, Fn::log) || !is_map(e.child(0), Fn::sigmoid)) return {};
    return negate(map(Fn::softplus, negate(e.child(0).child(0))));
}

/// log of entries that Selections pick from exp(z) or σ(z) is the pick of its logarithm: the
/// negative log-likelihood of one class, −log softmax(z)[k].
Expr log_of_picked(Expr e) {
    if (!is_map(e, Fn::log) || e.child(0).op() != Op::einsum) return {};
    EinsumData data = e.child(0).einsum();
    if (data.factors.size() < 2) return {};
    Factor* picked = nullptr;
    for (Factor& f : data.factors) {
        if (f.exponent != Rational(1)) return {};
        if (f.base.op() == Op::selection) continue;
        bool function = is_map(f.base, Fn::exp) || is_map(f.base, Fn::sigmoid);
        if (!function || picked != nullptr) return {};
        picked = &f;
    }
    if (picked == nullptr) return {};
    // Every summed axis is picked once, by the rows of one Selection.
    for (LabelId l : picked->labels) {
        bool output = std::find(data.output.begin(), data.output.end(), l) != data.output.end();
        auto picks = std::count_if(data.factors.begin(), data.factors.end(), [&](const Factor& f) {
            return f.base.op() == Op::selection && f.labels[0] == l && f.labels[1] != l;
        });
        auto uses = std::count(picked->labels.begin(), picked->labels.end(), l);
        for (const Factor& f : data.factors)
            if (f.base.op() == Op::selection && f.labels[1] == l) return {};
        if (uses != 1 || picks != (output ? 0 : 1)) return {};
    }
    picked->base = map(Fn::log, picked->base);
    return einsum(e.context(), std::move(data));
}

/// 1 − σ(z) is σ(−z), which does not cancel.
Expr one_minus_sigmoid(Expr e) {
    auto match = match_constant_plus(e, Fn::sigmoid);
    if (!match || !(match->coefficient == -match->constant)) return {};
    return scale(match->constant, map(Fn::sigmoid, negate(match->argument)));
}

/// Splits log of a product c · s1 · s2 · Σ exp z (the s positive scalars) into the Σ and the rest.
Expr log_sum_exp(Expr e) {
    if (!is_map(e, Fn::log)) return {};
    Expr inside = e.child(0);
    Number coefficient = 1;
    if (inside.op() == Op::sum && inside.sum().terms.size() == 1) {
        coefficient = inside.sum().terms[0].coefficient;
        inside = inside.sum().terms[0].expr;
    }
    if (inside.op() != Op::einsum || coefficient.is_negative()) return {};
    EinsumData data = inside.einsum();
    Context& context = e.context();
    Expr outside = map(Fn::log, constant(context, coefficient));
    std::vector<Factor> summed;
    for (const Factor& f : data.factors) {
        bool positive_scalar = f.labels.empty() && f.base.has(Fact::positive);
        if (!positive_scalar) {
            summed.push_back(f);
            continue;
        }
        outside = add(outside, scale(Number(f.exponent), map(Fn::log, f.base)));
    }
    if (summed.size() != 1 || !is_map(summed[0].base, Fn::exp) || summed[0].exponent != Rational(1))
        return {};
    const Labels& labels = summed[0].labels;
    std::vector<std::uint8_t> axes;
    Labels kept;
    for (std::size_t axis = 0; axis < labels.size(); ++axis) {
        if (std::count(labels.begin(), labels.end(), labels[axis]) != 1) return {};
        bool output =
            std::find(data.output.begin(), data.output.end(), labels[axis]) != data.output.end();
        if (output)
            kept.push_back(labels[axis]);
        else
            axes.push_back(static_cast<std::uint8_t>(axis));
    }
    // Nothing summed is log(exp z); a broadcast output is spread by the caller's sum.
    if (axes.empty() || kept != data.output) return {};
    Expr z = summed[0].base.child(0);
    if (z.shape() != summed[0].base.shape()) return {};
    return add(reduce(ReduceKind::logsumexp, z, axes), outside);
}

/// A scalar s = Σ exp z as a factor of its own: log(s) where `s` is the node itself (a connected
/// scalar) is met by log_sum_exp; here exp(z)·s^-1 becomes softmax(z), once for each power of s.
Expr exp_over_sum(Expr e) {
    if (e.op() != Op::einsum) return {};
    EinsumData data = e.einsum();
    for (std::size_t i = 0; i < data.factors.size(); ++i) {
        const Factor& f = data.factors[i];
        if (!is_map(f.base, Fn::exp) || f.exponent.num < 1 ||
            f.base.child(0).shape() != f.base.shape())
            continue;
        for (std::size_t j = 0; j < data.factors.size(); ++j) {
            const Factor& g = data.factors[j];
            if (i == j || g.exponent.num > -1 || !g.exponent.is_integer() ||
                g.base.op() != Op::einsum)
                continue;
            // g.base must be exp(z) summed over the axes whose labels it lacks.
            std::vector<std::uint8_t> axes;
            Labels kept;
            for (std::size_t a = 0; a < f.labels.size(); ++a) {
                bool has =
                    std::find(g.labels.begin(), g.labels.end(), f.labels[a]) != g.labels.end();
                if (has)
                    kept.push_back(f.labels[a]);
                else
                    axes.push_back(static_cast<std::uint8_t>(a));
            }
            if (axes.empty() || kept != g.labels || sum_axes(f.base, axes) != g.base) continue;
            Expr p = softmax(f.base.child(0), axes);
            Factor share{p, 1, f.labels};
            data.factors[i].exponent = *add(f.exponent, Rational(-1));
            data.factors[j].exponent = *add(g.exponent, Rational(1));
            data.factors.push_back(share);
            return einsum(e.context(), std::move(data));
        }
    }
    return {};
}

/// 1/(1 + exp z) is σ(−z), in every integer power.
Expr reciprocal_one_plus_exp(Expr e) {
    if (e.op() != Op::einsum) return {};
    EinsumData data = e.einsum();
    for (Factor& f : data.factors) {
        if (!f.exponent.is_integer() || f.exponent.num >= 0) continue;
        auto match = match_constant_plus(f.base, Fn::exp);
        if (!match || !match->constant.is_one() || !match->coefficient.is_one()) continue;
        f.base = map(Fn::sigmoid, negate(match->argument));
        f.exponent.num = -f.exponent.num;
        return einsum(e.context(), std::move(data));
    }
    return {};
}

/// exp(z) σ(−z) is σ(z).
Expr exp_times_sigmoid(Expr e) {
    if (e.op() != Op::einsum) return {};
    EinsumData data = e.einsum();
    for (Factor& f : data.factors) {
        if (!is_map(f.base, Fn::exp) || f.exponent != Rational(1)) continue;
        Expr opposite = map(Fn::sigmoid, negate(f.base.child(0)));
        for (Factor& g : data.factors) {
            if (g.base != opposite || g.labels != f.labels || !g.exponent.is_integer() ||
                g.exponent.num < 1)
                continue;
            f.base = map(Fn::sigmoid, f.base.child(0));
            g.exponent = *add(g.exponent, Rational(-1));
            return einsum(e.context(), std::move(data));
        }
    }
    return {};
}

constexpr RewriteRule rules[] = {
    {"log(1 + exp z) = softplus(z)", log_one_plus_exp},
    {"log1p(exp z) = softplus(z)", log1p_exp},
    {"log(sigmoid(z)) = -softplus(-z)", log_sigmoid},
    {"log(exp(z)[i]) = z[i]", log_of_picked},
    {"1 - sigmoid(z) = sigmoid(-z)", one_minus_sigmoid},
    {"log(sum(exp z)) = logsumexp(z)", log_sum_exp},
    {"exp z / sum(exp z) = softmax(z)", exp_over_sum},
    {"1/(1 + exp z) = sigmoid(-z)", reciprocal_one_plus_exp},
    {"exp(z) sigmoid(-z) = sigmoid(z)", exp_times_sigmoid},
};

}  // namespace

std::span<const RewriteRule> stable_rules() { return rules; }

}  // namespace nabla::passes
