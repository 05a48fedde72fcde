// Declared facts in products: antisymmetric, diagonal and triangular matrices. Then what is used
// after the last derivative only: Q^-1 = Q^T, determinants of triangular matrices, where().
#include <algorithm>
#include <unordered_map>

#include "ir/build.hpp"
#include "ir/einsum.hpp"
#include "ir/traverse.hpp"
#include "passes/finite.hpp"
#include "passes/rule_patterns.hpp"
#include "passes/rules.hpp"

namespace nabla::passes {

using namespace ir;

namespace {

bool is_triangular(Expr e) { return e.rank() == 2 && (e.has(Fact::lower) || e.has(Fact::upper)); }

/// The product with K_ij replaced by K_ji, for the first antisymmetric K in it: minus its value.
Expr with_turned_antisymmetric(Expr e) {
    if (e.op() != Op::einsum) return {};
    EinsumData data = e.einsum();
    for (Factor& f : data.factors) {
        bool odd = f.exponent.is_integer() && f.exponent.num % 2 != 0;
        if (f.labels.size() != 2 || !odd || !f.base.has(Fact::antisymmetric)) continue;
        std::swap(f.labels[0], f.labels[1]);
        return einsum(e.context(), std::move(data));
    }
    return {};
}

/// x^T K x, tr(K), diag(K), tr(K S) are 0 for antisymmetric K and symmetric S; K^T is −K.
Expr antisymmetric_product(Expr e) {
    Expr turned = with_turned_antisymmetric(e);
    if (!turned) return {};
    if (turned == e) return zeros(e.context(), e.shape());
    bool transpose_alone = turned.op() != Op::einsum || turned.einsum().factors.empty();
    return transpose_alone ? negate(turned) : Expr();
}

/// x^T K y + y^T K x is 0 for antisymmetric K.
Expr antisymmetric_terms(Expr e) {
    if (e.op() != Op::sum || e.sum().terms.size() < 2) return {};
    std::vector<Term> terms = e.sum().terms;
    std::unordered_map<Expr, std::size_t, ExprHash> place;
    for (std::size_t k = 0; k < terms.size(); ++k) place.emplace(terms[k].expr, k);
    for (const Term& t : terms) {
        Expr turned = with_turned_antisymmetric(t.expr);
        if (!turned) continue;
        auto found = place.find(turned);
        if (found == place.end()) continue;
        terms[found->second].expr = negate(t.expr);
        return sum(e.context(), std::move(terms), e.shape());
    }
    return {};
}

/// D_ii I_ij is D_ij for a diagonal D.
Expr diagonal_of_diagonal(Expr e) {
    if (e.op() != Op::einsum) return {};
    EinsumData data = e.einsum();
    for (Factor& f : data.factors) {
        bool entry = f.labels.size() == 2 && f.labels[0] == f.labels[1] &&
                     f.base.has(Fact::diagonal) && f.exponent.num > 0 && f.exponent.is_integer() &&
                     f.base.op() != Op::identity;
        if (!entry) continue;
        for (std::size_t k = 0; k < data.factors.size(); ++k) {
            const Factor& delta = data.factors[k];
            if (delta.base.op() != Op::identity || delta.exponent != Rational(1)) continue;
            auto shared = std::find(delta.labels.begin(), delta.labels.end(), f.labels[0]);
            if (shared == delta.labels.end()) continue;
            f.labels[1] = shared == delta.labels.begin() ? delta.labels[1] : delta.labels[0];
            data.factors.erase(data.factors.begin() + static_cast<std::ptrdiff_t>(k));
            return einsum(e.context(), std::move(data));
        }
    }
    return {};
}

/// (L^-1)_ii is 1/L_ii for a triangular L.
Expr diagonal_of_inverse(Expr e) {
    if (e.op() != Op::einsum) return {};
    EinsumData data = e.einsum();
    for (Factor& f : data.factors) {
        bool entry = f.base.op() == Op::inverse && f.labels[0] == f.labels[1] &&
                     is_triangular(f.base.child(0)) && f.exponent.is_integer();
        if (!entry) continue;
        f = Factor{f.base.child(0), Rational(-f.exponent.num), f.labels};
        return einsum(e.context(), std::move(data));
    }
    return {};
}

/// What is kept of an upper triangle by the mask of a lower one is its diagonal.
Expr triangle_of_other_triangle(Expr e) {
    if (e.op() != Op::einsum) return {};
    EinsumData data = e.einsum();
    for (Factor& mask : data.factors) {
        if (mask.base.op() != Op::trimask || mask.exponent != Rational(1)) continue;
        for (const Factor& f : data.factors) {
            if (&f == &mask || f.labels.size() != 2 || f.exponent != Rational(1)) continue;
            bool straight = f.labels == mask.labels;
            bool turned = f.labels[0] == mask.labels[1] && f.labels[1] == mask.labels[0];
            bool inside =
                (straight && f.base.has(Fact::upper)) || (turned && f.base.has(Fact::lower));
            if (!inside || f.base.has(Fact::diagonal)) continue;
            mask.base = identity(mask.base.dim());
            return einsum(e.context(), std::move(data));
        }
    }
    return {};
}

// --- after the last derivative ------------------------------------------------------------------

bool is_orthogonal_symbol(Expr e) {
    return e.op() == Op::symbol && e.has(Fact::orthogonal) && e.rank() == 2 &&
           e.shape()[0] == e.shape()[1];
}

/// Q^-1 is Q^T.
Expr orthogonal_inverse(Expr e) {
    if (e.op() != Op::inverse || !is_orthogonal_symbol(e.child(0))) return {};
    return transpose(e.child(0));
}

/// det(Q) is 1 or −1.
Expr orthogonal_determinant(Expr e) {
    auto unit = [](Expr d) { return d.op() == Op::det && is_orthogonal_symbol(d.child(0)); };
    if (is_map(e, Fn::abs) && unit(e.child(0))) return constant(e.context(), 1);
    if (e.op() != Op::einsum) return {};
    EinsumData data = e.einsum();
    for (Factor& f : data.factors) {
        if (!unit(f.base) || !f.exponent.is_integer() || f.exponent == Rational(1)) continue;
        f.exponent = Rational(f.exponent.num % 2 == 0 ? 0 : 1);
        if (f.exponent == Rational(0)) f = Factor{constant(e.context(), 1), 1, {}};
        return einsum(e.context(), std::move(data));
    }
    return {};
}

/// Orthogonal symbols and inverses in a product: what may cancel.
std::ptrdiff_t cancelling_factors(Expr e) {
    auto may_cancel = [](Expr base) {
        return base.op() == Op::inverse || base.op() == Op::adjugate || is_orthogonal_symbol(base);
    };
    if (e.op() == Op::sum) {
        std::ptrdiff_t most = 0;
        for (const Term& t : e.sum().terms) most = std::max(most, cancelling_factors(t.expr));
        return most;
    }
    if (e.op() != Op::einsum) return may_cancel(e) ? 1 : 0;
    const std::vector<Factor>& factors = e.einsum().factors;
    return std::count_if(factors.begin(), factors.end(),
                         [&](const Factor& f) { return may_cancel(f.base); });
}

/// The terms of factor k times all other factors; `cancels` if a matrix met its inverse there.
Expr times_terms(Expr e, std::size_t k, bool& cancels) {
    const EinsumData& data = e.einsum();
    const std::ptrdiff_t outside = cancelling_factors(e);
    std::vector<Term> terms;
    for (const Term& t : data.factors[k].base.sum().terms) {
        EinsumData part = data;
        part.factors[k].base = t.expr;
        Expr product = einsum(e.context(), std::move(part));
        for (const RewriteRule& rule : constraint_rules())
            if (Expr next = rule.apply(product)) product = next;
        cancels = cancels || cancelling_factors(product) < outside + cancelling_factors(t.expr);
        terms.push_back(Term{t.coefficient, product});
    }
    return sum(e.context(), std::move(terms), e.shape());
}

/// Q^T (Q x − y) is x − Q^T y, and A^-1 (A x − y) is x − A^-1 y: the product is distributed where
/// something cancels.
Expr inverse_times_sum(Expr e) {
    constexpr std::size_t most_factors = 8, most_terms = 6;
    if (e.op() != Op::einsum || cancelling_factors(e) == 0) return {};
    const std::vector<Factor>& factors = e.einsum().factors;
    if (factors.size() > most_factors) return {};
    for (std::size_t k = 0; k < factors.size(); ++k) {
        const Factor& f = factors[k];
        bool bracket = f.base.op() == Op::sum && f.exponent == Rational(1) && !f.labels.empty() &&
                       f.base.sum().terms.size() <= most_terms;
        if (!bracket) continue;
        bool cancels = false;
        Expr result = times_terms(e, k, cancels);
        if (cancels) return result;
    }
    return {};
}

bool is_triangular_determinant(Expr e) {
    return e.op() == Op::det && is_triangular(e.child(0)) && !e.has(Fact::nonnegative);
}

/// det(L) of a triangular L is the product of its diagonal. Not under a logarithm: log det is
/// computed without the product, which overflows.
Expr triangular_determinant(Expr e) {
    if (is_map(e, Fn::log) || e.op() == Op::derivative) return {};
    std::vector<Expr> children;
    bool found = false;
    for (int k = 0; k < e.child_count(); ++k) {
        children.push_back(determinant_alone(e.child(k)));
        found = found || children.back() != e.child(k);
    }
    return found ? rebuild(e, children) : Expr();
}

/// relu(x) step(x) is relu(x), and a step is its own power.
Expr relu_times_step(Expr e) {
    if (e.op() != Op::einsum) return {};
    EinsumData data = e.einsum();
    for (std::size_t k = 0; k < data.factors.size(); ++k) {
        const Factor& step = data.factors[k];
        if (!is_map(step.base, Fn::step) || step.exponent.num <= 0) continue;
        for (const Factor& f : data.factors) {
            if (!is_map(f.base, Fn::relu) || f.base.child(0) != step.base.child(0) ||
                f.labels != step.labels || f.exponent.num <= 0 ||
                !others_finite(data, k, Finite::in_value))
                continue;
            data.factors.erase(data.factors.begin() + static_cast<std::ptrdiff_t>(k));
            return einsum(e.context(), std::move(data));
        }
    }
    return {};
}

/// A term as indicator · rest, entry by entry.
struct ChosenTerm {
    Expr indicator, rest;
};

std::vector<ChosenTerm> chosen(const Term& t) {
    std::vector<ChosenTerm> all;
    if (t.expr.op() == Op::map && is_comparison(t.expr.map().function))
        all.push_back(
            {t.expr, broadcast(constant(t.expr.context(), t.coefficient), t.expr.shape())});
    if (t.expr.op() != Op::einsum) return all;
    const EinsumData& data = t.expr.einsum();
    for (std::size_t k = 0; k < data.factors.size(); ++k) {
        const Factor& f = data.factors[k];
        bool indicator = f.base.op() == Op::map && is_comparison(f.base.map().function) &&
                         f.exponent == Rational(1) && f.labels == data.output;
        if (!indicator) continue;
        EinsumData rest = data;
        rest.factors.erase(rest.factors.begin() + static_cast<std::ptrdiff_t>(k));
        all.push_back({f.base, scale(t.coefficient, einsum(t.expr.context(), std::move(rest)))});
    }
    return all;
}

/// c .* a + (1 − c) .* b is where(c, a, b).
Expr choice_of_terms(Expr e) {
    if (e.op() != Op::sum || e.sum().terms.size() < 2 || e.sum().terms.size() > 16) return {};
    const std::vector<Term>& terms = e.sum().terms;
    for (std::size_t i = 0; i < terms.size(); ++i)
        for (std::size_t j = i + 1; j < terms.size(); ++j)
            for (const ChosenTerm& a : chosen(terms[i]))
                for (const ChosenTerm& b : chosen(terms[j])) {
                    if (b.indicator != complement(a.indicator)) continue;
                    std::vector<Term> rest;
                    for (std::size_t k = 0; k < terms.size(); ++k)
                        if (k != i && k != j) rest.push_back(terms[k]);
                    rest.push_back(Term{1, map(Fn::where, {a.indicator, a.rest, b.rest})});
                    return sum(e.context(), std::move(rest), e.shape());
                }
    return {};
}

constexpr RewriteRule facts[] = {
    {"x^T K x = 0 for antisymmetric K", antisymmetric_product},
    {"x^T K y + y^T K x = 0 for antisymmetric K", antisymmetric_terms},
    {"diag(diag(D)) = D for diagonal D", diagonal_of_diagonal},
    {"diag(L^-1) = 1 ./ diag(L) for triangular L", diagonal_of_inverse},
    {"tril(U) = diag(diag(U)) for upper U", triangle_of_other_triangle},
};

constexpr RewriteRule last[] = {
    {"Q^-1 = Q^T", orthogonal_inverse},
    {"det(Q)^2 = 1", orthogonal_determinant},
    {"A^-1 (A x - y) = x - A^-1 y", inverse_times_sum},
    {"det(L) = prod(diag(L)) for triangular L", triangular_determinant},
    {"relu(x) step(x) = relu(x)", relu_times_step},
    {"c .* a + (1 - c) .* b = where(c, a, b)", choice_of_terms},
};

}  // namespace

Expr determinant_alone(Expr e) {
    if (!is_triangular_determinant(e)) return e;
    return reduce(ReduceKind::prod, diagonal(e.child(0)), {0});
}

std::span<const RewriteRule> fact_rules() { return facts; }
std::span<const RewriteRule> final_rules() { return last; }

}  // namespace nabla::passes
