// Steps for triangular masks. What depends on other factors being finite is no step here but a rule
// of passes: while a derivative is under way, its factors may still meet others.
#include <algorithm>

#include "ir/einsum.hpp"

namespace nabla::ir {
namespace {

/// T_ij beside `other`: −1 nothing to do, 0 drop T, 1 both become δ_ij.
int beside(const EinsumWork& work, std::size_t k, const Factor& other) {
    const Labels& labels = work.factors[k].labels;
    if (other.labels.size() != 2 || other.exponent.num < 0) return -1;
    bool straight = other.labels == labels;
    bool turned = other.labels[0] == labels[1] && other.labels[1] == labels[0];
    if (!straight && !turned) return -1;
    if (other.base.op() == Op::identity) return 0;
    if (other.base.op() == Op::trimask) return straight ? 0 : 1;
    return -1;
}

/// The mask is 0 or 1: its own power, and 1 on the diagonal.
bool simplify_trimask(EinsumWork& work, std::size_t k) {
    Factor& f = work.factors[k];
    if (f.base.op() != Op::trimask || f.exponent.num < 0) return false;
    if (f.exponent != Rational(1)) {
        f.exponent = 1;
        return true;
    }
    Labels labels = f.labels;
    auto drop = [&] { work.factors.erase(work.factors.begin() + static_cast<std::ptrdiff_t>(k)); };
    if (labels[0] == labels[1]) {
        drop();
        if (!work.is_output(labels[0]) && work.occurrences(labels[0]) == 0)
            work.factors.push_back(Factor{dim_value(work.dims[labels[0]]), 1, {}});
        return true;
    }
    for (std::size_t j = 0; j < work.factors.size(); ++j) {
        if (j == k) continue;
        int found = beside(work, k, work.factors[j]);
        if (found < 0) continue;
        if (found == 1)
            work.factors[j] = Factor{identity(work.dims[labels[0]]), 1, {labels[0], labels[1]}};
        drop();
        return true;
    }
    return false;
}

}  // namespace

bool simplify_selectors(EinsumWork& work) {
    bool changed = false;
    for (std::size_t k = 0; k < work.factors.size();) {
        if (simplify_trimask(work, k))
            changed = true, k = 0;
        else
            ++k;
    }
    return changed;
}

}  // namespace nabla::ir
