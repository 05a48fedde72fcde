// Reverse rules: from the adjoint of a node to those of its children.
#include <algorithm>
#include <array>

#include "nabla/error.hpp"
#include "passes/local_rules.hpp"

namespace nabla::passes {

using namespace ir;

namespace {

struct Request {
    Expr node;
    Expr adjoint;
    std::size_t batch;
    const std::function<bool(Expr)>& wanted;
    const Accumulate& accumulate;
};

using Adjoint = void (*)(const Request&);

/// A product under construction: batch labels first, then those of the node's axes.
struct Product {
    EinsumData data;
    Labels batch;
    Labels own;

    explicit Product(const Request& r) {
        for (Dim d : r.adjoint.shape()) {
            auto label = static_cast<LabelId>(data.dims.size());
            (label < r.batch ? batch : own).push_back(label);
            data.dims.push_back(d);
        }
        Labels all = batch;
        all.insert(all.end(), own.begin(), own.end());
        data.factors.push_back(Factor{r.adjoint, 1, all});
        data.output = batch;
    }
    LabelId fresh(Dim d) {
        data.dims.push_back(d);
        return static_cast<LabelId>(data.dims.size() - 1);
    }
    void times(Expr base, Labels labels) { data.factors.push_back(Factor{base, 1, labels}); }
    Expr finish(Context& context, const Labels& child) {
        data.output.insert(data.output.end(), child.begin(), child.end());
        return einsum(context, std::move(data));
    }
};

void nothing(const Request&) {}

void unexpected(const Request&) {
    throw InternalError("differentiate: a derivative that no pass has replaced");
}

/// d(Σ c_k a_k): ā_k = c_k ū.
void of_sum(const Request& r) {
    for (const Term& t : r.node.sum().terms)
        if (r.wanted(t.expr)) r.accumulate(t.expr, scale(t.coefficient, r.adjoint));
}

/// For C = A *_(s1,s2→s3) B: Ā = C̄ *_(s3,s2→s1) B, once for each factor, times e·base^(e−1).
void of_einsum(const Request& r) {
    const EinsumData& node = r.node.einsum();
    Context& context = r.node.context();
    for (std::size_t k = 0; k < node.factors.size(); ++k) {
        const Factor& f = node.factors[k];
        if (!r.wanted(f.base)) continue;
        EinsumData data{{}, {}, node.dims};
        Labels seed;
        for (std::size_t b = 0; b < r.batch; ++b) {
            seed.push_back(static_cast<LabelId>(data.dims.size()));
            data.dims.push_back(r.adjoint.shape()[b]);
        }
        data.output = seed;
        seed.insert(seed.end(), node.output.begin(), node.output.end());
        data.factors.push_back(Factor{r.adjoint, 1, seed});
        for (std::size_t j = 0; j < node.factors.size(); ++j)
            if (j != k) data.factors.push_back(node.factors[j]);
        if (f.exponent != Rational(1))
            data.factors.push_back(Factor{power_derivative(f.base, f.exponent), 1, f.labels});
        for (std::size_t axis = 0; axis < f.labels.size(); ++axis) {
            LabelId label = f.labels[axis];
            auto before = f.labels.begin() + static_cast<std::ptrdiff_t>(axis);
            if (std::find(f.labels.begin(), before, label) != before) {
                // A diagonal: the adjoint is zero off it.
                auto other = static_cast<LabelId>(data.dims.size());
                data.dims.push_back(node.dims[label]);
                data.factors.push_back(Factor{identity(node.dims[label]), 1, {label, other}});
                label = other;
            }
            data.output.push_back(label);
        }
        r.accumulate(f.base, einsum(context, std::move(data)));
    }
}

/// ā = ū ⊙ f'(a); an argument that is a scalar beside a tensor collects the sum.
void of_map(const Request& r) {
    const MapData& data = r.node.map();
    const Function& row = function(data.function);
    for (std::size_t i = 0; i < data.arguments.size(); ++i) {
        Expr argument = data.arguments[i];
        if (row.partial[i] == nullptr || !r.wanted(argument)) continue;
        Expr local = row.partial[i](data.arguments);
        Product p(r);
        p.times(local, local.is_scalar() ? Labels{} : p.own);
        r.accumulate(argument, p.finish(r.node.context(), argument.is_scalar() ? Labels{} : p.own));
    }
}

void of_reduce(const Request& r) {
    const ReduceData& data = r.node.reduce();
    bool share = data.kind == ReduceKind::max_share || data.kind == ReduceKind::min_share;
    Expr argument = r.node.child(0);
    if (share || !r.wanted(argument)) return;
    Product p(r);
    Labels labels;
    std::size_t kept = 0;
    for (std::size_t axis = 0; axis < argument.rank(); ++axis) {
        bool reduced = std::find(data.axes.begin(), data.axes.end(), axis) != data.axes.end();
        labels.push_back(reduced ? p.fresh(argument.shape()[axis]) : p.own[kept++]);
    }
    p.times(reduce_weight(r.node), labels);
    r.accumulate(argument, p.finish(r.node.context(), labels));
}

/// Y = A^-1: Ā = −Y^T Ȳ Y^T.
void of_inverse(const Request& r) {
    Expr matrix = r.node.child(0);
    if (!r.wanted(matrix)) return;
    Product p(r);
    LabelId i = p.fresh(matrix.shape()[0]), j = p.fresh(matrix.shape()[0]);
    p.times(r.node, {p.own[0], i});
    p.times(r.node, {j, p.own[1]});
    r.accumulate(matrix, negate(p.finish(r.node.context(), {i, j})));
}

/// d det A = tr(adj(A) dA): Ā = d̄ adj(A)^T (Jacobi's formula).
void of_det(const Request& r) {
    Expr matrix = r.node.child(0);
    if (!r.wanted(matrix)) return;
    Product p(r);
    LabelId i = p.fresh(matrix.shape()[0]), j = p.fresh(matrix.shape()[0]);
    p.times(adjugate(matrix), {j, i});
    r.accumulate(matrix, p.finish(r.node.context(), {i, j}));
}

/// C = det(A) A^-1: ∂C_kl/∂A_ij = det(A) (Y_ji Y_kl − Y_ki Y_jl), Y = A^-1.
void of_adjugate(const Request& r) {
    Expr matrix = r.node.child(0);
    if (!r.wanted(matrix)) return;
    Expr inv = inverse(matrix), d = det(matrix);
    Dim n = matrix.shape()[0];
    Product first(r), second(r);
    LabelId i = first.fresh(n), j = first.fresh(n);
    first.times(d, {});
    first.times(inv, {j, i});
    first.times(inv, first.own);
    second.fresh(n), second.fresh(n);
    second.times(d, {});
    second.times(inv, {second.own[0], i});
    second.times(inv, {j, second.own[1]});
    Context& context = r.node.context();
    r.accumulate(matrix, subtract(first.finish(context, {i, j}), second.finish(context, {i, j})));
}

/// The same entries: Ā is Ȳ under the shape of A.
void of_reshape(const Request& r) {
    Expr argument = r.node.child(0);
    if (!r.wanted(argument)) return;
    Shape shape(r.adjoint.shape().begin(),
                r.adjoint.shape().begin() + static_cast<std::ptrdiff_t>(r.batch));
    shape.insert(shape.end(), argument.shape().begin(), argument.shape().end());
    r.accumulate(argument, reshape(r.adjoint, std::move(shape)));
}

using Terms = std::vector<std::pair<Rational, Product>>;

/// Adds Σ c (p + p^T)/2 to the adjoint of a matrix of which only the symmetric part matters; the
/// labels i, j are those of the matrix in each product.
void accumulate_symmetric(const Request& r, Expr matrix, const Terms& terms, LabelId i, LabelId j) {
    for (const auto& [coefficient, product] : terms) {
        Product straight = product, turned = product;
        Expr both =
            add(straight.finish(r.node.context(), {i, j}), turned.finish(r.node.context(), {j, i}));
        r.accumulate(matrix, scale(Number(coefficient) * Number(Rational(1, 2)), both));
    }
}

/// A = L L^T: Ā = sym(Y^T Φ(L^T L̄) Y), Y = L^-1, Φ the lower triangle with half the diagonal
/// (Murray, "Differentiation of the Cholesky decomposition", 2016).
void of_chol(const Request& r) {
    Expr matrix = r.node.child(0);
    if (!r.wanted(matrix)) return;
    Dim n = matrix.shape()[0];
    Expr inv = inverse(r.node);
    Product triangle(r);
    LabelId i = triangle.fresh(n), j = triangle.fresh(n), a = triangle.fresh(n);
    Product diagonal = triangle;
    LabelId b = triangle.own[1];
    for (Product* p : {&triangle, &diagonal}) p->times(r.node, {p->own[0], a});
    triangle.times(trimask(n), {a, b});
    triangle.times(inv, {a, i});
    triangle.times(inv, {b, j});
    diagonal.times(identity(n), {a, b});
    diagonal.times(inv, {a, i});
    diagonal.times(inv, {a, j});
    accumulate_symmetric(r, matrix, {{1, triangle}, {Rational(-1, 2), diagonal}}, i, j);
}

/// dλ = v^T dA v.
void of_eigenvalue(const Request& r) {
    Expr matrix = r.node.child(0);
    if (!r.wanted(matrix)) return;
    Expr v = eigenvector(matrix);
    Product p(r);
    LabelId i = p.fresh(matrix.shape()[0]), j = p.fresh(matrix.shape()[0]);
    p.times(v, {i});
    p.times(v, {j});
    r.accumulate(matrix, p.finish(r.node.context(), {i, j}));
}

/// dv = P dS v with P = (λ I − S)^+ and S the symmetric part.
void of_eigenvector(const Request& r) {
    Expr matrix = r.node.child(0);
    if (!r.wanted(matrix)) return;
    Product p(r);
    LabelId i = p.fresh(matrix.shape()[0]), j = p.fresh(matrix.shape()[0]);
    p.times(shifted_pinv(matrix), {p.own[0], i});
    p.times(r.node, {j});
    accumulate_symmetric(r, matrix, {{1, p}}, i, j);
}

/// dP = P dS P − P^2 (v^T dS v) − P^2 dS v v^T − v v^T dS P^2 (Golub & Pereyra, for a simple λ).
void of_shifted_pinv(const Request& r) {
    Expr matrix = r.node.child(0);
    if (!r.wanted(matrix)) return;
    Dim n = matrix.shape()[0];
    Expr pinv = r.node, v = eigenvector(matrix);
    Product start(r);
    LabelId i = start.fresh(n), j = start.fresh(n);
    LabelId a = start.own[0], b = start.own[1];
    Product both = start;
    both.times(pinv, {a, i});
    both.times(pinv, {j, b});
    // P_ak P_kx at two places of the labels.
    auto squared = [&](Product& p, LabelId from, LabelId to) {
        LabelId k = p.fresh(n);
        p.times(pinv, {from, k});
        p.times(pinv, {k, to});
    };
    Product value = start, left = start, right = start;
    squared(value, a, b);
    for (LabelId l : {i, j}) value.times(v, {l});
    squared(left, a, i);
    for (LabelId l : {j, b}) left.times(v, {l});
    squared(right, j, b);
    for (LabelId l : {a, i}) right.times(v, {l});
    accumulate_symmetric(r, matrix, {{1, both}, {-1, value}, {-1, left}, {-1, right}}, i, j);
}

/// E^T for each entry of the batch.
Expr turned_direction(Expr e) {
    std::vector<std::uint8_t> axes{1, 0};
    for (std::size_t k = 2; k < e.rank(); ++k) axes.push_back(static_cast<std::uint8_t>(k));
    return permute(e, axes);
}

/// The adjoint of E ↦ D exp(A)[…, E, …] is Ȳ ↦ D exp(A^T)[…, Ȳ, …] with the other directions
/// transposed. Each direction's batch axes occur in Ȳ too; they are tied and summed.
Expr expm_adjoint(const Request& r, const std::vector<Expr>& others, const Labels& own_batch) {
    Expr matrix = r.node.child(0);
    std::size_t rank = r.adjoint.rank(), outer = r.batch;
    // Ȳ with its matrix axes first, then the outer batch, then the node's batch axes.
    std::vector<std::uint8_t> axes{static_cast<std::uint8_t>(outer),
                                   static_cast<std::uint8_t>(outer + 1)};
    for (std::size_t k = 0; k < rank; ++k)
        if (k != outer && k != outer + 1) axes.push_back(static_cast<std::uint8_t>(k));
    std::vector<Expr> directions{permute(r.adjoint, axes)};
    for (Expr e : others) directions.push_back(turned_direction(e));
    Expr value = expm(transpose(matrix), directions);
    // Labels: 0, 1 the matrix; then the outer batch; then the node's own batch axes.
    EinsumData data{{}, {}, {}};
    Labels labels;
    for (LabelId l = 0; l < rank; ++l) {
        labels.push_back(l);
        data.dims.push_back(directions[0].shape()[l]);
    }
    auto first = static_cast<LabelId>(2 + outer);
    for (LabelId l : own_batch) labels.push_back(static_cast<LabelId>(first + l));
    data.factors.push_back(Factor{value, 1, labels});
    for (std::size_t k = 0; k < outer; ++k) data.output.push_back(static_cast<LabelId>(2 + k));
    data.output.push_back(0);
    data.output.push_back(1);
    // Batch axes that no other direction carries are those of the wanted direction.
    for (LabelId l = first; l < rank; ++l)
        if (std::count(labels.begin(), labels.end(), l) == 1) data.output.push_back(l);
    return einsum(r.node.context(), std::move(data));
}

void of_expm(const Request& r) {
    Labels all;
    std::vector<Labels> batch_of;  // numbers of the node's batch axes
    std::vector<Expr> directions;
    for (int k = 1; k < r.node.child_count(); ++k) {
        directions.push_back(r.node.child(k));
        batch_of.emplace_back();
        for (std::size_t axis = 2; axis < directions.back().rank(); ++axis) {
            batch_of.back().push_back(static_cast<LabelId>(all.size()));
            all.push_back(static_cast<LabelId>(all.size()));
        }
    }
    if (r.wanted(r.node.child(0))) r.accumulate(r.node.child(0), expm_adjoint(r, directions, all));
    for (std::size_t k = 0; k < directions.size(); ++k) {
        if (!r.wanted(directions[k])) continue;
        std::vector<Expr> others = directions;
        others.erase(others.begin() + static_cast<std::ptrdiff_t>(k));
        Labels tied;
        for (std::size_t m = 0; m < directions.size(); ++m)
            if (m != k) tied.insert(tied.end(), batch_of[m].begin(), batch_of[m].end());
        r.accumulate(directions[k], expm_adjoint(r, others, tied));
    }
}

/// −Z (X B)^T or −(A X)^T Z, summed over the batch that X and Z share. Z has the axes of X, then
/// the outer batch; X is multiplied by `beside` on its right for the matrix on its left.
Expr sylvester_matrix_adjoint(const Request& r, Expr z, Expr beside, bool on_left) {
    const Shape& shape = r.node.shape();
    EinsumData data;
    const auto label = [&](Dim d) {
        data.dims.push_back(d);
        return static_cast<LabelId>(data.dims.size() - 1);
    };
    const Dim n = shape[0], k = shape[1];
    const LabelId i = label(on_left ? n : k), j = label(on_left ? n : k);
    Labels zs, xs, bs;
    if (on_left) {
        const LabelId l = label(k), q = label(k);
        zs = {i, l};
        xs = {j, q};
        bs = {q, l};
    } else {
        const LabelId l = label(n), p = label(n);
        zs = {l, j};
        xs = {p, i};
        bs = {l, p};
    }
    for (std::size_t axis = 2; axis < shape.size(); ++axis) {
        zs.push_back(label(shape[axis]));
        xs.push_back(zs.back());
    }
    for (std::size_t b = 0; b < r.batch; ++b) {
        zs.push_back(label(r.adjoint.shape()[b]));
        data.output.push_back(zs.back());
    }
    data.output.push_back(i);
    data.output.push_back(j);
    data.factors = {Factor{z, 1, zs}, Factor{r.node, 1, xs}, Factor{beside, 1, bs}};
    return negate(einsum(r.node.context(), std::move(data)));
}

/// A^T Z B^T + C^T Z D^T = X̄ gives Ē = Z, Ā = −Z (X B)^T, B̄ = −(A X)^T Z and so on.
void of_sylvester(const Request& r) {
    const auto at = [&](int k) { return r.node.child(k); };
    // The outer batch behind the node's axes.
    std::vector<std::uint8_t> axes, back;
    const std::size_t rank = r.adjoint.rank(), own = rank - r.batch;
    for (std::size_t k = r.batch; k < rank; ++k) axes.push_back(static_cast<std::uint8_t>(k));
    for (std::size_t k = 0; k < r.batch; ++k) {
        axes.push_back(static_cast<std::uint8_t>(k));
        back.push_back(static_cast<std::uint8_t>(own + k));
    }
    for (std::size_t k = 0; k < own; ++k) back.push_back(static_cast<std::uint8_t>(k));
    const Expr z = sylvester(transpose(at(0)), transpose(at(1)), transpose(at(2)), transpose(at(3)),
                             permute(r.adjoint, axes));
    if (r.wanted(at(4))) r.accumulate(at(4), permute(z, back));
    for (int k = 0; k < 4; ++k) {
        if (!r.wanted(at(k))) continue;
        const bool on_left = k % 2 == 0;
        r.accumulate(at(k), sylvester_matrix_adjoint(r, z, at(on_left ? k + 1 : k - 1), on_left));
    }
}

// In the order of enum Op.
constexpr std::array adjoints{
    nothing,      // constant
    nothing,      // pi
    nothing,      // dim_value
    nothing,      // symbol
    nothing,      // identity
    of_sum,       // sum
    of_einsum,    // einsum
    of_map,       // map
    of_reduce,    // reduce
    of_inverse,   // inverse
    of_det,       // det
    of_adjugate,  // adjugate
    unexpected,   // derivative
    nothing,      // selection
    nothing,      // iota
    of_reshape,   // reshape
    nothing,      // trimask
    of_chol,     of_eigenvalue, of_eigenvector, of_shifted_pinv, of_expm, of_sylvester,
};
static_assert(adjoints.size() == op_count, "one rule for each Op, in its order");

}  // namespace

void propagate_adjoint(Expr node, Expr adjoint, std::size_t batch_rank,
                       const std::function<bool(Expr)>& wanted, const Accumulate& accumulate) {
    adjoints[static_cast<std::size_t>(node.op())](
        Request{node, adjoint, batch_rank, wanted, accumulate});
}

}  // namespace nabla::passes
