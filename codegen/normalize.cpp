#include "codegen/normalize.hpp"

#include <algorithm>
#include <optional>

#include "ir/build.hpp"
#include "passes/rule_patterns.hpp"

namespace nabla::codegen {

namespace {

/// All the powers of one norm: root(sum)^power.
struct Norm {
    ir::Expr sum;
    Labels labels;
    std::int64_t power = 0;
    bool rooted = false;  ///< the root is needed anyway
    std::vector<std::size_t> factors;
};

/// A factor as a power of a root: Σ^(-3/2) is root(Σ)^-3, rnorm(Σ) is root(Σ)^-1.
std::optional<Norm> as_norm(const ir::Factor& f) {
    const bool may_be_sum = f.base.op() == ir::Op::einsum || f.base.op() == ir::Op::sum;
    if (passes::is_map(f.base, ir::Fn::rnorm) && f.exponent.is_integer()) {
        return Norm{f.base.child(0), f.labels, -f.exponent.num, true, {}};
    }
    if (!may_be_sum || f.exponent.den > 2) return std::nullopt;
    const bool root = f.exponent.den == 2;
    return Norm{f.base, f.labels, f.exponent.num * (root ? 1 : 2), root, {}};
}

std::vector<Norm> norms_of(const ir::EinsumData& product) {
    std::vector<Norm> norms;
    for (std::size_t k = 0; k < product.factors.size(); ++k) {
        const auto norm = as_norm(product.factors[k]);
        if (!norm) continue;
        auto known = std::find_if(norms.begin(), norms.end(), [&](const Norm& n) {
            return n.sum == norm->sum && n.labels == norm->labels;
        });
        if (known == norms.end())
            known = norms.insert(norms.end(), *norm);
        else
            known->power += norm->power, known->rooted = known->rooted || norm->rooted;
        known->factors.push_back(k);
    }
    return norms;
}

/// The square of the factor's base, summed or entry by entry, is among what the norm sums.
bool belongs(const ir::Factor& f, const Norm& norm) {
    if (!f.exponent.is_integer() || f.exponent.num < 1 || f.base == norm.sum) return false;
    // A Selection is not lowered as an operand, and the sum of its squares is the number 1.
    if (f.base.op() == ir::Op::selection) return false;
    const auto is_square_of = [&](ir::Expr e) {
        if (f.labels == norm.labels) return passes::base_of_power(e, ir::Rational(2)) == f.base;
        return norm.labels.empty() && e.is_scalar() && e.op() != ir::Op::constant &&
               e == ir::inner(f.base, f.base);
    };
    if (norm.sum.op() != ir::Op::sum) return is_square_of(norm.sum);
    const auto& terms = norm.sum.sum().terms;
    return std::any_of(terms.begin(), terms.end(),
                       [&](const ir::Term& t) { return is_square_of(t.expr); });
}

/// Divides factors that belong to the norm, `left` times at most; counts down.
std::vector<Division> divide(const ir::EinsumData& product, const Norm& norm, ValueId root,
                             std::int64_t& left) {
    std::vector<Division> result;
    for (std::size_t k = 0; k < product.factors.size() && left > 0; ++k) {
        const ir::Factor& f = product.factors[k];
        if (!belongs(f, norm)) continue;
        const std::int64_t times = std::min(left, f.exponent.num);
        result.push_back({k, times, root});
        left -= times;
    }
    return result;
}

bool is_product(const ir::Factor& f) {
    return f.labels.empty() && f.exponent == ir::Rational(1) && f.base.op() == ir::Op::einsum;
}

void normalize_by(const Norm& norm, Lowering& lowering, const ir::EinsumData& product,
                  Normalization& result) {
    const auto contains = [&](const ir::EinsumData& data) {
        return std::any_of(data.factors.begin(), data.factors.end(),
                           [&](const ir::Factor& f) { return belongs(f, norm); });
    };
    const auto inside = [&](const ir::Factor& f) {
        return norm.labels.empty() && is_product(f) && f.base != norm.sum &&
               contains(f.base.einsum());
    };
    const bool any =
        contains(product) || std::any_of(product.factors.begin(), product.factors.end(), inside);
    if (!any) return;
    const ValueId root = root_of_squares(lowering, lowering.value(norm.sum));
    if (root == no_value) return;
    std::int64_t left = -norm.power;
    const auto divisions = divide(product, norm, root, left);
    result.divisions.insert(result.divisions.end(), divisions.begin(), divisions.end());
    for (std::size_t k = 0; k < product.factors.size() && left > 0; ++k) {
        if (!inside(product.factors[k])) continue;
        result.inner.push_back({k, divide(product.factors[k].base.einsum(), norm, root, left)});
    }
    result.gone.insert(norm.factors.begin(), norm.factors.end());
    if (left == 0) return;
    Operand rest;
    rest.value = root;
    rest.labels = norm.labels;
    rest.exponent = -left;
    result.rest.push_back(rest);
}

}  // namespace

Normalization normalize(Lowering& lowering, const ir::EinsumData& product) {
    Normalization result;
    for (const Norm& norm : norms_of(product)) {
        // Entry by entry the three sums of a root are only worth it where the root is needed.
        if (norm.power > -2 || (!norm.rooted && !norm.labels.empty())) continue;
        // One norm a product; of several, the others stay as they are.
        normalize_by(norm, lowering, product, result);
        if (!result.gone.empty()) break;
    }
    return result;
}

}  // namespace nabla::codegen
