// where(u <= b, f(u), g(u)): pieces of one affine argument. Convex if both pieces are, meet at the
// break points, and the slope does not fall there (Huber's loss, ELU). Break points are numbers:
// conditions compare u or |u| with one.
#include <algorithm>
#include <cmath>

#include "ir/build.hpp"
#include "ir/context.hpp"
#include "ir/einsum.hpp"
#include "ir/traverse.hpp"
#include "passes/curvature.hpp"
#include "passes/differentiate.hpp"
#include "passes/simplify.hpp"

namespace nabla::passes {

using namespace ir;

namespace {

/// The affine expression without numbers added or multiplied: u of 2 u - 1.
Expr core_of(Expr e) {
    if (e.op() != Op::sum) return e;
    Expr core;
    for (const Term& t : e.sum().terms) {
        if (is_one(t.expr)) continue;
        if (core) return e;
        core = t.expr;
    }
    return core;
}

/// The one affine argument that all of `roots` are functions of.
Expr common_argument(Curvatures& all, std::span<const Expr> roots) {
    Expr argument;
    bool several = false;
    const auto meet = [&](Expr e) {
        const Expr core = core_of(e);
        if (argument && !(argument == core)) several = true;
        argument = core;
    };
    for (Expr root : roots)
        if (all.depends(root) && is_affine(all.curve(root))) meet(root);
    for (Expr node : post_order(std::vector<Expr>(roots.begin(), roots.end()))) {
        if (is_affine(all.curve(node))) continue;
        for (int i = 0; i < node.child_count(); ++i)
            if (all.depends(node.child(i)) && is_affine(all.curve(node.child(i))))
                meet(node.child(i));
    }
    return several ? Expr() : argument;
}

/// Whether each entry of `e` is a function of the same entry of `v`.
bool is_entrywise(Expr e, Expr v) {
    for (Expr node : post_order(e)) {
        if (node == v || !depends_on(node, v)) continue;
        if (node.shape() != v.shape()) return false;
        if (node.op() == Op::sum || node.op() == Op::map) continue;
        if (node.op() != Op::einsum) return false;
        const EinsumData& data = node.einsum();
        for (const Factor& f : data.factors) {
            for (LabelId l : f.labels)
                if (std::find(data.output.begin(), data.output.end(), l) == data.output.end())
                    return false;
            if (depends_on(f.base, v) && f.labels != data.output) return false;
        }
    }
    return true;
}

/// Defined for every number: what a piece is where it is not taken is never looked at, but that it
/// is defined wherever it is taken would have to be shown.
bool is_defined_everywhere(Expr e, Expr v) {
    for (Expr node : post_order(e)) {
        if (!depends_on(node, v)) continue;
        if (node.op() == Op::map) {
            const Interval& domain = function(node.map().function).domain;
            if (std::isfinite(domain.low) || std::isfinite(domain.high)) return false;
            if (node.map().function == Fn::tan) return false;
        }
        if (node.op() != Op::einsum) continue;
        for (const Factor& f : node.einsum().factors)
            if (depends_on(f.base, v) && (!f.exponent.is_integer() || f.exponent.num < 0))
                return false;
    }
    return true;
}

/// k X + c with X the argument or its absolute value.
struct Threshold {
    bool absolute = false;
    double factor = 0;
    Number at;  ///< where it is 0, as a value of X
};

std::optional<Threshold> read_threshold(Expr difference, Expr v) {
    if (difference.op() != Op::sum) difference = sum(v.context(), {Term{1, difference}}, v.shape());
    if (difference.op() != Op::sum) {
        if (!(difference == v)) return std::nullopt;
        return Threshold{false, 1, 0};
    }
    Threshold found;
    Number constant = 0, factor = 0;
    for (const Term& t : difference.sum().terms) {
        const bool absolute =
            t.expr.op() == Op::map && t.expr.map().function == Fn::abs && t.expr.child(0) == v;
        if (is_one(t.expr)) {
            constant = t.coefficient;
        } else if ((t.expr == v || absolute) && factor.is_zero()) {
            factor = t.coefficient;
            found.absolute = absolute;
        } else {
            return std::nullopt;
        }
    }
    if (factor.is_zero()) return std::nullopt;
    found.factor = factor.value();
    found.at = -constant / factor;
    return found;
}

/// Whether the comparison holds where the difference of its sides is positive; nothing for = and ≠.
std::optional<bool> holds_above(Fn f) {
    if (f == Fn::greater || f == Fn::greater_equal) return true;
    if (f == Fn::not_greater || f == Fn::not_greater_equal) return false;
    return std::nullopt;
}

class Pieces {
public:
    Pieces(Expr v, Signs& signs) : v_(v), signs_(signs), curves_({v}, signs) {}

