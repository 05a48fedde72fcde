// Functions that are powers of a function of known curvature which is no node of its own.
#include <algorithm>

#include "ir/build.hpp"
#include "ir/mirror.hpp"
#include "passes/curvature.hpp"
#include "passes/quadratic.hpp"

namespace nabla::passes {

using namespace ir;

namespace {

/// A nonnegative base entry h, convex: or affine under an even power, where |h| is meant.
bool convex_base(Curvatures& all, const Factor& f) {
    const Curve curve = all.curve(f.base);
    const bool even = f.exponent.is_integer() && f.exponent.num % 2 == 0;
    if (is_affine(curve) && (even || !f.exponent.is_integer())) return true;
    return is_convex(curve) && all.signs().nonnegative(f.base);
}

/// Σ w h^p with weights w >= 0: the p-th power of a p-norm.
std::optional<Root> power_sum(Curvatures& all, Expr e) {
    if (e.op() != Op::einsum) return std::nullopt;
    Root root;
    bool found = false;
    for (const Factor& f : e.einsum().factors) {
        if (!all.depends(f.base)) {
            const bool even = f.exponent.is_integer() && f.exponent.num % 2 == 0;
            if (!even && !all.signs().nonnegative(f.base)) return std::nullopt;
            continue;
        }
        if (found || !less(Rational(1), f.exponent) || !convex_base(all, f)) return std::nullopt;
        found = true;
        root.power = f.exponent;
        root.premises = {f.base};
        // A fractional power is defined where its base is at least 0.
        if (!f.exponent.is_integer() && !all.signs().nonnegative(f.base))
            root.domain.push_back({f.base, 0, false});
    }
    if (!found) return std::nullopt;
    root.what = root.power == Rational(2) ? "the square of a norm" : "the power of a norm";
    return root;
}

std::optional<Root> quadratic_root(Curvatures& all, Expr e) {
    if (e.op() != Op::einsum) return std::nullopt;
    const auto form = quadratic_form(all, e);
    if (!form || form->divided) return std::nullopt;
    return Root{Rational(2), false, "the square of a norm", form->affine, {}};
}

}  // namespace

std::optional<Root> convex_root(Curvatures& all, Expr e) {
    if (e.op() != Op::sum) {
        if (auto root = power_sum(all, e)) return root;
        return quadratic_root(all, e);
    }
    // Σ c_k g_k with roots of one power, and constants at least 0: the norm of all stacked.
    Root root;
    bool found = false;
    for (const Term& t : e.sum().terms) {
        if (t.coefficient.is_negative()) return std::nullopt;
        if (!all.depends(t.expr)) {
            if (!all.signs().nonnegative(t.expr)) return std::nullopt;
            continue;
        }
        const auto one = convex_root(all, t.expr);
        if (!one || (found && one->power != root.power)) return std::nullopt;
        found = true;
        root.power = one->power;
        root.what = one->what;
        root.premises.insert(root.premises.end(), one->premises.begin(), one->premises.end());
        add_domain(root.domain, one->domain);
    }
    return found ? std::optional(root) : std::nullopt;
}

std::optional<Root> concave_root(Curvatures& all, Expr e) {
    if (e.op() == Op::det) {
        const Expr matrix = e.child(0);
        if (!is_affine(all.curve(matrix)) || !matrix.has(Fact::psd)) return std::nullopt;
        const auto n = matrix.shape()[0].constant();
        Root root{Rational(n.value_or(0)),
                  !n.has_value(),
                  "the determinant of a positive definite matrix, whose n-th root is concave",
                  {matrix},
                  {}};
        return root;
    }
    if (e.op() == Op::reduce && e.reduce().kind == ReduceKind::prod && e.is_scalar()) {
        const Expr factors = e.child(0);
        if (!is_concave(all.curve(factors)) || !all.signs().nonnegative(factors))
            return std::nullopt;
        std::int64_t count = 1;
        bool unlimited = false;
        for (const Dim d : factors.shape()) {
            if (const auto size = d.constant(); size && *size < 1'000'000)
                count *= *size;
            else
                unlimited = true;
        }
        return Root{Rational(count),
                    unlimited,
                    "a product of concave factors, whose root is a geometric mean",
                    {factors},
                    {}};
    }
    // x^a y^b without a sum: the (a + b)-th power of a weighted geometric mean.
    if (e.op() != Op::einsum || e.einsum().factors.empty()) return std::nullopt;
    const EinsumData& data = e.einsum();
    Root root{Rational(0), false, "a product of powers of concave functions", {}, {}};
    for (const Factor& f : data.factors) {
        for (LabelId l : f.labels)
            if (std::find(data.output.begin(), data.output.end(), l) == data.output.end())
                return std::nullopt;
        if (f.exponent.num <= 0 || !all.signs().nonnegative(f.base)) return std::nullopt;
        if (!all.depends(f.base)) continue;
        if (!is_concave(all.curve(f.base))) return std::nullopt;
        const auto total = add(root.power, f.exponent);
        if (!total) return std::nullopt;
        root.power = *total;
        root.premises.push_back(f.base);
    }
    return root.premises.empty() ? std::nullopt : std::optional(root);
}

}  // namespace nabla::passes
