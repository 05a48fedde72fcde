#include "codegen/gram.hpp"

#include <algorithm>

#include "ir/build.hpp"
#include "ir/einsum.hpp"

namespace nabla::codegen {

using namespace ir;

namespace {

bool never_negative(const Factor& f) {
    const bool even = f.exponent.is_integer() && f.exponent.num % 2 == 0;
    return even || !f.exponent.is_integer() || f.base.has(Fact::nonnegative);
}

bool has(const Labels& labels, LabelId l) {
    return std::find(labels.begin(), labels.end(), l) != labels.end();
}

/// diag(w) or a multiple of the identity: all labels are one index.
std::optional<GramTerm> match_diagonal(const EinsumData& data, Expr scalar) {
    GramTerm term;
    term.scalar = scalar;
    int identities = 0;
    for (const Factor& f : data.factors) {
        if (f.base.op() == Op::identity && f.exponent == Rational(1)) {
            ++identities;
            continue;
        }
        if (!never_negative(f) || f.labels.size() > 1) return std::nullopt;
        if (f.labels.empty()) {
            term.scalar = multiply(term.scalar, power(f.base, f.exponent));
        } else {
            term.weights.push_back(Factor{f.base, f.exponent, {}});
        }
    }
    if (identities != 1) return std::nullopt;
    return term;
}

/// The axis (0, 1) of a matrix factor that carries `label`, with the other axis's label in `other`.
std::optional<std::size_t> axis_of(const Factor& f, LabelId label, LabelId& other) {
    if (f.labels.size() != 2 || f.exponent != Rational(1)) return std::nullopt;
    for (const std::size_t axis : {0, 1}) {
        if (f.labels[axis] != label || f.labels[1 - axis] == label) continue;
        other = f.labels[1 - axis];
        return axis;
    }
    return std::nullopt;
}

std::optional<GramTerm> match_square(const EinsumData& data, Expr scalar) {
    GramTerm term;
    term.scalar = scalar;
    std::optional<std::size_t> first, second;
    LabelId row = 0;
    for (std::size_t p = 0; p < data.factors.size() && !first; ++p) {
        LabelId other = 0, same = 0;
        const auto axis = axis_of(data.factors[p], data.output[0], other);
        if (!axis || has(data.output, other)) continue;
        for (std::size_t q = 0; q < data.factors.size(); ++q) {
            if (q == p || !(data.factors[q].base == data.factors[p].base)) continue;
            if (axis_of(data.factors[q], data.output[1], same) != axis || same != other) continue;
            first = p;
            second = q;
            row = other;
            term.rows = data.factors[p].base;
            term.turned = *axis == 0;
        }
    }
    if (!first) return std::nullopt;
    for (std::size_t k = 0; k < data.factors.size(); ++k) {
        const Factor& f = data.factors[k];
        if (k == *first || k == *second) continue;
        if (!never_negative(f)) return std::nullopt;
        if (f.labels.empty()) {
            term.scalar = multiply(term.scalar, power(f.base, f.exponent));
        } else if (f.labels.size() == 1 && f.labels[0] == row) {
            term.weights.push_back(Factor{f.base, f.exponent, {}});
        } else {
            return std::nullopt;
        }
    }
    return term;
}

std::optional<GramTerm> match_term(Expr e, const Number& coefficient) {
    if (coefficient.is_negative()) return std::nullopt;
    const Expr scalar = constant(e.context(), coefficient);
    if (e.op() == Op::identity) return GramTerm{{}, false, scalar, {}};
    if (e.op() != Op::einsum || e.rank() != 2) return std::nullopt;
    if (auto diagonal = match_diagonal(e.einsum(), scalar)) return diagonal;
    return match_square(e.einsum(), scalar);
}

}  // namespace

std::optional<std::vector<GramTerm>> match_gram(Expr matrix) {
    std::vector<GramTerm> terms;
    const auto add = [&](Expr e, const Number& coefficient) {
        auto term = match_term(e, coefficient);
        if (term) terms.push_back(std::move(*term));
        return term.has_value();
    };
    if (matrix.op() == Op::sum) {
        for (const Term& t : matrix.sum().terms)
            if (!add(t.expr, t.coefficient)) return std::nullopt;
    } else if (!add(matrix, 1)) {
        return std::nullopt;
    }
    const bool any =
        std::any_of(terms.begin(), terms.end(), [](const GramTerm& t) { return bool(t.rows); });
    if (!any) return std::nullopt;
    return terms;
}

Expr weight_of(const GramTerm& term) {
    Expr weight = term.scalar;
    for (const Factor& f : term.weights) weight = multiply(weight, power(f.base, f.exponent));
    return weight;
}

namespace {

class Finder {
public:
    Finder(const EinsumData& product, const std::vector<bool>& used)
        : product_(product), used_(used) {}

