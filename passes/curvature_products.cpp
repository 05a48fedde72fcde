// Products and powers. Every entry of an Einsum is a sum of products of entries of its factors, so
// that a rule for a product of numbers holds whatever the labels are:
//
//   w t^a u^-b …  with w >= 0, t >= 0 is convex on t >= 0, u > 0 if there is at most one positive
//   exponent a, and a - b - … >= 1 if there is one; concave if all exponents are positive and their
//   sum is at most 1. It increases in t and decreases in u, so t may be a convex function and u a
//   concave one (for the concave case all may be concave).
#include <algorithm>

#include "ir/build.hpp"
#include "passes/curvature.hpp"
#include "passes/quadratic.hpp"

namespace nabla::passes {

using namespace ir;

namespace {

/// The sign of a product of constants: 1, -1, or 0 if it is not known.
int weight_sign(Curvatures& all, const EinsumData& data) {
    int sign = 1;
    for (const Factor& f : data.factors) {
        if (all.depends(f.base)) continue;
        const bool even = f.exponent.is_integer() && f.exponent.num % 2 == 0;
        const bool diagonal = f.labels.size() == 2 && f.labels[0] == f.labels[1];
        if (even || !f.exponent.is_integer() || all.signs().nonnegative(f.base)) continue;
        if (diagonal && f.base.has(Fact::psd)) continue;
        if (!all.signs().nonpositive(f.base)) return 0;
        sign = -sign;
    }
    return sign;
}

/// One factor t^a as the lemma takes it.
struct Power {
    Rational exponent;
    bool convex = false;   ///< t is convex and at least 0
    bool concave = false;  ///< t is concave and at least 0
    bool unlimited = false;
    int sign = 1;  ///< where t is minus the base
    std::string what;
    std::vector<Expr> premises;
    std::vector<DomainCondition> domain;
};

std::string described(Curve c, const Rational& exponent) {
    std::string text = std::string("of what is ") + word(c);
    if (exponent == Rational(2)) return "the square " + text;
    if (exponent == Rational(1, 2)) return "the root " + text;
    if (exponent == Rational(-1)) return "the reciprocal " + text;
    return "the power " + Number(exponent).str() + " " + text;
}

std::optional<Power> as_power(Curvatures& all, const Factor& f) {
    const Curve curve = all.curve(f.base);
    Power p;
    p.exponent = f.exponent;
    p.premises = {f.base};
    p.what = described(curve, f.exponent);
    const bool whole = f.exponent.is_integer();
    const bool even = whole && f.exponent.num % 2 == 0;
    const bool above = all.signs().nonnegative(f.base);
    const bool below = !above && all.signs().nonpositive(f.base);
    if (below && whole) {
        p.convex = is_concave(curve);
        p.concave = is_convex(curve);
        p.sign = even ? 1 : -1;
        return p;
    }
    if (above) {
        p.convex = is_convex(curve);
        p.concave = is_concave(curve);
    } else if (!whole && is_concave(curve)) {
        // Defined where the base is at least 0, a convex set since it is concave there.
        p.convex = is_affine(curve);
        p.concave = true;
        p.domain.push_back({f.base, 0, f.exponent.num < 0});
    } else if (even && f.exponent.num > 0 && is_affine(curve)) {
        p.convex = true;  // |t|
    }
    return p;
}

/// Where the plain reading does not help: the base as a power of its root.
std::optional<Power> through_root(const std::optional<Root>& root, const Factor& f, bool convex) {
    if (!root) return std::nullopt;
    const auto exponent = mul(f.exponent, root->power);
    if (!exponent || (exponent->num == 0 && !root->unlimited)) return std::nullopt;
    Power p;
    p.exponent = root->unlimited ? f.exponent : *exponent;
    p.unlimited = root->unlimited;
    (convex ? p.convex : p.concave) = true;
    p.what = root->what;
    p.premises = root->premises;
    p.domain = root->domain;
    return p;
}

/// The lemma; `convex` says which of its two halves is asked for.
bool lemma(const std::vector<Power>& powers, bool convex) {
    Rational total(0);
    int positive = 0;
    for (const Power& p : powers) {
        const bool up = p.exponent.num > 0;
        if (!convex && (!up || !p.concave || p.unlimited)) return false;
        if (convex && !(up ? p.convex : p.concave)) return false;
        if (p.unlimited && up) return false;
        positive += up ? 1 : 0;
        const auto sum = add(total, p.exponent);
        if (!sum) return false;
        total = *sum;
    }
    if (!convex) return !less(Rational(1), total);
    if (positive == 0) return true;
    if (positive > 1 || less(total, Rational(1))) return false;
    // Beside a positive exponent the sum counts, and that of an unlimited root has no end.
    return std::none_of(powers.begin(), powers.end(), [](const Power& p) { return p.unlimited; });
}

std::string lemma_reason(const std::vector<Power>& powers, bool convex) {
    if (powers.size() == 1) return powers[0].what;
    return convex
               ? "a product of powers, at most one exponent positive and then their sum at least "
                 "1, of a convex function and concave ones that are positive"
               : "a product of powers of concave functions, the exponents positive with a sum of "
                 "at most 1 (a geometric mean)";
}

Finding of_monomial(Curvatures& all, const EinsumData& data, int sign) {
    for (const bool convex : {true, false}) {
        // Each factor as it is, or as a power of its root where that is what helps.
        std::vector<Power> powers, rooted;
        int turned = sign;
        for (const Factor& f : data.factors) {
            if (!all.depends(f.base)) continue;
            const auto plain = as_power(all, f);
            powers.push_back(*plain);
            const bool root_is_convex = convex && f.exponent.num > 0;
            const auto root = root_is_convex ? convex_root(all, f.base) : concave_root(all, f.base);
            const auto through = through_root(root, f, root_is_convex);
            rooted.push_back(through ? *through : *plain);
        }
        for (const auto& reading : {powers, rooted}) {
            if (!lemma(reading, convex)) continue;
            Finding result;
            for (const Power& p : reading) {
                turned *= p.sign;
                result.premises.insert(result.premises.end(), p.premises.begin(), p.premises.end());
                add_domain(result.domain, p.domain);
            }
            result.curve = (turned > 0) == convex ? Curve::convex : Curve::concave;
            result.reason = lemma_reason(reading, convex);
            if (turned < 0) result.reason = "minus " + result.reason;
            return result;
        }
    }
    return {};
}

/// One factor of exponent 1: a linear map of it.
Finding of_linear(Curvatures& all, const EinsumData& data, const Factor& f, int sign) {
    const Curve curve = all.curve(f.base);
    if (is_affine(curve)) return {Curve::affine, "linear in what is affine", {f.base}};
    if (sign == 0 || curve == Curve::unknown) return {};
    const Curve result = sign > 0 ? curve : opposite(curve);
    bool sums = false;
    for (LabelId l : f.labels)
        sums = sums || std::find(data.output.begin(), data.output.end(), l) == data.output.end();
    std::string reason = sums ? "a sum of what is " : "the entries of what is ";
    if (data.factors.size() > 1) {
        reason = sums ? "a sum with weights at " : "a multiple with a factor at ";
        reason += sign > 0 ? "least 0 of what is " : "most 0 of what is ";
    }
    return {result, reason + word(curve), {f.base}};
}

std::string form_reason(const QuadraticForm& form) {
    if (form.divided)
        return form.divisor.rank() == 2
                   ? "a quadratic form with the inverse of a positive definite affine matrix"
                   : "a square of what is affine, divided by what is positive and concave";
    return form.middle.empty() ? "the square of a norm of what is affine"
                               : "a quadratic form with a positive semidefinite matrix";
}

Finding of_quadratic(Curvatures& all, Expr e) {
    const auto form = quadratic_form(all, e);
    if (!form) return {};
    Finding result{Curve::convex, form_reason(*form), form->affine};
    if (form->divided) result.premises.push_back(form->divisor);
    return result;
}

}  // namespace

Finding curvature_of_product(Curvatures& all, Expr e) {
    const EinsumData& data = e.einsum();
    const Factor* only = nullptr;
    int count = 0;
    for (const Factor& f : data.factors) {
        if (!all.depends(f.base)) continue;
        only = &f;
        ++count;
    }
    const int sign = weight_sign(all, data);
    if (count == 1 && only->exponent == Rational(1)) {
        Finding linear = of_linear(all, data, *only, sign);
        if (linear.curve != Curve::unknown) return linear;
    }
    if (Finding quadratic = of_quadratic(all, e); quadratic.curve != Curve::unknown)
        return quadratic;
    return sign == 0 ? Finding{} : of_monomial(all, data, sign);
}

}  // namespace nabla::passes