    Curve curve(Expr piece) { return curves_.curve(piece); }

    /// Left and right meet at the point, and the slope does not fall (rise, for concave ones).
    bool meet(Expr left, Expr right, const Number& point, bool convex) {
        const Expr here = broadcast(constant(v_.context(), point), v_.shape());
        const auto at = [&](Expr e) { return simplify(substitute(e, {{v_, here}})); };
        if (!is_zero(simplify(subtract(at(left), at(right))))) return false;
        const Expr slope_left = at(simplify(gradient(sum_entries(left), v_)));
        const Expr slope_right = at(simplify(gradient(sum_entries(right), v_)));
        return signs_.prove_nonnegative(convex ? subtract(slope_right, slope_left)
                                               : subtract(slope_left, slope_right));
    }

private:
    Expr v_;
    Signs& signs_;
    Curvatures curves_;
};

}  // namespace

Finding curvature_of_pieces(Curvatures& all, Expr e) {
    const auto& arguments = e.map().arguments;
    const Expr condition = arguments[0];
    if (condition.op() != Op::map || !holds_above(condition.map().function)) return {};
    const auto& sides = condition.map().arguments;
    const Expr roots[] = {sides[0], sides[1], arguments[1], arguments[2]};
    for (Expr root : roots)
        if (root.shape() != e.shape() && all.depends(root)) return {};
    const Expr u = common_argument(all, roots);
    if (!u || u.shape() != e.shape()) return {};

    const Expr v = e.context().fresh_symbol("t", u.shape(), {}, true);
    const auto in_v = [&](Expr part) {
        return broadcast(u == v ? part : substitute(part, {{u, v}}), e.shape());
    };
    const Expr difference = simplify(subtract(in_v(sides[0]), in_v(sides[1])));
    const Expr taken = in_v(arguments[1]), other = in_v(arguments[2]);
    for (Expr part : {difference, taken, other})
        for (Expr symbol : symbols_of(std::vector<Expr>{part}))
            if (!(symbol == v) && all.depends(symbol)) return {};
    for (Expr part : {taken, other})
        if (!is_entrywise(part, v) || !is_defined_everywhere(part, v)) return {};
    const auto threshold = read_threshold(difference, v);
    if (!threshold) return {};

    // Which piece stands where X is above the threshold.
    const bool taken_above = (threshold->factor > 0) == *holds_above(condition.map().function);
    const Expr above = taken_above ? taken : other, below = taken_above ? other : taken;
    if (threshold->absolute && threshold->at.value() <= 0) return {};
    Pieces pieces(v, all.signs());
    for (const bool convex : {true, false}) {
        const auto fits = [&](Curve c) { return convex ? is_convex(c) : is_concave(c); };
        if (!fits(pieces.curve(above)) || !fits(pieces.curve(below))) continue;
        bool meets = pieces.meet(below, above, threshold->at, convex);
        if (threshold->absolute) meets = meets && pieces.meet(above, below, -threshold->at, convex);
        if (!meets) continue;
        const Curve curve = convex ? Curve::convex : Curve::concave;
        return {curve,
                std::string("its pieces are ") + word(curve) +
                    " and meet with slopes that do not " + (convex ? "fall" : "rise"),
                {u}};
    }
    return {};
}

}  // namespace nabla::passes
