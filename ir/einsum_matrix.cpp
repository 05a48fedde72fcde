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

/// Det(X)^k Inverse(X) is Adjugate(X) Det(X)^(k-1), finite where X is singular; and back for k < 0.
bool exchange_adjugate(EinsumWork& work) {
    for (Factor& d : work.factors) {
        if (d.base.op() != Op::det || !d.exponent.is_integer() || d.exponent.num == 0) continue;
        Op wanted = d.exponent.num > 0 ? Op::inverse : Op::adjugate;
        Factor* found = nullptr;
        int count = 0;
        for (Factor& f : work.factors)
            if (f.base.op() == wanted && f.exponent == Rational(1) &&
                f.base.child(0) == d.base.child(0))
                ++count, found = &f;
        if (count != 1) continue;
        Expr matrix = d.base.child(0);
        found->base = d.exponent.num > 0 ? adjugate(matrix) : inverse(matrix);
        d.exponent = Rational(d.exponent.num + (d.exponent.num > 0 ? -1 : 1));
        return true;
    }
    return false;
}

}  // namespace

bool cancel_inverses(EinsumWork& work) {
    bool changed = false;
    while (cancel_one(work) || exchange_adjugate(work)) changed = true;
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
