// Functions of the table, entry by entry: convex and increasing of convex, and so on. Functions
// that curve one way for x >= 0 and another for x <= 0 have a row of their own here.
#include <algorithm>
#include <array>
#include <cmath>

#include "ir/build.hpp"
#include "passes/curvature.hpp"

namespace nabla::passes {

using namespace ir;

namespace {

struct Bend {
    Curvature curvature = Curvature::unknown;
    Trend trend = Trend::none;
};

/// What holds for x >= 0, and for x <= 0.
struct HalfLines {
    Fn function;
    Bend right, left;
};

constexpr auto convex = Curvature::convex;
constexpr auto concave = Curvature::concave;
constexpr auto up = Trend::increasing;
constexpr auto down = Trend::decreasing;

constexpr std::array half_lines{
    HalfLines{Fn::abs, {convex, up}, {convex, down}},
    HalfLines{Fn::cosh, {convex, up}, {convex, down}},
    HalfLines{Fn::sinh, {convex, up}, {concave, up}},
    HalfLines{Fn::tanh, {concave, up}, {convex, up}},
    HalfLines{Fn::atan, {concave, up}, {convex, up}},
    HalfLines{Fn::asinh, {concave, up}, {convex, up}},
    HalfLines{Fn::erf, {concave, up}, {convex, up}},
    HalfLines{Fn::erfc, {convex, down}, {concave, down}},
    HalfLines{Fn::cbrt, {concave, up}, {convex, up}},
    HalfLines{Fn::sigmoid, {concave, up}, {convex, up}},
    HalfLines{Fn::asin, {convex, up}, {concave, up}},
    HalfLines{Fn::acos, {concave, down}, {convex, down}},
    HalfLines{Fn::atanh, {convex, up}, {concave, up}},
    HalfLines{Fn::digamma, {concave, up}, {}},
    HalfLines{Fn::lgamma, {convex, Trend::none}, {}},
};

/// Values outside the row's domain are not NaN but numbers of another branch.
bool has_other_branches(Fn f) { return f == Fn::lgamma || f == Fn::digamma || f == Fn::polygamma; }

std::string spelled(Curvature c, Trend t) {
    std::string text = c == convex ? "convex" : "concave";
    if (t == up) text += " and increasing";
    if (t == down) text += " and decreasing";
    return text;
}

/// The composition rule.
Curve compose(const Bend& f, Curve inside) {
    if (f.curvature == convex && is_affine(inside)) return Curve::convex;
    if (f.curvature == concave && is_affine(inside)) return Curve::concave;
    if (f.curvature == convex && f.trend == up && is_convex(inside)) return Curve::convex;
    if (f.curvature == convex && f.trend == down && is_concave(inside)) return Curve::convex;
    if (f.curvature == concave && f.trend == up && is_concave(inside)) return Curve::concave;
    if (f.curvature == concave && f.trend == down && is_convex(inside)) return Curve::concave;
    return Curve::unknown;
}

/// The domain as conditions; nothing if it is no convex set of the variables.
std::optional<std::vector<DomainCondition>> domain_of(Curvatures& all, const Function& row,
                                                      Expr inside) {
    std::vector<DomainCondition> conditions;
    const Interval range = all.signs().range(inside);
    const Curve curve = all.curve(inside);
    const bool open = row.id == Fn::log || row.id == Fn::log1p || row.id == Fn::atanh;
    if (std::isfinite(row.domain.low)) {
        const bool inner = range.low > row.domain.low || (!open && range.low == row.domain.low) ||
                           (row.domain.low == 0 && inside.has(Fact::positive));
        if (!inner && (has_other_branches(row.id) || !is_concave(curve))) return std::nullopt;
        if (!inner) conditions.push_back({inside, row.domain.low, open});
    }
    if (std::isfinite(row.domain.high) && range.high > row.domain.high) {
        if (!is_convex(curve)) return std::nullopt;
        conditions.push_back({inside, row.domain.high, open, true});
    }
    return conditions;
}

Finding composed(Curvatures& all, const Function& row, Expr inside, const Bend& bend,
                 const std::string& where) {
    const Curve curve = compose(bend, all.curve(inside));
    if (curve == Curve::unknown) return {};
    auto domain = domain_of(all, row, inside);
    if (!domain) return {};
    return {curve,
            std::string(row.name) + " is " + spelled(bend.curvature, bend.trend) + where +
                ", its argument " + word(all.curve(inside)),
            {inside},
            std::move(*domain)};
}

/// log of a power of a concave function is that power times its log.
Finding log_of_root(Curvatures& all, Expr inside) {
    const auto root = concave_root(all, inside);
    if (!root) return {};
    Finding result{Curve::concave, "the logarithm of " + root->what, root->premises, root->domain};
    return result;
}

Finding of_one(Curvatures& all, const Function& row, Expr inside) {
    if (Finding f = composed(all, row, inside, {row.curvature, row.trend}, "");
        f.curve != Curve::unknown)
        return f;
    for (const HalfLines& half : half_lines) {
        if (half.function != row.id) continue;
        if (all.signs().nonnegative(inside))
            return composed(all, row, inside, half.right, " for x >= 0");
        if (all.signs().nonpositive(inside))
            return composed(all, row, inside, half.left, " for x <= 0");
    }
    if (row.id == Fn::log) return log_of_root(all, inside);
    return {};
}

Finding of_extremum(Curvatures& all, Fn f, Expr a, Expr b) {
    const bool max = f == Fn::max;
    const bool fits = max ? is_convex(all.curve(a)) && is_convex(all.curve(b))
                          : is_concave(all.curve(a)) && is_concave(all.curve(b));
    if (!fits) return {};
    const Curve curve = max ? Curve::convex : Curve::concave;
    return {curve,
            std::string(max ? "a maximum" : "a minimum") + " of two " + word(curve) + " functions",
            {a, b}};
}

/// 1/n for the number of factors of a product, or more.
bool is_reciprocal_of_count(Expr exponent, Expr product) {
    if (product.op() != Op::reduce || product.reduce().kind != ReduceKind::prod) return false;
    Expr count = constant(product.context(), 1);
    for (const Dim d : product.child(0).shape()) count = multiply(count, dim_value(d));
    return exponent == power(count, Rational(-1));
}

/// a^b with one of the two constant.
Finding of_pow(Curvatures& all, Expr base, Expr exponent) {
    if (!all.depends(base)) {
        // exp(b log a) with a >= 0 fixed.
        if (is_affine(all.curve(exponent)) && all.signs().positive(base))
            return {Curve::convex, "a fixed positive base to an affine power", {exponent}};
        return {};
    }
    if (all.depends(exponent)) return {};
    const bool above = all.signs().nonnegative(base);
    const Interval p = all.signs().range(exponent);
    const Curve inside = all.curve(base);
    std::vector<DomainCondition> domain;
    if (is_reciprocal_of_count(exponent, base)) {
        if (const auto root = concave_root(all, base))
            return {Curve::concave, root->what, root->premises};
    }
    if (!above) {
        // A power that is whole has a value for negative bases too.
        return {};
    }
    if (p.low >= 1 && is_convex(inside))
        return {Curve::convex, "a power of at least 1 of what is convex and at least 0", {base}};
    if (p.low >= 0 && p.high <= 1 && is_concave(inside))
        return {
            Curve::concave, "a power between 0 and 1 of what is concave and at least 0", {base}};
    if (p.high <= 0 && is_concave(inside))
        return {Curve::convex, "a negative power of what is concave and positive", {base}};
    return {};
}

}  // namespace

Finding curvature_of_map(Curvatures& all, Expr e) {
    const MapData& data = e.map();
    const auto& arguments = data.arguments;
    if (data.function == Fn::strong_zero) {
        const Finding& inside = all.of(arguments[0]);
        return {inside.curve, "the same value", {arguments[0]}};
    }
    if (arguments.size() == 1) return of_one(all, function(data.function), arguments[0]);
    if (data.function == Fn::max || data.function == Fn::min)
        return of_extremum(all, data.function, arguments[0], arguments[1]);
    if (data.function == Fn::pow) return of_pow(all, arguments[0], arguments[1]);
    if (data.function == Fn::where && !all.depends(arguments[0])) {
        const Curve a = all.curve(arguments[1]), b = all.curve(arguments[2]);
        const Curve both = is_affine(a) && is_affine(b)     ? Curve::affine
                           : is_convex(a) && is_convex(b)   ? Curve::convex
                           : is_concave(a) && is_concave(b) ? Curve::concave
                                                            : Curve::unknown;
        if (both != Curve::unknown)
            return {both,
                    "a choice that does not depend on the variables",
                    {arguments[1], arguments[2]}};
    }
    if (data.function == Fn::where) return curvature_of_pieces(all, e);
    return {};
}

}  // namespace nabla::passes
