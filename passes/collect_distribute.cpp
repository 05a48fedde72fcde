// Brackets that are longer than what they stand for, and Kronecker products that share a side.
#include <algorithm>
#include <map>

#include "ir/build.hpp"
#include "passes/collect_steps.hpp"

namespace nabla::passes {
namespace {

using ir::EinsumData;
using ir::Expr;
using ir::Factor;
using ir::Term;

constexpr std::size_t max_scalar_terms = 4;
constexpr std::size_t max_tensor_terms = 24;
// Longer products are left alone: each term would repeat all other factors.
constexpr std::size_t max_factors = 8;

/// A sum of a few vectors or matrices.
bool is_bracket(const Factor& f) {
    if (f.base.op() != ir::Op::sum || f.exponent != ir::Rational(1)) return false;
    std::size_t terms = f.base.sum().terms.size();
    return f.base.rank() > 0 && terms >= 2 && terms <= max_scalar_terms;
}

/// A tensor with indices of its own beside other factors with indices: what nobody reads.
bool is_tensor_bracket(const std::vector<Factor>& factors, std::size_t k) {
    const Factor& f = factors[k];
    bool tensor = f.base.op() == ir::Op::sum && f.exponent == ir::Rational(1) &&
                  f.base.rank() > 2 && f.base.sum().terms.size() <= max_tensor_terms;
    return tensor && std::any_of(factors.begin(), factors.end(),
                                 [&](const Factor& g) { return &g != &f && !g.labels.empty(); });
}

Expr distributed(Expr product, std::size_t bracket) {
    const EinsumData& data = product.einsum();
    std::vector<Term> terms;
    for (const Term& t : data.factors[bracket].base.sum().terms) {
        EinsumData part = data;
        part.factors[bracket].base = t.expr;
        terms.push_back(Term{t.coefficient, ir::einsum(product.context(), std::move(part))});
    }
    return ir::sum(product.context(), std::move(terms), product.shape());
}

}  // namespace

Expr distribute(NotationBuilder& builder, Expr product) {
    if (product.op() != ir::Op::einsum) return product;
    const std::vector<Factor>& factors = product.einsum().factors;
    if (factors.size() > max_factors) return product;
    for (std::size_t k = 0; k < factors.size(); ++k) {
        if (is_tensor_bracket(factors, k)) return distributed(product, k);
        // Σ_j (x_i − x_j) is n x_i − Σ_j x_j.
        const bool sums_alone = factors.size() == 1;
        if (!(product.is_scalar() || sums_alone) || !is_bracket(factors[k])) continue;
        Expr candidate = distributed(product, k);
        if (effort(builder, candidate) < effort(builder, product)) return candidate;
    }
    return product;
}

Expr join_reshapes(NotationBuilder& builder, Expr sum) {
    if (sum.op() != ir::Op::sum || sum.rank() > 2) return sum;
    const std::vector<Term>& terms = sum.sum().terms;
    for (std::size_t i = 0; i < terms.size(); ++i) {
        if (terms[i].expr.op() != ir::Op::reshape) continue;
        const ir::Shape& shape = terms[i].expr.child(0).shape();
        std::vector<Term> inside, all;
        for (const Term& t : terms) {
            bool alike = t.expr.op() == ir::Op::reshape && t.expr.child(0).shape() == shape;
            if (alike)
                inside.push_back(Term{t.coefficient, t.expr.child(0)});
            else
                all.push_back(t);
        }
        if (inside.size() < 2) continue;
        Expr joined = pull_out_factors(builder, ir::sum(sum.context(), std::move(inside), shape));
        all.push_back(Term{1, ir::reshape(joined, sum.shape())});
        Expr candidate = ir::sum(sum.context(), std::move(all), sum.shape());
        if (effort(builder, candidate) < effort(builder, sum)) return candidate;
    }
    return sum;
}

}  // namespace nabla::passes
