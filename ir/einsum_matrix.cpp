// Steps that know what a matrix is: identities, inverses, adjugates.
#include <algorithm>
#include <map>

#include "ir/einsum.hpp"

namespace nabla::ir {
namespace {

bool is_inverse_of(const Factor& a, const Factor& b) {
    return a.base.op() == Op::inverse && a.exponent == Rational(1) && b.exponent == Rational(1) &&
           a.base.child(0) == b.base;
}

/// `a` is Inverse(M) or Adjugate(M) and `b` is M, and the label that they share makes the matrix
/// product M^-1 M or M M^-1: the two free labels, or nothing.
std::optional<std::pair<LabelId, LabelId>> contracted_pair(const EinsumWork& work, const Factor& a,
                                                           const Factor& b) {
    if (b.labels.size() != 2) return std::nullopt;
    bool symmetric = b.base.has(Fact::symmetric);
    for (int slot = 0; slot < 2; ++slot) {
        LabelId shared = a.labels[static_cast<std::size_t>(slot)];
        LabelId free_a = a.labels[static_cast<std::size_t>(1 - slot)];
        if (work.is_output(shared) || work.occurrences(shared) != 2 || free_a == shared) continue;
        // (M^-1)_ij M_jk shares a's second label with b's first; M_ki (M^-1)_ij the other way.
        std::size_t expected = static_cast<std::size_t>(1 - slot);
        for (std::size_t at : {expected, 1 - expected}) {
            if (at != expected && !symmetric) continue;
            if (b.labels[at] == shared && b.labels[1 - at] != shared)
                return std::make_pair(free_a, b.labels[1 - at]);
        }
    }
    return std::nullopt;
}

/// An orthogonal symbol is not cancelled here: that is an equation between entries (language.md).
bool cancel_one(EinsumWork& work) {
    for (std::size_t i = 0; i < work.factors.size(); ++i) {
        const Factor& a = work.factors[i];
        bool adjugate = a.base.op() == Op::adjugate && a.exponent == Rational(1);
        if (a.base.op() != Op::inverse && !adjugate) continue;
        for (std::size_t j = 0; j < work.factors.size(); ++j) {
            const Factor& b = work.factors[j];
            bool pair = is_inverse_of(a, b) ||
                        (adjugate && b.exponent == Rational(1) && a.base.child(0) == b.base);
            if (i == j || !pair) continue;
            auto free = contracted_pair(work, a, b);
            if (!free) continue;
            Expr matrix = b.base;
            Factor delta{identity(matrix.shape()[0]), 1, {free->first, free->second}};
            work.factors[i] = delta;
            work.factors.erase(work.factors.begin() + static_cast<std::ptrdiff_t>(j));
            if (adjugate) work.factors.push_back(Factor{det(matrix), 1, {}});
            return true;
        }
    }
    return false;
}

/// What a product has of one matrix: det^exponent, and the places of inverses and adjugates.
struct Determinants {
    Expr matrix;
    std::int64_t exponent = 0;
    Factor* det = nullptr;
    std::vector<Factor*> inverses, adjugates;
};

std::vector<Determinants> determinants_of(EinsumWork& work) {
    std::vector<Determinants> all;
    for (Factor& f : work.factors) {
        bool matrix = f.base.op() == Op::inverse || f.base.op() == Op::adjugate;
        bool fits =
            f.base.op() == Op::det ? f.exponent.is_integer() : matrix && f.exponent == Rational(1);
        if (!fits) continue;
        Expr child = f.base.child(0);
        auto found = std::find_if(all.begin(), all.end(),
                                  [&](const Determinants& d) { return d.matrix == child; });
        if (found == all.end()) {
            all.push_back({child, 0, nullptr, {}, {}});
            found = all.end() - 1;
        }
        if (matrix) {
            (f.base.op() == Op::inverse ? found->inverses : found->adjugates).push_back(&f);
        } else if (!found->det) {  // equal factors were merged
            found->det = &f;
            found->exponent = f.exponent.num;
        }
    }
    return all;
}

/// Det(X)^k with n inverses of X is n adjugates and Det(X)^(k-n), finite where X is singular, if
/// k >= n; else there is no adjugate. An adjugate counts as Det(X) X^-1.
bool exchange_adjugate(EinsumWork& work) {
    for (const Determinants& d : determinants_of(work)) {
        auto adjugates = static_cast<std::int64_t>(d.adjugates.size());
        auto count = adjugates + static_cast<std::int64_t>(d.inverses.size());
        std::int64_t power = d.exponent + adjugates;
        bool finite = power >= count;
        const std::vector<Factor*>& wrong = finite ? d.inverses : d.adjugates;
        if (wrong.empty()) continue;
        for (Factor* f : wrong) f->base = finite ? adjugate(d.matrix) : inverse(d.matrix);
        Rational exponent(finite ? power - count : power);
        if (d.det)
            d.det->exponent = exponent;
        else
            work.factors.push_back(Factor{det(d.matrix), exponent, {}});
        return true;
    }
    return false;
}

// Sums nested deeper than people write are not looked into: the search is for each product anew.
constexpr int deepest_sum = 6;

/// Det(matrix)·e has an adjugate in every term and no determinant.
bool takes_determinant(Expr e, Expr matrix, int depth) {
    if (depth > deepest_sum) return false;
    if (e.op() == Op::inverse) return e.child(0) == matrix;
    if (e.op() == Op::sum) {
        const std::vector<Term>& terms = e.sum().terms;
        return !terms.empty() && std::all_of(terms.begin(), terms.end(), [&](const Term& t) {
            return takes_determinant(t.expr, matrix, depth + 1);
        });
    }
    if (e.op() != Op::einsum) return false;
    int inverses = 0, sums = 0;
    for (const Factor& f : e.einsum().factors) {
        if (f.base.op() == Op::det && f.base.child(0) == matrix) return false;
        if (f.exponent != Rational(1)) continue;
        if (f.base.op() == Op::inverse && f.base.child(0) == matrix) ++inverses;
        if (f.base.op() == Op::sum && takes_determinant(f.base, matrix, depth + 1)) ++sums;
    }
    return inverses == 1 || (inverses == 0 && sums > 0);
}

/// Det(X) (a X^-1 + b X^-T) is a sum of adjugates, finite where X is singular. The one product that
/// is distributed over a sum: no term grows.
bool distribute_determinant(EinsumWork& work) {
    for (Factor& d : work.factors) {
        if (d.base.op() != Op::det || !d.exponent.is_integer() || d.exponent.num <= 0) continue;
        for (Factor& f : work.factors) {
            if (f.base.op() != Op::sum || f.exponent != Rational(1) ||
                !takes_determinant(f.base, d.base.child(0), 0))
                continue;
            std::vector<Term> terms = f.base.sum().terms;
            for (Term& t : terms) t.expr = multiply(d.base, t.expr);
            f.base = sum(work.context, std::move(terms), f.base.shape());
            d.exponent = Rational(d.exponent.num - 1);
            return true;
        }
    }
    return false;
}

}  // namespace

bool cancel_inverses(EinsumWork& work) {
    bool changed = false;
    while (cancel_one(work) || exchange_adjugate(work) || distribute_determinant(work))
        changed = true;
    return changed;
}

bool eliminate_identities(EinsumWork& work) {
    bool changed = false;
    for (std::size_t k = 0; k < work.factors.size();) {
        const Factor& f = work.factors[k];
        if (f.base.op() != Op::identity || f.exponent.num < 0) {
            ++k;
            continue;
        }
        LabelId a = f.labels[0], b = f.labels[1];
        if (a == b) {
            // Ones on the diagonal; a summed label that nobody else carries is the size.
            work.factors.erase(work.factors.begin() + static_cast<std::ptrdiff_t>(k));
            if (!work.is_output(a) && work.occurrences(a) == 0)
                work.factors.push_back(Factor{dim_value(work.dims[a]), 1, {}});
            changed = true;
            continue;
        }
        if (work.is_output(a) && work.is_output(b)) {
            ++k;
            continue;
        }
        LabelId keep = work.is_output(a) ? a : b;
        LabelId gone = keep == a ? b : a;
        bool carried = work.is_output(keep) || work.occurrences(a) > 1 || work.occurrences(b) > 1;
        work.factors.erase(work.factors.begin() + static_cast<std::ptrdiff_t>(k));
        work.relabel(gone, keep);
        if (!carried) work.factors.push_back(Factor{dim_value(work.dims[keep]), 1, {}});
        changed = true;
    }
    // Output labels tied by identities: every other factor uses the first of its class, and the
    // identities tie each other label to it.
    std::map<LabelId, LabelId> first;
    auto position = [&](LabelId l) {
        return std::find(work.output.begin(), work.output.end(), l) - work.output.begin();
    };
    auto find = [&](LabelId l) {
        while (first.count(l)) l = first[l];
        return l;
    };
    std::vector<Factor> others;
    for (const Factor& f : work.factors) {
        if (f.base.op() != Op::identity || f.exponent.num < 0) {
            others.push_back(f);
            continue;
        }
        LabelId a = find(f.labels[0]), b = find(f.labels[1]);
        if (a == b) continue;
        if (position(b) < position(a)) std::swap(a, b);
        first[b] = a;
    }
    if (first.empty()) return changed;
    for (Factor& f : others)
        for (LabelId& l : f.labels) l = find(l);
    for (LabelId l : work.output)
        if (LabelId root = find(l); root != l)
            others.push_back(Factor{identity(work.dims[l]), 1, {root, l}});
    auto same = [](const std::vector<Factor>& x, const std::vector<Factor>& y) {
        return x.size() == y.size() && std::is_permutation(x.begin(), x.end(), y.begin());
    };
    if (same(others, work.factors)) return changed;
    work.factors = std::move(others);
    return true;
}

}  // namespace nabla::ir