    std::optional<LeastSquares> run() {
        for (std::size_t k = 0; k < product_.factors.size(); ++k) {
            const Factor& f = product_.factors[k];
            if (used_[k] || f.base.op() != Op::inverse || f.exponent != Rational(1)) continue;
            if (f.labels[0] == f.labels[1]) continue;
            auto terms = match_gram(f.base.child(0));
            if (!terms) continue;
            found_ = {};
            found_.inverse = k;
            found_.terms = std::move(*terms);
            for (const std::size_t side : {0, 1}) {
                found_.columns = f.labels[side];
                found_.result = f.labels[1 - side];
                if (find_rows()) return found_;
            }
        }
        return std::nullopt;
    }

private:
    bool free(std::size_t k) const { return !used_[k] && k != found_.inverse && k != found_.rows; }

    /// The only other factor that carries the column label, if it is the M of a term.
    bool find_rows() {
        if (has(product_.output, found_.columns)) return false;
        std::size_t carriers = 0;
        for (std::size_t k = 0; k < product_.factors.size(); ++k) {
            if (k == found_.inverse || !has(product_.factors[k].labels, found_.columns)) continue;
            ++carriers;
            found_.rows = k;
        }
        if (carriers != 1 || used_[found_.rows]) return false;
        const Factor& f = product_.factors[found_.rows];
        const auto axis = axis_of(f, found_.columns, found_.row);
        if (!axis || found_.row == found_.result || has(product_.output, found_.row)) return false;
        for (found_.term = 0; found_.term < found_.terms.size(); ++found_.term) {
            const GramTerm& term = found_.terms[found_.term];
            if (!(term.rows == f.base) || term.turned != (*axis == 0)) continue;
            if (!term.scalar.has(Fact::positive)) continue;  // Y is divided by it
            if (find_weights(term) && find_right()) return true;
        }
        return false;
    }

    bool find_weights(const GramTerm& term) {
        found_.weights.clear();
        for (const Factor& weight : term.weights) {
            bool matched = false;
            for (std::size_t k = 0; k < product_.factors.size() && !matched; ++k) {
                const Factor& f = product_.factors[k];
                matched = free(k) && f.base == weight.base && f.exponent == weight.exponent &&
                          f.labels == Labels{found_.row};
                if (matched) found_.weights.push_back(k);
            }
            if (!matched) return false;
        }
        return true;
    }

    /// What hangs together with the row label; it must not meet the result's.
    bool find_right() {
        std::vector<bool> reached(product_.dims.size(), false);
        std::vector<bool> taken(product_.factors.size(), false);
        reached[found_.row] = true;
        found_.right.clear();
        for (bool grows = true; grows;) {
            grows = false;
            for (std::size_t k = 0; k < product_.factors.size(); ++k) {
                const bool weight = std::find(found_.weights.begin(), found_.weights.end(), k) !=
                                    found_.weights.end();
                const Labels& labels = product_.factors[k].labels;
                if (taken[k] || weight || !free(k)) continue;
                if (std::none_of(labels.begin(), labels.end(),
                                 [&](LabelId l) { return reached[l]; }))
                    continue;
                for (const LabelId l : labels) reached[l] = true;
                grows = taken[k] = true;
                found_.right.push_back(k);
            }
        }
        return !reached[found_.result];
    }

    const EinsumData& product_;
    const std::vector<bool>& used_;
    LeastSquares found_;
};

}  // namespace

std::optional<LeastSquares> find_least_squares(const EinsumData& product,
                                               const std::vector<bool>& used) {
    return Finder(product, used).run();
}

namespace {

Expr with_factor(const EinsumData& product, std::size_t which, Expr base) {
    EinsumData data = product;
    data.factors[which].base = base;
    return einsum(base.context(), std::move(data));
}

/// Whether the product, or the one thing that it is a multiple of, holds a least squares solution.
bool solves_least_squares(Expr e) {
    if (e.op() == Op::sum && e.sum().terms.size() == 1) e = e.sum().terms[0].expr;
    if (e.op() != Op::einsum) return false;
    const EinsumData& data = e.einsum();
    return find_least_squares(data, std::vector<bool>(data.factors.size(), false)).has_value();
}

}  // namespace

Expr spread_right_side(Expr product) {
    const EinsumData& data = product.einsum();
    for (const Factor& inverse : data.factors) {
        if (inverse.base.op() != Op::inverse || inverse.exponent != Rational(1)) continue;
        for (std::size_t k = 0; k < data.factors.size(); ++k) {
            const Factor& f = data.factors[k];
            const bool beside =
                has(f.labels, inverse.labels[0]) != has(f.labels, inverse.labels[1]);
            if (f.base.op() != Op::sum || f.exponent != Rational(1) || !beside) continue;
            std::vector<Term> terms;
            bool any = false;
            for (const Term& term : f.base.sum().terms) {
                const Expr part = with_factor(data, k, term.expr);
                any = any || solves_least_squares(part);
                terms.push_back({term.coefficient, part});
            }
            if (any && terms.size() > 1)
                return sum(product.context(), std::move(terms), product.shape());
        }
    }
    return {};
}

}  // namespace nabla::codegen
