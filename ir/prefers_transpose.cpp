#include <algorithm>

#include "ir/einsum.hpp"

namespace nabla::ir {
namespace {

int transposed_terms(const std::vector<Term>& terms) {
    return static_cast<int>(std::count_if(terms.begin(), terms.end(), [](const Term& t) {
        return match_permutation(t.expr).has_value();
    }));
}

std::vector<Term> terms_of(Expr m) {
    if (m.op() == Op::sum) return m.sum().terms;
    return {Term{1, m}};
}

/// −1, 0, 1, looking first at the terms alone, then at their coefficients up to a common sign: M
/// and −M must choose alike, because products move signs out.
int compare_terms(const std::vector<Term>& a, const std::vector<Term>& b) {
    for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i)
        if (int c = compare(a[i].expr, b[i].expr)) return c;
    for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
        double x = a[i].coefficient.value() * (a[0].coefficient.is_negative() ? -1 : 1);
        double y = b[i].coefficient.value() * (b[0].coefficient.is_negative() ? -1 : 1);
        if (x != y) return x < y ? -1 : 1;
    }
    return 0;
}

}  // namespace

bool prefers_transpose(Expr m) {
    if (m.has(Fact::symmetric)) return false;
    Expr other = transpose(m);
    if (other == m) return false;
    std::vector<Term> mine = terms_of(m), theirs = terms_of(other);
    int difference = transposed_terms(theirs) - transposed_terms(mine);
    if (difference != 0) return difference < 0;
    return compare_terms(theirs, mine) < 0;
}

}  // namespace nabla::ir
