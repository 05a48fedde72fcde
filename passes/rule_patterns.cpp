#include "passes/rule_patterns.hpp"

#include "ir/einsum.hpp"

namespace nabla::passes {

using namespace ir;

bool is_map(Expr e, Fn f) { return e.op() == Op::map && e.map().function == f; }

std::optional<PowerMatch> match_power(Expr e) {
    if (e.op() != Op::einsum) return PowerMatch{e, Rational(1)};
    const EinsumData& data = e.einsum();
    if (data.factors.size() != 1 || data.factors[0].labels != data.output) return std::nullopt;
    return PowerMatch{data.factors[0].base, data.factors[0].exponent};
}

Expr base_of_power(Expr e, const Rational& exponent) {
    auto power = match_power(e);
    return power && power->exponent == exponent ? power->base : Expr();
}

Term match_scaled(Expr e) {
    if (e.op() == Op::sum && e.sum().terms.size() == 1) return e.sum().terms[0];
    return Term{1, e};
}

Expr with_pair(Expr s, std::size_t i, std::size_t j, Expr replacement) {
    std::vector<Term> terms{Term{1, replacement}};
    for (std::size_t k = 0; k < s.sum().terms.size(); ++k)
        if (k != i && k != j) terms.push_back(s.sum().terms[k]);
    return sum(s.context(), std::move(terms), s.shape());
}

Expr with_quotient(Expr product, std::size_t i, int i_step, std::size_t j, int j_step,
                   Factor added) {
    EinsumData data = product.einsum();
    data.factors[i].exponent = *add(data.factors[i].exponent, Rational(i_step));
    data.factors[j].exponent = *add(data.factors[j].exponent, Rational(j_step));
    data.factors.push_back(std::move(added));
    return einsum(product.context(), std::move(data));
}

}  // namespace nabla::passes
