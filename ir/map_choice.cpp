#include "ir/map_choice.hpp"

#include "ir/einsum.hpp"

namespace nabla::ir {
namespace {

std::optional<Number> number_everywhere(Expr e) {
    auto scalar = match_broadcast(e);
    if (!scalar || scalar->op() != Op::constant) return std::nullopt;
    return scalar->number();
}

/// Made of comparisons alone: 0 or 1 everywhere.
bool is_indicator(Expr e) {
    if (e.op() == Op::map) return is_comparison(e.map().function);
    if (e.op() == Op::reshape) return is_indicator(e.child(0));
    if (auto permuted = match_permutation(e)) return is_indicator(permuted->base);
    if (auto scalar = match_broadcast(e); scalar && !e.is_scalar()) return is_indicator(*scalar);
    return false;
}

std::optional<Expr> simplify_where(const std::vector<Expr>& arguments, const Shape& shape) {
    Expr c = arguments[0], a = arguments[1], b = arguments[2];
    if (auto known = number_everywhere(c)) return broadcast(known->is_zero() ? b : a, shape);
    if (a == b) return broadcast(a, shape);
    auto first = number_everywhere(a), second = number_everywhere(b);
    if (!first || !second || !is_indicator(c)) return std::nullopt;
    if (first->is_one() && second->is_zero()) return broadcast(c, shape);
    if (first->is_zero() && second->is_one()) return broadcast(complement(c), shape);
    return std::nullopt;
}

}  // namespace

Expr complement(Expr c) {
    if (c.op() == Op::map && is_comparison(c.map().function))
        return map(opposite(c.map().function), c.map().arguments);
    if (c.op() == Op::reshape) return reshape(complement(c.child(0)), c.shape());
    if (auto permuted = match_permutation(c))
        return permute(complement(permuted->base), permuted->axes);
    if (auto scalar = match_broadcast(c); scalar && !c.is_scalar())
        return broadcast(complement(*scalar), c.shape());
    return subtract(constant(c.context(), 1), c);
}

std::optional<Expr> simplify_choice(Fn f, const std::vector<Expr>& arguments, const Shape& shape) {
    if (f == Fn::where) return simplify_where(arguments, shape);
    return std::nullopt;
}

}  // namespace nabla::ir
