// Differences of probabilities. At most one share of a softmax is above 1/2, and only there does
// 1 − p cancel; it is the sum of the others.
#include "ir/einsum.hpp"
#include "passes/computing_form.hpp"
#include "passes/rule_patterns.hpp"

namespace nabla::passes {

using namespace ir;

namespace {

/// Σ over `axes`, spread back over them.
Expr total_along(Expr e, const std::vector<std::uint8_t>& axes) {
    EinsumData data{{Factor{sum_axes(e, axes), 1, {}}}, {}, e.shape()};
    for (LabelId l = 0; l < e.rank(); ++l) {
        data.output.push_back(l);
        if (std::find(axes.begin(), axes.end(), l) == axes.end())
            data.factors[0].labels.push_back(l);
    }
    return einsum(e.context(), std::move(data));
}

/// A share p of a softmax; where it is above 1/2, and what it lacks to 1 there.
struct Share {
    Expr p, large, rest;
};

std::optional<Share> match_share(Expr p) {
    auto match = match_softmax(p);
    if (!match) return std::nullopt;
    Expr half = constant(p.context(), Rational(1, 2));
    Expr small = multiply(map(Fn::not_greater, {p, half}), p);
    return Share{p, map(Fn::greater, {p, half}), total_along(small, match->axes)};
}

Expr one_minus(const Share& share) {
    Expr one = ones(share.p.context(), share.p.shape());
    return map(Fn::where, {share.large, share.rest, subtract(one, share.p)});
}

/// c − c p, p a softmax.
Expr one_minus_softmax(Expr e) {
    return beside_constant(e, [](const Number& c, const Term& t) {
        if (!(t.coefficient == -c)) return Expr();
        auto share = match_share(t.expr);
        return share ? scale(c, one_minus(*share)) : Expr();
    });
}

/// c p − c y where y is given: 1 − y − (1 − p), exact at y = 1.
Expr softmax_minus_target(Expr e) {
    return for_pairs(e, [](const Term& s, const Term& t) {
        if (!(t.coefficient == -s.coefficient) || t.expr.op() != Op::symbol) return Expr();
        auto share = match_share(s.expr);
        if (!share) return Expr();
        Expr one = ones(t.expr.context(), t.expr.shape());
        Expr near = subtract(subtract(one, t.expr), share->rest);
        return scale(s.coefficient,
                     map(Fn::where, {share->large, near, subtract(share->p, t.expr)}));
    });
}

/// c σ(u) − c y likewise: (1 − y) − σ(−u) where u > 0.
Expr sigmoid_minus_target(Expr e) {
    return for_pairs(e, [](const Term& s, const Term& t) {
        auto given = match_broadcast(t.expr);
        const bool target = t.expr.op() == Op::symbol || (given && given->op() == Op::symbol);
        if (!(t.coefficient == -s.coefficient) || !target || !is_map(s.expr, Fn::sigmoid))
            return Expr();
        Expr u = s.expr.child(0);
        Expr one = ones(u.context(), u.shape());
        Expr near = subtract(subtract(one, t.expr), map(Fn::sigmoid, negate(u)));
        Expr positive = map(Fn::greater, {u, constant(u.context(), 0)});
        return scale(s.coefficient, map(Fn::where, {positive, near, subtract(s.expr, t.expr)}));
    });
}

/// c diag(p) − c p p^T: p (1 − p) on the diagonal, −p_i p_j beside it.
Expr softmax_covariance(Expr e) {
    return for_pairs(e, [](const Term& s, const Term& t) {
        if (!(t.coefficient == -s.coefficient) || s.expr.rank() != 2 || t.expr.op() != Op::einsum ||
            t.expr.einsum().factors.empty())
            return Expr();
        Expr p = t.expr.einsum().factors[0].base;
        if (p.rank() != 1 || t.expr != outer(p, p) || s.expr != diagonal(p)) return Expr();
        auto share = match_share(p);
        if (!share) return Expr();
        Expr beside = subtract(ones(p.context(), t.expr.shape()), identity(p.shape()[0]));
        return scale(s.coefficient,
                     subtract(diagonal(multiply(p, one_minus(*share))), multiply(t.expr, beside)));
    });
}

constexpr RewriteRule rules[] = {
    {"diag(p) - p p^T = diag(p .* (1 - p)) off its diagonal", softmax_covariance},
    {"1 - softmax(z) = the sum of the others", one_minus_softmax},
    {"softmax(z) - y = (1 - y) - (1 - softmax(z))", softmax_minus_target},
    {"sigmoid(z) - y = (1 - y) - sigmoid(-z)", sigmoid_minus_target},
};

}  // namespace

std::span<const RewriteRule> computing_share_rules() { return rules; }

}  // namespace nabla::passes
