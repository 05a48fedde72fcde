#include "passes/normal_divide.hpp"

#include <algorithm>

#include "ir/build.hpp"
#include "ir/einsum.hpp"
#include "passes/normal_parts.hpp"

namespace nabla::passes {

using namespace ir;

namespace {

constexpr LabelId unbound = 0xFFFF;

/// Finds the factors of `pattern` among those of a product: bases equal, exponents that divide, and
/// labels that go together. Some pattern labels are bound beforehand.
class Matcher {
public:
    Matcher(const EinsumData& product, const EinsumData& pattern, std::size_t except)
        : product_(product),
          pattern_(pattern),
          image_(pattern.dims.size(), unbound),
          used_(product.factors.size(), false) {
        used_[except] = true;
    }

    void bind(LabelId from, LabelId to) { image_[from] = to; }

    bool run() { return extend(0); }

    LabelId image(LabelId l) const { return image_[l]; }
    const std::vector<std::size_t>& factors() const { return chosen_; }
    /// What is left of the factors, to the powers that the pattern does not take.
    const std::vector<Factor>& remainders() const { return remainders_; }

private:
    bool extend(std::size_t at) {
        product_.factors.front().base.context().spend(1);
        if (at == pattern_.factors.size()) return closed();
        const Factor& f = pattern_.factors[at];
        for (std::size_t k = 0; k < product_.factors.size(); ++k) {
            const Factor& g = product_.factors[k];
            if (used_[k] || g.base != f.base) continue;
            const auto rest = add(g.exponent, Rational(-f.exponent.num, f.exponent.den));
            // A higher power than the pattern's leaves a rest, a lower one does not divide.
            const bool divides = rest && (f.exponent.num > 0 ? rest->num >= 0 : rest->num <= 0);
            if (!divides) continue;
            const bool either = f.labels.size() == 2 && f.base.has(Fact::symmetric);
            for (bool swapped : {false, true}) {
                if (swapped && !either) continue;
                const Labels before = image_;
                if (bind_factor(f, g, swapped)) {
                    used_[k] = true;
                    chosen_.push_back(k);
                    const std::size_t left = remainders_.size();
                    if (rest->num != 0) remainders_.push_back(Factor{g.base, *rest, g.labels});
                    if (extend(at + 1)) return true;
                    remainders_.resize(left);
                    chosen_.pop_back();
                    used_[k] = false;
                }
                image_ = before;
            }
        }
        return false;
    }

    bool bind_factor(const Factor& f, const Factor& g, bool swapped) {
        for (std::size_t slot = 0; slot < f.labels.size(); ++slot) {
            const LabelId from = f.labels[slot], to = g.labels[swapped ? 1 - slot : slot];
            if (image_[from] != unbound && image_[from] != to) return false;
            image_[from] = to;
        }
        return true;
    }

    /// Labels that the pattern sums are carried by nothing else in the product.
    bool closed() const {
        for (LabelId l = 0; l < pattern_.dims.size(); ++l) {
            if (is_output(pattern_, l)) continue;
            if (image_[l] == unbound || is_output(product_, image_[l])) return false;
            if (occurrences(product_, image_[l]) != occurrences(pattern_, l)) return false;
            if (std::count(image_.begin(), image_.end(), image_[l]) != 1) return false;
            for (const Factor& f : remainders_)
                if (std::count(f.labels.begin(), f.labels.end(), image_[l]) != 0) return false;
        }
        return true;
    }

