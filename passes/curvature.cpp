#include "passes/curvature.hpp"

#include <algorithm>

#include "ir/build.hpp"
#include "ir/traverse.hpp"

namespace nabla::passes {

using namespace ir;

Curvatures::Curvatures(std::vector<Expr> variables, Signs& signs)
    : variables_(variables.begin(), variables.end()), signs_(signs) {}

bool Curvatures::depends(Expr e) {
    if (const auto it = depends_.find(e); it != depends_.end()) return it->second;
    for (Expr node : post_order(e)) {
        if (depends_.contains(node)) continue;
        bool any = variables_.contains(node);
        for (int i = 0; i < node.child_count() && !any; ++i) any = depends_.at(node.child(i));
        depends_.emplace(node, any);
    }
    return depends_.at(e);
}

const Finding& Curvatures::of(Expr e) {
    if (const auto it = known_.find(e); it != known_.end()) return it->second;
    for (Expr node : post_order(e)) {
        if (known_.contains(node)) continue;
        const Curve curve = known_.emplace(node, compute(node)).first->second.curve;
        if (curve != Curve::unknown || !node.is_scalar() || !fallback) continue;
        // Known as unknown while the fallback asks about what it is made of.
        Finding finding = fallback(node);
        if (finding.curve != Curve::unknown) known_[node] = std::move(finding);
    }
    return known_.at(e);
}

void add_domain(std::vector<DomainCondition>& to, const std::vector<DomainCondition>& more) {
    for (const DomainCondition& one : more)
        if (std::find(to.begin(), to.end(), one) == to.end()) to.push_back(one);
}

namespace {

/// What a matrix function says of an affine argument.
Finding of_matrix(Curvatures& all, Expr e) {
    const Expr argument = e.child(0);
    if (e.op() == Op::eigenvalue && is_affine(all.curve(argument)))
        return {Curve::convex, "the largest eigenvalue of an affine matrix", {argument}};
    return {};
}

Finding of_reduce(Curvatures& all, Expr e) {
    const Expr inside = e.child(0);
    const Curve curve = all.curve(inside);
    switch (e.reduce().kind) {
        case ReduceKind::logsumexp:
            if (is_convex(curve))
                return {
                    Curve::convex,
                    "logsumexp is convex and increasing, its argument " + std::string(word(curve)),
                    {inside}};
            return {};
        case ReduceKind::max:
            if (is_convex(curve))
                return {Curve::convex,
                        "a maximum of " + std::string(word(curve)) + " functions",
                        {inside}};
            return {};
        case ReduceKind::min:
            if (is_concave(curve))
                return {Curve::concave,
                        "a minimum of " + std::string(word(curve)) + " functions",
                        {inside}};
            return {};
        case ReduceKind::prod:
        case ReduceKind::max_share:
        case ReduceKind::min_share:
            return {};
    }
    return {};
}

Finding of_reshape(Curvatures& all, Expr e) {
    const Finding& inside = all.of(e.child(0));
    return {inside.curve, "the same entries", {e.child(0)}};
}

}  // namespace

namespace {

/// R + c softplus(z) is c log(exp(R/c) + exp(R/c + z)): convex if both exponents are, whatever z
/// is.
Finding of_softplus_beside(Curvatures& all, Expr e) {
    for (const Term& t : e.sum().terms) {
        const bool softplus = t.expr.op() == Op::map && t.expr.map().function == Fn::softplus;
        if (!softplus || t.coefficient.is_negative() || !all.depends(t.expr)) continue;
        const Expr rest =
            scale(Number(1) / t.coefficient, subtract(e, scale(t.coefficient, t.expr)));
        const Expr other = add(rest, t.expr.child(0));
        if (!is_convex(all.curve(rest)) || !is_convex(all.curve(other))) continue;
        return {Curve::convex,
                "the logarithm of a sum of two exponentials of convex functions",
                {rest, other}};
    }
    return {};
}

}  // namespace

Finding curvature_of_sum(Curvatures& all, Expr e) {
    bool convex = true, concave = true, affine = true;
    Finding result;
    for (const Term& t : e.sum().terms) {
        Curve c = all.curve(t.expr);
        if (c != Curve::constant) result.premises.push_back(t.expr);
        if (t.coefficient.is_negative()) c = opposite(c);
        convex = convex && is_convex(c);
        concave = concave && is_concave(c);
        affine = affine && is_affine(c);
    }
    const bool several = e.sum().terms.size() > 1;
    if (affine) {
        result.curve = Curve::affine;
        result.reason = several ? "a sum of affine terms" : "a multiple of what is affine";
    } else if (convex || concave) {
        result.curve = convex ? Curve::convex : Curve::concave;
        const std::string name = word(result.curve);
        const std::string other = word(opposite(result.curve));
        bool minus = false;
        for (const Term& t : e.sum().terms)
            minus = minus || (t.coefficient.is_negative() && !is_affine(all.curve(t.expr)));
        if (several)
            result.reason = "a sum of " + name + " terms" +
                            (minus ? " (minus what is " + other + " is " + name + ")" : "");
        else
            result.reason = minus ? "a negative multiple of what is " + other
                                  : "a positive multiple of what is " + name;
    } else if (several) {
        return of_softplus_beside(all, e);
    }
    return result;
}

Finding Curvatures::compute(Expr e) {
    if (!depends(e)) return {Curve::constant, "no variable occurs in it", {}};
    switch (e.op()) {
        case Op::symbol:
            return {Curve::affine, "a variable", {}};
        case Op::sum:
            return curvature_of_sum(*this, e);
        case Op::einsum:
            return curvature_of_product(*this, e);
        case Op::map:
            return curvature_of_map(*this, e);
        case Op::reduce:
            return of_reduce(*this, e);
        case Op::reshape:
            return of_reshape(*this, e);
        case Op::eigenvalue:
            return of_matrix(*this, e);
        case Op::constant:
        case Op::pi:
        case Op::dim_value:
        case Op::identity:
        case Op::selection:
        case Op::iota:
        case Op::trimask:
        case Op::inverse:
        case Op::det:
        case Op::adjugate:
        case Op::derivative:
        case Op::chol:
        case Op::eigenvector:
        case Op::shifted_pinv:
        case Op::expm:
            return {};
    }
    return {};
}

}  // namespace nabla::passes
