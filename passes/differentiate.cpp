#include "passes/differentiate.hpp"

#include <unordered_map>
#include <unordered_set>

#include "ir/traverse.hpp"
#include "nabla/error.hpp"
#include "passes/local_rules.hpp"

namespace nabla::passes {

using namespace ir;

namespace {

using ExprSet = std::unordered_set<Expr, ExprHash>;
using ExprMap = std::unordered_map<Expr, Expr, ExprHash>;

/// Nodes of `order` (children first) that depend on one of the symbols.
ExprSet dependents(const std::vector<Expr>& order, const std::vector<Expr>& symbols) {
    const ExprSet wanted(symbols.begin(), symbols.end());
    ExprSet result;
    for (Expr e : order) {
        bool depends = wanted.contains(e);
        for (int i = 0; i < e.child_count() && !depends; ++i) depends = result.contains(e.child(i));
        if (depends) result.insert(e);
    }
    return result;
}

Shape joined(Shape a, const Shape& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
}

/// The identity tensor of a shape with itself: Π δ(axis k, axis k of the copy).
Expr identity_tensor(Context& context, const Shape& shape) {
    EinsumData data;
    auto rank = static_cast<LabelId>(shape.size());
    data.dims = joined(shape, shape);
    for (LabelId l = 0; l < 2 * rank; ++l) data.output.push_back(l);
    for (LabelId l = 0; l < rank; ++l)
        data.factors.push_back(Factor{identity(shape[l]), 1, {l, static_cast<LabelId>(l + rank)}});
    return einsum(context, std::move(data));
}

/// Reverse sweep: Σ seed · ∂f/∂x for each symbol x. `seed` has the batch axes, then those of f.
std::vector<Expr> reverse(Expr f, const std::vector<Expr>& symbols, Expr seed, const Shape& batch) {
    std::vector<Expr> order = post_order(f);
    ExprSet active = dependents(order, symbols);
    Context& context = f.context();
    // Contributions are collected and added once: adding one by one would build and intern every
    // partial sum.
    std::unordered_map<Expr, std::vector<Term>, ExprHash> adjoints;
    ExprMap reached;
    adjoints[f].push_back(Term{1, seed});
    auto wanted = [&](Expr e) { return active.contains(e); };
    auto accumulate = [&](Expr child, Expr more) { adjoints[child].push_back(Term{1, more}); };
    for (std::size_t k = order.size(); k-- > 0;) {
        Expr node = order[k];
        auto found = adjoints.find(node);
        if (found == adjoints.end() || !active.contains(node)) continue;
        Expr total = sum(context, std::move(found->second), joined(batch, node.shape()));
        if (node.op() == Op::symbol)
            reached[node] = total;
        else if (!is_zero(total))
            propagate_adjoint(node, total, batch.size(), wanted, accumulate);
    }
    std::vector<Expr> result;
    for (Expr x : symbols) {
        auto found = reached.find(x);
        result.push_back(found == reached.end() ? zeros(context, joined(batch, x.shape()))
                                                : found->second);
    }
    return result;
}

Expr reverse(Expr f, Expr x, Expr seed, const Shape& batch) {
    return reverse(f, std::vector<Expr>{x}, seed, batch)[0];
}

/// Forward sweep: ∂f/∂x · seed. `seed` has the axes of x, then the batch.
Expr forward(Expr f, Expr x, Expr seed, const Shape& batch) {
    std::vector<Expr> order = post_order(f);
    ExprSet active = dependents(order, {x});
    ExprMap tangents;
    tangents[x] = seed;
    std::vector<Expr> list;
    for (Expr node : order) {
        if (!active.contains(node) || node == x) continue;
        list.clear();
        for (int i = 0; i < node.child_count(); ++i) {
            auto found = tangents.find(node.child(i));
            list.push_back(found == tangents.end() ? Expr() : found->second);
        }
        Expr tangent = propagate_tangent(node, list, batch);
        if (tangent && !is_zero(tangent)) tangents[node] = tangent;
    }
    auto found = tangents.find(f);
    return found == tangents.end() ? zeros(f.context(), joined(f.shape(), batch)) : found->second;
}

/// A derivative with its last two axes exchanged.
Expr swap_last(Expr d) {
    std::vector<std::uint8_t> axes;
    for (std::size_t i = 0; i < d.rank(); ++i) axes.push_back(static_cast<std::uint8_t>(i));
    std::swap(axes[d.rank() - 1], axes[d.rank() - 2]);
    return permute(d, axes);
}

/// Entry by entry times a matrix in the last two axes: the identity or a triangle.
Expr masked(Expr d, Expr mask, bool turned) {
    auto rank = static_cast<LabelId>(d.rank());
    EinsumData data{{Factor{d, 1, {}}}, {}, d.shape()};
    for (LabelId l = 0; l < rank; ++l) {
        data.factors[0].labels.push_back(l);
        data.output.push_back(l);
    }
    Labels pair{static_cast<LabelId>(rank - 2), static_cast<LabelId>(rank - 1)};
    if (turned) std::swap(pair[0], pair[1]);
    data.factors.push_back(Factor{mask, 1, pair});
    return einsum(d.context(), std::move(data));
}

}  // namespace

Expr project(Expr d, Expr x) {
    if (x.rank() != 2) return d;
    Facts facts = x.facts();
    Dim n = d.shape().back();
    if (facts.has(Fact::diagonal)) return masked(d, identity(n), false);
    if (facts.has(Fact::lower)) return masked(d, trimask(n), false);
    if (facts.has(Fact::upper)) return masked(d, trimask(n), true);
    if (facts.has(Fact::symmetric)) return scale(Rational(1, 2), add(d, swap_last(d)));
    if (facts.has(Fact::antisymmetric)) return scale(Rational(1, 2), subtract(d, swap_last(d)));
    return d;
}

std::vector<Expr> gradients(Expr f, const std::vector<Expr>& variables) {
    if (!f.is_scalar()) throw InternalError("gradient: of a scalar");
    std::vector<Expr> result = reverse(f, variables, constant(f.context(), 1), {});
    for (std::size_t i = 0; i < result.size(); ++i) result[i] = project(result[i], variables[i]);
    return result;
}

Expr gradient(Expr f, Expr x) { return gradients(f, {x})[0]; }

Expr jacobian(Expr f, Expr x) {
    // Multiply low ranks first: sweep from the end that has fewer axes.
    Context& context = f.context();
    bool backwards = f.rank() <= x.rank();
    Expr d = backwards ? reverse(f, x, identity_tensor(context, f.shape()), f.shape())
                       : forward(f, x, identity_tensor(context, x.shape()), x.shape());
    return project(d, x);
}

Expr hessian(Expr f, Expr x, Expr y) { return jacobian(gradient(f, x), y); }

Expr directional(Expr f, Expr x, Expr v) { return forward(f, x, project(v, x), {}); }

Expr vjp(Expr f, Expr x, Expr u) { return project(reverse(f, x, u, {}), x); }

}  // namespace nabla::passes
