#include "ir/expr.hpp"

namespace nabla::ir {
namespace {

const std::vector<Expr>* arguments_of(const Node& node) {
    switch (node.op) {
        case Op::map:
            return &std::get<MapData>(node.data).arguments;
        case Op::reduce:
            return &std::get<ReduceData>(node.data).arguments;
        case Op::inverse:
        case Op::det:
        case Op::adjugate:
        case Op::reshape:
        case Op::chol:
        case Op::eigenvalue:
        case Op::eigenvector:
        case Op::shifted_pinv:
        case Op::expm:
        case Op::sylvester:
            return &std::get<MatrixData>(node.data).arguments;
        case Op::derivative:
            return &std::get<DerivativeData>(node.data).arguments;
        case Op::constant:
        case Op::pi:
        case Op::dim_value:
        case Op::symbol:
        case Op::identity:
        case Op::trimask:
        case Op::sum:
        case Op::einsum:
        case Op::selection:
        case Op::iota:
            return nullptr;
    }
    return nullptr;
}

int compare_labels(const Labels& a, const Labels& b) {
    if (a == b) return 0;
    return a < b ? -1 : 1;
}

/// Decides between nodes of equal op and equal hash that are not the same: practically never met,
/// but order must not depend on addresses.
int compare_contents(Expr a, Expr b) {
    if (a.child_count() != b.child_count()) return a.child_count() < b.child_count() ? -1 : 1;
    for (int i = 0; i < a.child_count(); ++i)
        if (int c = compare(a.child(i), b.child(i))) return c;
    if (a.op() == Op::symbol) {
        int c = a.symbol().name.compare(b.symbol().name);
        if (c != 0) return c < 0 ? -1 : 1;
        if (a.symbol().id != b.symbol().id) return a.symbol().id < b.symbol().id ? -1 : 1;
    }
    if (a.op() == Op::einsum) {
        const EinsumData &x = a.einsum(), &y = b.einsum();
        for (std::size_t k = 0; k < x.factors.size(); ++k) {
            if (int c = compare_labels(x.factors[k].labels, y.factors[k].labels)) return c;
            if (x.factors[k].exponent != y.factors[k].exponent)
                return less(x.factors[k].exponent, y.factors[k].exponent) ? -1 : 1;
        }
        if (int c = compare_labels(x.output, y.output)) return c;
    }
    return a.node()->index < b.node()->index ? -1 : 1;
}

}  // namespace

int Expr::child_count() const {
    switch (op()) {
        case Op::sum:
            return static_cast<int>(sum().terms.size());
        case Op::einsum:
            return static_cast<int>(einsum().factors.size());
        default:
            break;
    }
    const auto* list = arguments_of(*node_);
    return list ? static_cast<int>(list->size()) : 0;
}

Expr Expr::child(int i) const {
    auto k = static_cast<std::size_t>(i);
    switch (op()) {
        case Op::sum:
            return sum().terms[k].expr;
        case Op::einsum:
            return einsum().factors[k].base;
        default:
            break;
    }
    return (*arguments_of(*node_))[k];
}

int compare(Expr a, Expr b) {
    if (a == b) return 0;
    if (a.op() != b.op()) return a.op() < b.op() ? -1 : 1;
    if (a.hash() != b.hash()) return a.hash() < b.hash() ? -1 : 1;
    return compare_contents(a, b);
}

bool is_zero(Expr e) {
    if (e.op() == Op::constant) return e.number().is_zero();
    return e.op() == Op::sum && e.sum().terms.empty();
}

bool is_one(Expr e) {
    if (e.op() == Op::constant) return e.number().is_one();
    return e.op() == Op::einsum && e.einsum().factors.empty();
}

}  // namespace nabla::ir
