#include "ir/verify.hpp"

#include <algorithm>

#include "ir/einsum.hpp"
#include "ir/traverse.hpp"

namespace nabla::ir {
namespace {

std::string check_einsum(Expr e) {
    const EinsumData& data = e.einsum();
    if (data.factors.size() > 2 * max_factors) return "too many factors";
    for (std::size_t p = 0; p < data.output.size(); ++p) {
        if (data.output[p] != p) return "output labels are not 0, 1, …";
        if (data.dims[p] != e.shape()[p]) return "output dims and shape differ";
    }
    std::vector<bool> carried(data.dims.size(), false);
    for (const Factor& f : data.factors) {
        if (f.exponent == Rational(0)) return "exponent 0";
        if (f.labels.size() != f.base.rank()) return "labels and rank differ";
        if (f.base.op() == Op::constant && exact_power(f.base.number(), f.exponent) &&
            !f.base.number().is_zero())
            return "a number among the factors";
        for (std::size_t a = 0; a < f.labels.size(); ++a) {
            if (data.dims[f.labels[a]] != f.base.shape()[a]) return "dims and factor shape differ";
            carried[f.labels[a]] = true;
        }
    }
    for (std::size_t l = data.output.size(); l < carried.size(); ++l)
        if (!carried[l]) return "a summed label that no factor carries";
    return {};
}

std::string check_sum(Expr e) {
    const auto& terms = e.sum().terms;
    for (std::size_t i = 0; i < terms.size(); ++i) {
        if (terms[i].expr.shape() != e.shape()) return "a term of another shape";
        if (terms[i].coefficient.is_zero()) return "coefficient 0";
        if (terms[i].expr.op() == Op::sum && terms[i].expr.sum().terms.size() <= max_flat_terms)
            return "a short sum in a sum";
        if (i > 0 && compare(terms[i - 1].expr, terms[i].expr) >= 0) return "terms out of order";
    }
    if (terms.size() == 1 && terms[0].coefficient.is_one()) return "a sum of one plain term";
    return {};
}

}  // namespace

std::string verify(Expr root) {
    for (Expr e : post_order(root)) {
        std::string problem;
        if (e.op() == Op::einsum) problem = check_einsum(e);
        if (e.op() == Op::sum) problem = check_sum(e);
        for (int i = 0; i < e.child_count(); ++i)
            if (&e.child(i).context() != &e.context()) problem = "a child of another context";
        if (!problem.empty()) return problem;
    }
    return {};
}

}  // namespace nabla::ir
