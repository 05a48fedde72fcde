// Factors that select (strong_zero, triangles) give way to plain ones where nothing beside them can
// be infinite. Only here, between derivatives, and never while one is under way: an adjoint p meets
// the 1/q that needs its zeros only when the sweep goes on.
#include <algorithm>

#include "ir/build.hpp"
#include "ir/einsum.hpp"
#include "ir/traverse.hpp"
#include "passes/finite.hpp"
#include "passes/rules.hpp"

namespace nabla::passes {

using namespace ir;

namespace {

bool is_strong(Expr e) { return e.op() == Op::map && e.map().function == Fn::strong_zero; }

/// As a factor it is needed beside what may be infinite, unless it divides.
Expr strong_factor(Expr e) {
    if (e.op() != Op::einsum) return {};
    EinsumData data = e.einsum();
    for (std::size_t k = 0; k < data.factors.size(); ++k) {
        Factor& f = data.factors[k];
        if (!is_strong(f.base)) continue;
        if (f.exponent.num > 0 && !others_finite(data, k)) continue;
        f.base = f.base.child(0);
        return einsum(e.context(), std::move(data));
    }
    return {};
}

/// A sum of nothing else is one strong zero, which may be a factor; in any other sum they are
/// terms.
Expr strong_terms(Expr e) {
    if (e.op() != Op::sum || e.sum().terms.size() < 2) return {};
    std::vector<Term> terms = e.sum().terms;
    auto strong = [](const Term& t) { return is_strong(t.expr); };
    if (std::none_of(terms.begin(), terms.end(), strong)) return {};
    bool all = std::all_of(terms.begin(), terms.end(), strong);
    for (Term& t : terms)
        if (is_strong(t.expr)) t.expr = t.expr.child(0);
    Expr plain = sum(e.context(), std::move(terms), e.shape());
    return all ? map(Fn::strong_zero, plain) : plain;
}

/// As an argument of anything but a product or a sum it is its value.
Expr strong_argument(Expr e) {
    if (e.op() == Op::einsum || e.op() == Op::sum || e.op() == Op::derivative) return {};
    std::vector<Expr> children;
    bool found = false;
    for (int i = 0; i < e.child_count(); ++i) {
        Expr child = e.child(i);
        found = found || is_strong(child);
        children.push_back(is_strong(child) ? child.child(0) : child);
    }
    return found ? rebuild(e, children) : Expr();
}

/// T_ij L_ij is L_ij for a lower L.
Expr triangle_of_triangular(Expr e) {
    if (e.op() != Op::einsum) return {};
    EinsumData data = e.einsum();
    for (std::size_t k = 0; k < data.factors.size(); ++k) {
        const Factor& mask = data.factors[k];
        if (mask.base.op() != Op::trimask || mask.exponent.num < 0 || !others_finite(data, k))
            continue;
        for (const Factor& f : data.factors) {
            if (&f == &mask || f.labels.size() != 2) continue;
            bool straight = f.labels == mask.labels;
            bool turned = f.labels[0] == mask.labels[1] && f.labels[1] == mask.labels[0];
            bool inside =
                (straight && f.base.has(Fact::lower)) || (turned && f.base.has(Fact::upper));
            if (!inside) continue;
            data.factors.erase(data.factors.begin() + static_cast<std::ptrdiff_t>(k));
            return einsum(e.context(), std::move(data));
        }
    }
    return {};
}

constexpr RewriteRule rules[] = {
    {"a strong zero beside finite factors", strong_factor},
    {"a sum of strong zeros", strong_terms},
    {"an argument's strong zero", strong_argument},
    {"the triangle of a triangular matrix", triangle_of_triangular},
};

}  // namespace

std::span<const RewriteRule> selector_rules() { return rules; }

Expr without_strong_zero(Expr e) {
    if (e.op() != Op::sum) return e;
    std::vector<Term> terms = e.sum().terms;
    for (Term& t : terms)
        if (is_strong(t.expr)) t.expr = t.expr.child(0);
    return sum(e.context(), std::move(terms), e.shape());
}

}  // namespace nabla::passes
