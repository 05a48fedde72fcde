#include <algorithm>

#include "ir/einsum.hpp"

namespace nabla::ir {
namespace {

/// Matrices on the way from the rows to the columns of a product that stand transposed, less those
/// that do not: 2 for A^T B^T, -3 for A X B.
int transposed_factors(const EinsumData& data) {
    if (data.output.size() != 2) return 0;
    std::vector<bool> used(data.factors.size(), false);
    int count = 0;
    for (LabelId at = data.output[0]; at != data.output[1];) {
        std::size_t next = 0;
        auto leads_on = [&](const Factor& f) {
            return f.labels.size() == 2 && f.labels[0] != f.labels[1] &&
                   (f.labels[0] == at || f.labels[1] == at);
        };
        while (next < data.factors.size() && (used[next] || !leads_on(data.factors[next]))) ++next;
        if (next == data.factors.size()) break;
        used[next] = true;
        const Factor& f = data.factors[next];
        bool turned = f.labels[1] == at;
        if (!f.base.has(Fact::symmetric)) count += turned ? 1 : -1;
        at = f.labels[turned ? 0 : 1];
    }
    return count;
}

int transposed_terms(const std::vector<Term>& terms) {
    int count = 0;
    for (const Term& t : terms) {
        if (match_permutation(t.expr))
            ++count;
        else if (t.expr.op() == Op::einsum)
            count += transposed_factors(t.expr.einsum());
    }
    return count;
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
