// The words of matrix notation, each a few labels of an Einsum; and the matrix functions.
#include <algorithm>
#include <numeric>

#include "ir/einsum.hpp"
#include "nabla/error.hpp"

namespace nabla::ir {
namespace {

void require(bool holds, const char* what) {
    if (!holds) throw InternalError(what);
}

Expr matrix_node(Op op, Expr matrix, Shape shape) {
    Node node{};
    node.op = op;
    node.shape = std::move(shape);
    node.data = MatrixData{{matrix}};
    return matrix.context().intern(std::move(node));
}

void require_square(Expr m, const char* what) {
    require(m.rank() == 2 && m.shape()[0] == m.shape()[1], what);
}

/// c·A with one term: c and A.
std::optional<Term> scaled_matrix(Expr m) {
    if (m.op() == Op::sum && m.sum().terms.size() == 1) return m.sum().terms[0];
    return std::nullopt;
}

/// A product of square matrices in a chain, read off an Einsum with exponents 1: the factors from
/// left to right (transposed where the chain walks against their labels); scalars apart.
struct SquareChain {
    Expr scalar;
    std::vector<Expr> factors;
};

std::optional<SquareChain> match_square_chain(Expr m) {
    if (m.op() != Op::einsum) return std::nullopt;
    const EinsumData& data = m.einsum();
    SquareChain chain{constant(m.context(), 1), {}};
    std::vector<Factor> rest;
    for (const Factor& f : data.factors) {
        if (f.labels.empty()) {
            chain.scalar = multiply(chain.scalar, power(f.base, f.exponent));
            continue;
        }
        bool matrix =
            f.labels.size() == 2 && f.labels[0] != f.labels[1] && f.exponent == Rational(1);
        if (!matrix || f.base.shape()[0] != f.base.shape()[1]) return std::nullopt;
        rest.push_back(f);
    }
    LabelId at = data.output[0];
    while (!rest.empty()) {
        auto next = std::find_if(rest.begin(), rest.end(), [&](const Factor& f) {
            return f.labels[0] == at || f.labels[1] == at;
        });
        if (next == rest.end()) return std::nullopt;
        bool forward = next->labels[0] == at;
        at = next->labels[forward ? 1 : 0];
        chain.factors.push_back(forward ? next->base : transpose(next->base));
        rest.erase(next);
        // A label met by a third factor is not a chain (a diagonal scaling, a Hadamard product).
        int meets = 0;
        for (const Factor& f : rest) meets += f.labels[0] == at || f.labels[1] == at;
        if (meets > 1 || (at == data.output[1] && !rest.empty())) return std::nullopt;
    }
    if (at != data.output[1] || chain.factors.empty()) return std::nullopt;
    bool trivial = chain.factors.size() == 1 && is_one(chain.scalar);
    return trivial ? std::nullopt : std::optional(chain);
}

/// diag(v), an Einsum δ_01 v_0: v. Canonical products carry label 1 in the identity alone.
std::optional<Expr> match_diagonal(Expr m) {
    if (m.op() != Op::einsum) return std::nullopt;
    EinsumData data = m.einsum();
    auto delta = std::find_if(data.factors.begin(), data.factors.end(),
                              [](const Factor& f) { return f.base.op() == Op::identity; });
    if (delta == data.factors.end()) return std::nullopt;
    data.factors.erase(delta);
    for (Factor& f : data.factors)
        for (LabelId& l : f.labels) {
            if (l == 1) return std::nullopt;
            if (l > 1) --l;
        }
    data.output = {0};
    data.dims.erase(data.dims.begin() + 1);
    return einsum(m.context(), std::move(data));
}

}  // namespace

Expr matmul(Expr a, Expr b) {
    if (a.is_scalar() || b.is_scalar()) return multiply(a, b);
    EinsumData data;
    Factor f{a, 1, {}}, g{b, 1, {}};
    for (Dim d : a.shape()) {
        f.labels.push_back(static_cast<LabelId>(data.dims.size()));
        data.dims.push_back(d);
    }
    g.labels.push_back(f.labels.back());
    for (std::size_t i = 1; i < b.rank(); ++i) {
        g.labels.push_back(static_cast<LabelId>(data.dims.size()));
        data.dims.push_back(b.shape()[i]);
    }
    data.output.assign(f.labels.begin(), f.labels.end() - 1);
    data.output.insert(data.output.end(), g.labels.begin() + 1, g.labels.end());
    data.factors = {f, g};
    return einsum(a.context(), std::move(data));
}

Expr permute(Expr a, const std::vector<std::uint8_t>& axes) {
    EinsumData data{{Factor{a, 1, {}}}, {}, a.shape()};
    for (LabelId l = 0; l < a.rank(); ++l) data.factors[0].labels.push_back(l);
    for (auto axis : axes) data.output.push_back(axis);
    return einsum(a.context(), std::move(data));
}

Expr transpose(Expr a) {
    if (a.rank() < 2) return a;
    require(a.rank() == 2, "transpose: of a matrix");
    return permute(a, {1, 0});
}

Expr trace(Expr m) {
    require_square(m, "trace: of a square matrix");
    return einsum(m.context(), EinsumData{{Factor{m, 1, {0, 0}}}, {}, {m.shape()[0]}});
}

Expr inner(Expr a, Expr b) { return sum_entries(multiply(a, b)); }

Expr contract_last(Expr a, Expr b) {
    EinsumData data{{Factor{a, 1, {}}, Factor{b, 1, {}}}, {}, a.shape()};
    const std::size_t kept = a.rank() - b.rank();
    for (LabelId l = 0; l < a.rank(); ++l) {
        data.factors[0].labels.push_back(l);
        if (l < kept)
            data.output.push_back(l);
        else
            data.factors[1].labels.push_back(l);
    }
    return einsum(a.context(), std::move(data));
}

Expr outer(Expr a, Expr b) {
    EinsumData data{{Factor{a, 1, {}}, Factor{b, 1, {}}}, {}, a.shape()};
    data.dims.insert(data.dims.end(), b.shape().begin(), b.shape().end());
    for (LabelId l = 0; l < data.dims.size(); ++l) {
        data.factors[l < a.rank() ? 0 : 1].labels.push_back(l);
        data.output.push_back(l);
    }
    return einsum(a.context(), std::move(data));
}

Expr diagonal(Expr a) {
    if (a.rank() == 2) {
        require_square(a, "diagonal: of a square matrix");
        return einsum(a.context(), EinsumData{{Factor{a, 1, {0, 0}}}, {0}, {a.shape()[0]}});
    }
    require(a.rank() == 1, "diagonal: of a vector or a matrix");
    Dim n = a.shape()[0];
    return einsum(a.context(),
                  EinsumData{{Factor{a, 1, {0}}, Factor{identity(n), 1, {0, 1}}}, {0, 1}, {n, n}});
}

Expr sum_entries(Expr a) {
    std::vector<std::uint8_t> axes(a.rank());
    std::iota(axes.begin(), axes.end(), std::uint8_t{0});
    return sum_axes(a, axes);
}

Expr sum_axes(Expr a, const std::vector<std::uint8_t>& axes) {
    EinsumData data{{Factor{a, 1, {}}}, {}, a.shape()};
    for (LabelId l = 0; l < a.rank(); ++l) {
        data.factors[0].labels.push_back(l);
        if (std::find(axes.begin(), axes.end(), l) == axes.end()) data.output.push_back(l);
    }
    return einsum(a.context(), std::move(data));
}

Expr matrix_power(Expr m, std::int64_t k) {
    require_square(m, "matrix_power: of a square matrix");
    if (k < 0) return matrix_power(inverse(m), -k);
    Expr result = identity(m.shape()[0]);
    // Repeated squaring: beyond max_factors the squares stay shared nodes.
    for (Expr square = m; k > 0; k >>= 1) {
        if (k & 1) result = matmul(result, square);
        if (k > 1) square = matmul(square, square);
    }
    return result;
}

Expr inverse(Expr m) {
    require_square(m, "inverse: of a square matrix");
    if (m.op() == Op::identity) return m;
    if (m.op() == Op::inverse) return m.child(0);
    if (auto t = scaled_matrix(m)) return scale(Number(1) / t->coefficient, inverse(t->expr));
    if (match_permutation(m)) return transpose(inverse(transpose(m)));
    if (auto v = match_diagonal(m)) return diagonal(power(*v, Rational(-1)));
    if (auto chain = match_square_chain(m)) {
        Expr result = power(chain->scalar, Rational(-1));
        Expr product = inverse(chain->factors.back());
        for (std::size_t i = chain->factors.size() - 1; i-- > 0;)
            product = matmul(product, inverse(chain->factors[i]));
        return multiply(result, product);
    }
    if (prefers_transpose(m)) return transpose(inverse(transpose(m)));
    return matrix_node(Op::inverse, m, m.shape());
}

Expr det(Expr m) {
    require_square(m, "det: of a square matrix");
    Context& context = m.context();
    Expr n = dim_value(m.shape()[0]);
    if (m.op() == Op::identity) return constant(context, 1);
    // det exp(A) = exp(tr A), without a factorisation.
    if (m.op() == Op::expm && m.child_count() == 1) return map(Fn::exp, trace(m.child(0)));
    if (m.op() == Op::inverse) return power(det(m.child(0)), Rational(-1));
    if (auto t = scaled_matrix(m))
        return multiply(power(constant(context, t->coefficient), n), det(t->expr));
    if (match_permutation(m)) return det(transpose(m));
    if (auto chain = match_square_chain(m)) {
        Expr result = power(chain->scalar, n);
        for (Expr f : chain->factors) result = multiply(result, det(f));
        return result;
    }
    if (prefers_transpose(m)) return det(transpose(m));
    return matrix_node(Op::det, m, {});
}

Expr adjugate(Expr m) {
    require_square(m, "adjugate: of a square matrix");
    if (m.op() == Op::identity) return m;
    if (match_permutation(m) || prefers_transpose(m)) return transpose(adjugate(transpose(m)));
    return matrix_node(Op::adjugate, m, m.shape());
}

// --- softmax ------------------------------------------------------------------------------------

Expr log_softmax(Expr z, const std::vector<std::uint8_t>& axes) {
    Expr lse = reduce(ReduceKind::logsumexp, z, axes);
    // Spread the reduced value back over the axes that it lost.
    EinsumData data{{Factor{lse, 1, {}}}, {}, z.shape()};
    for (LabelId l = 0; l < z.rank(); ++l) {
        data.output.push_back(l);
        if (std::find(axes.begin(), axes.end(), l) == axes.end())
            data.factors[0].labels.push_back(l);
    }
    return subtract(z, einsum(z.context(), std::move(data)));
}

Expr softmax(Expr z, const std::vector<std::uint8_t>& axes) {
    return map(Fn::exp, log_softmax(z, axes));
}

std::optional<SoftmaxMatch> match_log_softmax(Expr e) {
    if (e.op() != Op::sum) return std::nullopt;
    for (const Term& t : e.sum().terms) {
        if (!t.coefficient.is_minus_one()) continue;
        Expr lse = t.expr;
        if (lse.op() == Op::einsum && lse.einsum().factors.size() == 1)
            lse = lse.einsum().factors[0].base;
        if (lse.op() != Op::reduce || lse.reduce().kind != ReduceKind::logsumexp) continue;
        Expr z = lse.child(0);
        std::vector<std::uint8_t> axes = lse.reduce().axes;
        if (z.shape() == e.shape() && log_softmax(z, axes) == e) return SoftmaxMatch{z, axes};
        // The reduction may stand for that of z^T along the other axis.
        if (z.rank() != 2) continue;
        z = transpose(z);
        for (auto& axis : axes) axis = 1 - axis;
        if (z.shape() == e.shape() && log_softmax(z, axes) == e) return SoftmaxMatch{z, axes};
    }
    return std::nullopt;
}

std::optional<SoftmaxMatch> match_softmax(Expr e) {
    if (e.op() != Op::map || e.map().function != Fn::exp) return std::nullopt;
    return match_log_softmax(e.child(0));
}

}  // namespace nabla::ir
