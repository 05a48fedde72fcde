// Pairs of factors that cancel or merge, logarithms of powers, exponentials along themselves.
#include <algorithm>

#include "ir/build.hpp"
#include "ir/einsum.hpp"
#include "passes/rule_patterns.hpp"
#include "passes/rules.hpp"

namespace nabla::passes {

using namespace ir;

namespace {

/// The rule's replacement for two factors of a product, tried on every ordered pair.
template <class Rule>
Expr for_pairs(Expr e, Rule rule) {
    if (e.op() != Op::einsum) return {};
    const std::vector<Factor>& factors = e.einsum().factors;
    for (std::size_t i = 0; i < factors.size(); ++i)
        for (std::size_t j = 0; j < factors.size(); ++j) {
            if (i == j || factors[i].labels != factors[j].labels) continue;
            std::optional<Factor> merged = rule(factors[i], factors[j]);
            if (!merged) continue;
            EinsumData data = e.einsum();
            data.factors[i] = *merged;
            data.factors.erase(data.factors.begin() + static_cast<std::ptrdiff_t>(j));
            return einsum(e.context(), std::move(data));
        }
    return {};
}

/// sign(x) |x| is x.
Expr sign_times_abs(Expr e) {
    return for_pairs(e, [](const Factor& s, const Factor& a) -> std::optional<Factor> {
        bool pair = is_map(s.base, Fn::sign) && is_map(a.base, Fn::abs) &&
                    s.base.child(0) == a.base.child(0);
        if (!pair || s.exponent != Rational(1) || a.exponent != Rational(1)) return std::nullopt;
        return Factor{s.base.child(0), 1, s.labels};
    });
}

/// x^a x^b is x^(a + b) where a is no number: n s^(n − 1)/s^n is n/s.
Expr powers_of_one_base(Expr e) {
    return for_pairs(e, [](const Factor& a, const Factor& b) -> std::optional<Factor> {
        if (!is_map(a.base, Fn::pow) || !a.exponent.is_integer() || !b.exponent.is_integer())
            return std::nullopt;
        Expr base = a.base.child(0);
        Expr exponent = scale(Number(a.exponent), a.base.child(1));
        if (b.base == base)
            exponent = add(exponent, constant(base.context(), Number(b.exponent)));
        else if (is_map(b.base, Fn::pow) && b.base.child(0) == base)
            exponent = add(exponent, scale(Number(b.exponent), b.base.child(1)));
        else
            return std::nullopt;
        Expr merged = power(base, exponent);
        if (merged.shape() != a.base.shape()) return std::nullopt;
        return Factor{merged, 1, a.labels};
    });
}

/// The base and the whole exponent of f^p, entry by entry.
std::optional<Factor> whole_power(Expr e) {
    if (e.op() != Op::einsum || e.einsum().factors.size() != 1) return std::nullopt;
    const Factor& f = e.einsum().factors[0];
    if (f.labels != e.einsum().output) return std::nullopt;
    return f;
}

/// log(x^p) is p log(x) where an odd p or a sign that is known keeps it defined for the same x.
Expr log_of_power(Expr e) {
    if (!is_map(e, Fn::log)) return {};
    auto f = whole_power(e.child(0));
    if (!f || f->exponent == Rational(1)) return {};
    bool odd = f->exponent.is_integer() && f->exponent.num % 2 != 0;
    bool half = !f->exponent.is_integer();  // defined only where x >= 0
    if (!odd && !half && !f->base.has(Fact::nonnegative)) return {};
    return scale(Number(f->exponent), map(Fn::log, f->base));
}

/// log(det(A) det(B)) is log det A + log det B where all but one are known not to be negative.
Expr log_of_determinants(Expr e) {
    if (!is_map(e, Fn::log) || e.child(0).op() != Op::einsum) return {};
    const EinsumData& data = e.child(0).einsum();
    int unknown = 0;
    bool determinant = false;
    for (const Factor& f : data.factors) {
        if (!f.labels.empty()) return {};
        bool even = f.exponent.is_integer() && f.exponent.num % 2 == 0;
        if (!even && !f.base.has(Fact::nonnegative)) ++unknown;
        determinant = determinant || f.base.op() == Op::det;
    }
    if (data.factors.size() < 2 || !determinant || unknown > 1) return {};
    Expr total = constant(e.context(), 0);
    for (const Factor& f : data.factors)
        total = add(total, map(Fn::log, power(f.base, f.exponent)));
    return total;
}

/// The derivative of expm(M) along a multiple of M itself, or of expm(s E) along E: E expm(M).
Expr exponential_along_itself(Expr e) {
    if (e.op() != Op::expm || e.child_count() != 2) return {};
    Expr matrix = e.child(0), direction = e.child(1);
    if (direction.rank() != 2) return {};
    // M = c E, or one of them is a scalar times the other.
    auto without_scalars = [](Expr m) {
        if (m.op() == Op::sum && m.sum().terms.size() == 1) m = m.sum().terms[0].expr;
        if (m.op() != Op::einsum) return m;
        EinsumData data = m.einsum();
        std::erase_if(data.factors, [](const Factor& f) { return f.labels.empty(); });
        return einsum(m.context(), std::move(data));
    };
    if (without_scalars(matrix) != without_scalars(direction)) return {};
    return matmul(direction, expm(matrix));
}

/// L L^T for L = chol(A) is A where A is known to be symmetric.
Expr cholesky_product(Expr e) {
    if (e.op() != Op::einsum) return {};
    const EinsumData& data = e.einsum();
    auto count = [&](LabelId l) {
        std::ptrdiff_t uses = std::count(data.output.begin(), data.output.end(), l);
        for (const Factor& f : data.factors)
            uses += std::count(f.labels.begin(), f.labels.end(), l);
        return uses;
    };
    for (std::size_t i = 0; i < data.factors.size(); ++i)
        for (std::size_t j = i + 1; j < data.factors.size(); ++j) {
            const Factor &a = data.factors[i], &b = data.factors[j];
            bool pair = a.base == b.base && a.base.op() == Op::chol && a.exponent == Rational(1) &&
                        b.exponent == Rational(1) && a.base.child(0).has(Fact::symmetric);
            if (!pair || a.labels[1] != b.labels[1] || a.labels[0] == b.labels[0] ||
                a.labels[0] == a.labels[1] || count(a.labels[1]) != 2)
                continue;
            EinsumData product = data;
            product.factors[i] = Factor{a.base.child(0), 1, {a.labels[0], b.labels[0]}};
            product.factors.erase(product.factors.begin() + static_cast<std::ptrdiff_t>(j));
            return without_labels(e.context(), product, {a.labels[1]});
        }
    return {};
}

std::size_t term_count(Expr e) {
    if (is_zero(e)) return 0;
    return e.op() == Op::sum ? e.sum().terms.size() : 1;
}

/// Sums of exponentials have quotients of their own, which save digits.
bool has_exponential(Expr sum) {
    const auto& terms = sum.sum().terms;
    return std::any_of(terms.begin(), terms.end(),
                       [](const Term& t) { return is_map(t.expr, Fn::exp); });
}

/// 1 − u/(1 + u) is 1/(1 + u): a number and a quotient, where the numerator of both together has
/// fewer terms than the denominator.
Expr number_and_quotient(Expr e) {
    if (e.op() != Op::sum || e.sum().terms.size() != 2) return {};
    for (std::size_t k : {std::size_t{0}, std::size_t{1}}) {
        const Term &number = e.sum().terms[k], &quotient = e.sum().terms[1 - k];
        if (!is_one(number.expr) || quotient.expr.op() != Op::einsum) continue;
        const EinsumData& data = quotient.expr.einsum();
        for (std::size_t i = 0; i < data.factors.size(); ++i) {
            const Factor& f = data.factors[i];
            bool divides = f.exponent == Rational(-1) && f.base.op() == Op::sum &&
                           f.labels == data.output && f.base.sum().terms.size() > 1;
            if (!divides || has_exponential(f.base)) continue;
            EinsumData rest = data;
            rest.factors.erase(rest.factors.begin() + static_cast<std::ptrdiff_t>(i));
            Expr numerator = add(scale(number.coefficient, f.base),
                                 scale(quotient.coefficient, einsum(e.context(), std::move(rest))));
            if (term_count(numerator) < term_count(f.base)) return divide(numerator, f.base);
        }
    }
    return {};
}

constexpr RewriteRule rules[] = {
    {"sign(x) |x| = x", sign_times_abs},
    {"1 - u/(1 + u) = 1/(1 + u)", number_and_quotient},
    {"x^a x^b = x^(a + b)", powers_of_one_base},
    {"log(x^p) = p log(x)", log_of_power},
    {"log(det(A) det(B)) = log det A + log det B", log_of_determinants},
    {"d expm(t A) = A expm(t A) dt", exponential_along_itself},
    {"chol(A) chol(A)^T = A", cholesky_product},
};

}  // namespace

std::span<const RewriteRule> cancelling_rules() { return rules; }

}  // namespace nabla::passes
