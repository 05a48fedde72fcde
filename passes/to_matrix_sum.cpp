// Sums: which term comes first, what stands before a bracket, when a scalar needs no ones(…).
#include <algorithm>

#include "passes/to_matrix_builder.hpp"

namespace nabla::passes {
namespace {

using ir::Expr;
using ir::Number;

bool has_core(const Monomial& m, NotationKind kind) { return m.core && m.core->kind == kind; }

/// A scalar spread over the shape: `X + c` in a sum with a matrix, else `c ones(m, n)`.
bool is_broadcast(const Monomial& m) { return has_core(m, NotationKind::ones); }

/// A matrix of low rank, as in A + x x^T.
bool is_outer_product(const Notation& core) {
    return core.rank == 2 && core.kind == NotationKind::product &&
           std::any_of(core.children.begin(), core.children.end(),
                       [](const NotationPtr& c) { return c->rank == 1; });
}

struct ShownTerm {
    NotationPtr magnitude;
    bool negative = false;
    Reading reading = {};  ///< of the magnitude, for the order
    int group = 0;  ///< 0: ordinary; 1: a multiple of I or a spread scalar; 2: x y^T; 3: a number
};

bool before(const ShownTerm& a, const ShownTerm& b) {
    if (a.group != b.group) return a.group < b.group;
    if (a.magnitude->degree != b.magnitude->degree)
        return a.magnitude->degree > b.magnitude->degree;
    return compare_reading(a.magnitude, a.reading, b.magnitude, b.reading) < 0;
}

/// Higher degree first (`X w - y`), then as read (`A + A^T`); then I, outer products (`A + x x^T`)
/// and numbers, but `1 + exp(x)`; positive terms in front if the first is not.
void order(std::vector<ShownTerm>& terms) {
    for (ShownTerm& t : terms) t.reading = reading_of(t.magnitude);
    std::sort(terms.begin(), terms.end(), before);
    bool number_first = terms.size() == 2 && terms[1].group == 3 && !terms[1].negative &&
                        (terms[0].negative || contains_call(terms[0].magnitude));
    if (number_first) std::swap(terms[0], terms[1]);
    if (terms.front().negative)
        std::stable_partition(terms.begin(), terms.end(),
                              [](const ShownTerm& t) { return !t.negative; });
}

NotationPtr shown(std::vector<ShownTerm> terms, Expr e, bool scalar) {
    order(terms);
    Notation n;
    n.kind = NotationKind::sum;
    n.rank = scalar ? 0 : static_cast<std::uint8_t>(e.rank());
    n.symmetric = n.rank == 2 && e.has(ir::Fact::symmetric);
    for (ShownTerm& t : terms) {
        n.children.push_back(std::move(t.magnitude));
        n.signs.push_back(t.negative);
    }
    return transpose_outside(make(std::move(n)));
}

Number magnitude(const Number& c) { return c.is_negative() ? -c : c; }

/// The number that all coefficients share in magnitude, taken out of them; 1 if there is none.
Number take_common_factor(std::vector<Monomial>& terms) {
    Number common = magnitude(terms[0].coefficient);
    if (common.is_one() || common.is_zero()) return 1;
    bool shared = std::all_of(terms.begin(), terms.end(), [&](const Monomial& m) {
        return magnitude(m.coefficient) == common;
    });
    if (!shared) return 1;
    bool all_negative = std::all_of(terms.begin(), terms.end(),
                                    [](const Monomial& m) { return m.coefficient.is_negative(); });
    for (Monomial& m : terms)
        m.coefficient = m.coefficient.is_negative() != all_negative ? Number(-1) : Number(1);
    return all_negative ? -common : common;
}

/// Takes out the determinants that all terms share: adjugates, which are shown as det(X) X^-1, have
/// some that no node has.
std::vector<Power> take_determinants(std::vector<Monomial>& terms) {
    std::vector<Power> taken;
    for (const Power& p : std::vector<Power>(terms[0].scalars)) {
        bool one = p.exponent == ir::Rational(1);
        if (!one || p.base->kind != NotationKind::call || p.base->text != "det") continue;
        auto find = [&](Monomial& m) {
            return std::find_if(m.scalars.begin(), m.scalars.end(), [&](const Power& other) {
                return same(other.base, p.base) && other.exponent == p.exponent;
            });
        };
        bool shared = std::all_of(terms.begin(), terms.end(),
                                  [&](Monomial& m) { return find(m) != m.scalars.end(); });
        if (!shared) continue;
        for (Monomial& m : terms) m.scalars.erase(find(m));
        taken.push_back(p);
    }
    return taken;
}

NotationPtr without_size(const NotationPtr& identity) {
    Notation n = *identity;
    n.text.clear();
    return make(std::move(n));
}

std::vector<Monomial> term_monomials(NotationBuilder& builder, Expr e, bool negated) {
    std::vector<Monomial> terms;
    for (const ir::Term& t : e.sum().terms) {
        Number c = negated ? -t.coefficient : t.coefficient;
        Monomial m = c.is_negative() ? builder.negative(t.expr) : builder.monomial(t.expr);
        m.coefficient = m.coefficient * magnitude(c);
        terms.push_back(std::move(m));
    }
    return terms;
}

}  // namespace

namespace {

/// logsumexp(z) − z, which is −log_softmax(z).
std::optional<ir::SoftmaxMatch> negative_log_softmax(Expr e) {
    const std::vector<ir::Term>& terms = e.sum().terms;
    const bool candidate =
        terms.size() >= 2 && std::any_of(terms.begin(), terms.end(), [](const ir::Term& t) {
            return t.coefficient.is_one() && t.expr.op() == ir::Op::einsum;
        });
    return candidate ? ir::match_log_softmax(ir::negate(e)) : std::nullopt;
}

}  // namespace

Monomial sum_monomial(NotationBuilder& builder, Expr e, bool negated) {
    if (e.sum().terms.empty()) {
        if (e.is_scalar()) return Monomial{0, {}, nullptr};
        return single(sized_notation(NotationKind::zeros, e.shape()));
    }
    if (auto match = ir::match_log_softmax(e); match && match->axes.size() == 1 && e.rank() <= 2) {
        Monomial m = single(softmax_notation(builder, "log_softmax", *match));
        if (negated) m.coefficient = -1;
        return m;
    }
    if (auto match = negative_log_softmax(e); match && match->axes.size() == 1 && e.rank() <= 2) {
        Monomial m = single(softmax_notation(builder, "log_softmax", *match));
        if (!negated) m.coefficient = -1;
        return m;
    }
    if (NotationPtr block = block_notation(builder, e))
        return Monomial{negated ? -1 : 1, {}, block};
    std::vector<Monomial> terms = term_monomials(builder, e, negated);
    if (terms.size() == 1) return terms[0];
    if (e.rank() > 2) {
        Monomial tensor = single(index_notation(builder, e));
        if (negated) tensor.coefficient = -tensor.coefficient;
        return tensor;
    }
    Number common = take_common_factor(terms);
    std::vector<Power> determinants = take_determinants(terms);
    auto all = [&](auto&& condition) { return std::all_of(terms.begin(), terms.end(), condition); };
    auto is_identity = [](const Monomial& m) { return has_core(m, NotationKind::identity); };
    bool all_broadcast = !e.is_scalar() && all(is_broadcast);
    // Some other term tells the size.
    bool implied_ones =
        all_broadcast || !all([&](const Monomial& m) { return is_broadcast(m) || is_identity(m); });
    bool implied_identity = !all(is_identity);
    std::vector<ShownTerm> shown_terms;
    NotationPtr ones = all_broadcast ? terms[0].core : nullptr;
    for (Monomial& m : terms) {
        ShownTerm term;
        if (is_identity(m) || is_broadcast(m)) term.group = 1;
        if (m.core && is_outer_product(*m.core)) term.group = 2;
        if (is_identity(m) && implied_identity) m.core = without_size(m.core);
        if (is_broadcast(m) && implied_ones) m.core = nullptr;
        if (!m.core && m.scalars.empty()) term.group = 3;
        term.magnitude = assemble_magnitude(m, term.negative);
        shown_terms.push_back(std::move(term));
    }
    Monomial result = single(shown(std::move(shown_terms), e, all_broadcast));
    if (all_broadcast) result.core = ones;
    result.scalars.insert(result.scalars.end(), determinants.begin(), determinants.end());
    result.coefficient = common;
    return result;
}

}  // namespace nabla::passes
