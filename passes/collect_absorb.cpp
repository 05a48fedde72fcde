#include <algorithm>

#include "ir/build.hpp"
#include "passes/collect_steps.hpp"

namespace nabla::passes {
namespace {

using ir::EinsumData;
using ir::Expr;
using ir::Factor;
using ir::LabelId;
using ir::Term;

constexpr std::size_t max_terms = 4;

/// A multiple of the identity, or a matrix that does not depend on its row or its column.
bool is_sparse_or_flat(Expr e) {
    if (e.op() == ir::Op::identity) return true;
    if (e.op() != ir::Op::einsum) return false;
    const EinsumData& data = e.einsum();
    auto carried = [&](LabelId l) {
        return std::any_of(data.factors.begin(), data.factors.end(), [&](const Factor& f) {
            return std::find(f.labels.begin(), f.labels.end(), l) != f.labels.end();
        });
    };
    bool identity = std::any_of(data.factors.begin(), data.factors.end(),
                                [](const Factor& f) { return f.base.op() == ir::Op::identity; });
    return identity || !std::all_of(data.output.begin(), data.output.end(), carried);
}

bool is_candidate(const Factor& f) {
    if (f.base.op() != ir::Op::sum || f.base.rank() != 2 || f.exponent != ir::Rational(1) ||
        f.labels[0] == f.labels[1])
        return false;
    const std::vector<Term>& terms = f.base.sum().terms;
    return terms.size() >= 2 && terms.size() <= max_terms &&
           std::any_of(terms.begin(), terms.end(),
                       [](const Term& t) { return is_sparse_or_flat(t.expr); });
}

/// Each term of the matrix Sum times the vector on one of its axes.
Expr scaled_sum(Expr matrix, std::size_t axis, const Factor& vector) {
    ir::Context& context = matrix.context();
    std::vector<Term> terms;
    for (const Term& t : matrix.sum().terms) {
        EinsumData data{{Factor{t.expr, 1, {0, 1}},
                         Factor{vector.base, vector.exponent, {static_cast<LabelId>(axis)}}},
                        {0, 1},
                        matrix.shape()};
        terms.push_back(Term{t.coefficient, ir::einsum(context, std::move(data))});
    }
    return ir::sum(context, std::move(terms), matrix.shape());
}

}  // namespace

Expr absorb_scalings(NotationBuilder& builder, Expr product) {
    if (product.op() != ir::Op::einsum) return product;
    const EinsumData& data = product.einsum();
    Expr best = product;
    for (std::size_t s = 0; s < data.factors.size(); ++s) {
        if (!is_candidate(data.factors[s])) continue;
        for (std::size_t v = 0; v < data.factors.size(); ++v) {
            const Factor &sum = data.factors[s], &vector = data.factors[v];
            if (vector.labels.size() != 1) continue;
            auto axis = std::find(sum.labels.begin(), sum.labels.end(), vector.labels[0]);
            if (axis == sum.labels.end()) continue;
            EinsumData changed = data;
            changed.factors[s].base =
                scaled_sum(sum.base, static_cast<std::size_t>(axis - sum.labels.begin()), vector);
            changed.factors.erase(changed.factors.begin() + static_cast<std::ptrdiff_t>(v));
            Expr candidate = ir::einsum(product.context(), std::move(changed));
            if (effort(builder, candidate) < effort(builder, best)) best = candidate;
        }
    }
    return best;
}

}  // namespace nabla::passes
