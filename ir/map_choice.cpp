#include "ir/map_choice.hpp"

#include <algorithm>

#include "ir/einsum.hpp"

namespace nabla::ir {
namespace {

std::optional<Number> number_everywhere(Expr e) {
    auto scalar = match_broadcast(e);
    if (!scalar || scalar->op() != Op::constant) return std::nullopt;
    return scalar->number();
}

/// One array under other axes and repeated along new ones: every entry is one of its entries.
bool is_copied(Expr e) {
    if (e.op() != Op::einsum) return false;
    const EinsumData& data = e.einsum();
    if (data.factors.size() != 1 || data.factors[0].exponent != Rational(1)) return false;
    const Labels& labels = data.factors[0].labels;
    return std::all_of(labels.begin(), labels.end(), [&](LabelId l) {
        bool kept = std::find(data.output.begin(), data.output.end(), l) != data.output.end();
        return kept && std::count(labels.begin(), labels.end(), l) == 1;
    });
}

/// Made of comparisons alone: 0 or 1 everywhere.
bool is_indicator(Expr e) {
    if (e.op() == Op::map) return is_comparison(e.map().function);
    if (e.op() == Op::reshape || is_copied(e)) return is_indicator(e.child(0));
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
    if (is_copied(c)) {
        EinsumData data = c.einsum();
        data.factors[0].base = complement(data.factors[0].base);
        return einsum(c.context(), std::move(data));
    }
    return subtract(constant(c.context(), 1), c);
}

std::optional<Expr> simplify_choice(Fn f, const std::vector<Expr>& arguments, const Shape& shape) {
    if (f == Fn::where) return simplify_where(arguments, shape);
    // An indicator is read back as `c > 0`.
    if (f == Fn::greater && is_indicator(arguments[0]) && is_zero(arguments[1]))
        return broadcast(arguments[0], shape);
    return std::nullopt;
}

}  // namespace nabla::ir
