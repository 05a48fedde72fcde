#include "ir/traverse.hpp"

#include <algorithm>

#include "ir/build.hpp"
#include "ir/context.hpp"

namespace nabla::ir {

std::vector<Expr> post_order(std::span<const Expr> roots) {
    std::vector<Expr> order;
    std::unordered_map<Expr, bool, ExprHash> done;
    struct Frame {
        Expr expr;
        int next = 0;
    };
    std::vector<Frame> stack;
    for (Expr root : roots) {
        if (done.contains(root)) continue;
        std::uint64_t steps = 1;
        stack.push_back(Frame{root});
        done[root] = false;
        while (!stack.empty()) {
            Frame& frame = stack.back();
            if (frame.next < frame.expr.child_count()) {
                Expr child = frame.expr.child(frame.next++);
                ++steps;
                if (!done.contains(child)) {
                    done[child] = false;
                    stack.push_back(Frame{child});
                }
                continue;
            }
            done[frame.expr] = true;
            order.push_back(frame.expr);
            stack.pop_back();
        }
        root.context().spend(4 * steps);  // a look-up each
    }
    return order;
}

std::vector<Expr> post_order(Expr root) { return post_order(std::span<const Expr>(&root, 1)); }

Expr rebuild(Expr e, std::span<const Expr> children) {
    bool same = true;
    for (std::size_t i = 0; i < children.size(); ++i)
        same = same && children[i] == e.child(static_cast<int>(i));
    if (same) return e;
    std::vector<Expr> list(children.begin(), children.end());
    switch (e.op()) {
        case Op::constant:
        case Op::pi:
        case Op::dim_value:
        case Op::symbol:
        case Op::identity:
        case Op::selection:
        case Op::iota:
        case Op::trimask:
            return e;
        case Op::sum: {
            std::vector<Term> terms;
            for (std::size_t i = 0; i < list.size(); ++i)
                terms.push_back(Term{e.sum().terms[i].coefficient, list[i]});
            return sum(e.context(), std::move(terms), list.empty() ? e.shape() : list[0].shape());
        }
        case Op::einsum: {
            EinsumData data = e.einsum();
            for (std::size_t i = 0; i < list.size(); ++i) {
                data.factors[i].base = list[i];
                for (std::size_t axis = 0; axis < list[i].rank(); ++axis)
                    data.dims[data.factors[i].labels[axis]] = list[i].shape()[axis];
            }
            return einsum(e.context(), std::move(data));
        }
        case Op::map:
            return map(e.map().function, std::move(list));
        case Op::reduce:
            return reduce(e.reduce().kind, list[0], e.reduce().axes);
        case Op::inverse:
            return inverse(list[0]);
        case Op::det:
            return det(list[0]);
        case Op::adjugate:
            return adjugate(list[0]);
        case Op::reshape:
            return reshape(list[0], e.shape());
        case Op::chol:
            return chol(list[0]);
        case Op::eigenvalue:
            return eigenvalue(list[0]);
        case Op::eigenvector:
            return eigenvector(list[0]);
        case Op::shifted_pinv:
            return shifted_pinv(list[0]);
        case Op::expm:
            return expm(list[0], std::vector<Expr>(list.begin() + 1, list.end()));
        case Op::derivative: {
            DerivativeMode mode = e.derivative().mode;
            bool directed = mode == DerivativeMode::directional || mode == DerivativeMode::vjp ||
                            mode == DerivativeMode::hvp || mode == DerivativeMode::at;
            Expr direction = directed ? list.back() : Expr();
            auto last = list.end() - (directed ? 1 : 0);
            return derivative(mode, list[0], std::vector<Expr>(list.begin() + 1, last), direction);
        }
    }
    return e;
}

namespace {

/// Rewrites in post order; `leaf` may replace a node before its rebuilt form is looked at.
std::vector<Expr> rewrite(std::span<const Expr> roots, const std::function<Expr(Expr)>& replace,
                          const std::function<Expr(Expr, std::span<const Expr>)>& remake) {
    std::unordered_map<Expr, Expr, ExprHash> result;
    std::vector<Expr> children;
    for (Expr e : post_order(roots)) {
        e.context().spend(16);  // each rule of a pass looks at it
        if (Expr r = replace(e)) {
            result[e] = r;
            continue;
        }
        children.clear();
        for (int i = 0; i < e.child_count(); ++i) children.push_back(result.at(e.child(i)));
        result[e] = remake(e, children);
    }
    std::vector<Expr> rewritten;
    for (Expr root : roots) rewritten.push_back(result.at(root));
    return rewritten;
}

Expr rewrite(Expr root, const std::function<Expr(Expr)>& replace,
             const std::function<Expr(Expr, std::span<const Expr>)>& remake) {
    return rewrite(std::span<const Expr>(&root, 1), replace, remake)[0];
}

}  // namespace

std::vector<Expr> rewrite_dag(std::span<const Expr> roots, const std::function<Expr(Expr)>& visit) {
    return rewrite(
        roots, [](Expr) { return Expr(); },
        [&](Expr e, std::span<const Expr> children) { return visit(rebuild(e, children)); });
}

Expr rewrite_dag(Expr root, const std::function<Expr(Expr)>& visit) {
    return rewrite_dag(std::span<const Expr>(&root, 1), visit)[0];
}

Expr substitute(Expr root, const Substitution& with) {
    return rewrite(
        root,
        [&](Expr e) {
            auto found = with.find(e);
            return found == with.end() ? Expr() : found->second;
        },
        [](Expr e, std::span<const Expr> children) { return rebuild(e, children); });
}

Expr substitute_dims(Expr root, const DimSubstitution& with) {
    auto map_shape = [&](Shape shape) {
        for (Dim& d : shape) d = substitute(d, with);
        return shape;
    };
    auto replace = [&](Expr e) -> Expr {
        switch (e.op()) {
            case Op::dim_value:
                return dim_value(substitute(e.dim(), with));
            case Op::identity:
                return identity(substitute(e.dim(), with));
            case Op::selection:
                return selection(substitute(e.shape()[0], with), substitute(e.shape()[1], with),
                                 substitute(e.offset(), with));
            case Op::iota:
                return iota(substitute(e.dim(), with));
            case Op::trimask:
                return trimask(substitute(e.dim(), with));
            case Op::symbol: {
                const SymbolData& s = e.symbol();
                return e.context().symbol(s.name, map_shape(e.shape()), s.facts, s.is_variable,
                                          s.id);
            }
            case Op::sum:
                return e.sum().terms.empty() ? zeros(e.context(), map_shape(e.shape())) : Expr();
            default:
                return Expr();
        }
    };
    auto remake = [&](Expr e, std::span<const Expr> children) {
        if (e.op() == Op::reshape) return reshape(children[0], map_shape(e.shape()));
        if (e.op() != Op::einsum) return rebuild(e, children);
        // Broadcast labels have their size here alone.
        EinsumData data = e.einsum();
        for (Dim& d : data.dims) d = substitute(d, with);
        for (std::size_t i = 0; i < children.size(); ++i) data.factors[i].base = children[i];
        return einsum(e.context(), std::move(data));
    };
    return rewrite(root, replace, remake);
}

std::vector<Expr> symbols_of(std::span<const Expr> roots) {
    std::vector<Expr> result;
    for (Expr e : post_order(roots))
        if (e.op() == Op::symbol) result.push_back(e);
    return result;
}

bool depends_on(Expr e, Expr symbol) {
    for (Expr node : post_order(e))
        if (node == symbol) return true;
    return false;
}

std::size_t dag_size(Expr root) { return post_order(root).size(); }

}  // namespace nabla::ir