    const EinsumData& product_;
    const EinsumData& pattern_;
    Labels image_;
    std::vector<bool> used_;
    std::vector<std::size_t> chosen_;
    std::vector<Factor> remainders_;
};

/// How good a term is as the lead: a chain from one side to the other before an outer product, more
/// factors before fewer.
int lead_rank(const Term& t) {
    if (t.expr.op() == Op::identity || is_one(t.expr)) return -1;
    const EinsumData data = as_product(t.expr);
    int matrices = 0, vectors = 0;
    for (const Factor& f : data.factors) {
        if (f.base.op() == Op::identity) return -1;
        matrices += f.labels.size() == 2 ? 1 : 0;
        vectors += f.labels.size() == 1 ? 1 : 0;
        if (f.labels.size() > 2) return -1;
    }
    return vectors > 0 ? 1 : 1 + matrices;
}

/// A lead without its scalar factors, and what is left when it is taken off: with S = c L + R and
/// Y = S^-1, Y L is (I - Y R)/c.
struct Division {
    Expr lead, factor, rest;
};

std::optional<Division> matrix_division(Expr matrix) {
    const std::vector<Term> terms = as_terms(matrix);
    std::size_t best = terms.size();
    int rank = 0;
    for (std::size_t i = 0; i < terms.size(); ++i) {
        const int here = lead_rank(terms[i]);
        if (here > rank ||
            (here == rank && here > 0 && compare(terms[best].expr, terms[i].expr) > 0))
            best = i, rank = here;
    }
    if (best == terms.size()) return std::nullopt;
    Context& context = matrix.context();
    EinsumData lead = as_product(terms[best].expr);
    EinsumData scalars;
    for (const Factor& f : lead.factors)
        if (f.labels.empty()) scalars.factors.push_back(f);
    std::erase_if(lead.factors, [](const Factor& f) { return f.labels.empty(); });
    const Expr c = scale(terms[best].coefficient, einsum(context, std::move(scalars)));
    std::vector<Term> rest = terms;
    rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(best));
    return Division{einsum(context, std::move(lead)), power(c, Rational(-1)),
                    sum(context, std::move(rest), matrix.shape())};
}

/// Y L at factor `at` of the product (or L Y, if not `right`), replaced.
Expr divide_at(const EinsumData& data, std::size_t at, const Division& division, bool right) {
    const Factor y = data.factors[at];
    Context& context = y.base.context();
    const EinsumData lead = as_product(division.lead);
    const bool symmetric = y.base.has(Fact::symmetric);
    for (bool turned : {false, true}) {
        if (turned && !symmetric) continue;
        const LabelId inner = y.labels[right != turned ? 1 : 0];
        const LabelId outer = y.labels[right != turned ? 0 : 1];
        const LabelId near = lead.output[right ? 0 : 1];
        const LabelId far = lead.output[right ? 1 : 0];
        if (inner == outer || is_output(data, inner) ||
            occurrences(data, inner) != 1 + occurrences(lead, near))
            continue;
        Matcher match(data, lead, at);
        match.bind(near, inner);
        if (!match.run() || !match.remainders().empty() || match.image(far) == inner ||
            match.image(far) == unbound)
            continue;
        const Expr beside = right ? matmul(y.base, division.rest) : matmul(division.rest, y.base);
        const Expr value = multiply(division.factor, subtract(identity(y.base.shape()[0]), beside));
        Labels labels{outer, match.image(far)};
        if (!right) std::swap(labels[0], labels[1]);
        std::vector<std::size_t> gone = match.factors();
        gone.push_back(at);
        std::sort(gone.begin(), gone.end());
        return replace_factors(context, data, gone, {Factor{value, 1, labels}});
    }
    return {};
}

}  // namespace

Expr divide_by_inverses(Expr product) {
    const EinsumData& data = product.einsum();
    for (std::size_t k = 0; k < data.factors.size(); ++k) {
        const Factor& f = data.factors[k];
        if (f.base.op() != Op::inverse || f.exponent != Rational(1)) continue;
        const Expr matrix = f.base.child(0);
        if (matrix.op() != Op::sum && matrix.op() != Op::einsum) continue;
        const auto division = matrix_division(matrix);
        if (!division) continue;
        for (bool right : {true, false})
            if (const Expr next = divide_at(data, k, *division, right)) return next;
    }
    return {};
}

namespace {

/// A term of an entrywise sum as factors; a scalar that sums something is one factor.
EinsumData entry_pattern(Expr term) {
    EinsumData data = as_product(term);
    if (term.is_scalar() && !data.dims.empty()) data = EinsumData{{Factor{term, 1, {}}}, {}, {}};
    return data;
}

/// With q = c L + R: L q^-1 is (1 - R q^-1)/c.
std::optional<Division> entry_division(Expr q) {
    const std::vector<Term>& terms = q.sum().terms;
    std::size_t best = terms.size(), most = 0;
    for (std::size_t i = 0; i < terms.size(); ++i) {
        const EinsumData data = entry_pattern(terms[i].expr);
        if (is_one(terms[i].expr)) continue;
        bool positive = true;
        for (const Factor& f : data.factors) positive = positive && f.exponent.num > 0;
        if (!positive || data.dims.size() != data.output.size()) continue;
        if (best == terms.size() || data.factors.size() > most)
            best = i, most = data.factors.size();
    }
    if (best == terms.size()) return std::nullopt;
    std::vector<Term> rest = terms;
    rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(best));
    return Division{terms[best].expr, constant(q.context(), Number(1) / terms[best].coefficient),
                    sum(q.context(), std::move(rest), q.shape())};
}

}  // namespace

Expr divide_by_denominators(Expr product) {
    const EinsumData& data = product.einsum();
    for (std::size_t k = 0; k < data.factors.size(); ++k) {
        const Factor f = data.factors[k];
        if (f.base.op() != Op::sum || !f.exponent.is_integer() || f.exponent.num >= 0) continue;
        const auto division = entry_division(f.base);
        if (!division) continue;
        const EinsumData lead = entry_pattern(division->lead);
        Matcher match(data, lead, k);
        for (std::size_t axis = 0; axis < f.labels.size(); ++axis)
            match.bind(lead.output[axis], f.labels[axis]);
        if (!match.run()) continue;
        std::vector<std::size_t> gone = match.factors();
        gone.push_back(k);
        std::sort(gone.begin(), gone.end());
        // L q^-k is (q^(1-k) - R q^-k)/c.
        const Expr q = power(f.base, f.exponent);
        const Expr value =
            multiply(division->factor, subtract(multiply(q, f.base), multiply(division->rest, q)));
        std::vector<Factor> added = match.remainders();
        added.push_back(Factor{value, 1, f.labels});
        return replace_factors(product.context(), data, gone, std::move(added));
    }
    return {};
}

}  // namespace nabla::passes
