// Matrix functions of the symmetric part, and the matrix exponential, in canonical form.
#include <algorithm>

#include "ir/einsum.hpp"
#include "nabla/error.hpp"

namespace nabla::ir {
namespace {

Expr node_of(Op op, std::vector<Expr> arguments, Shape shape) {
    Node node{};
    node.op = op;
    node.shape = std::move(shape);
    Context& context = arguments[0].context();
    node.data = MatrixData{std::move(arguments)};
    return context.intern(std::move(node));
}

void require_square(Expr m, const char* what) {
    if (m.rank() != 2 || m.shape()[0] != m.shape()[1]) throw InternalError(what);
}

/// M or M^T, whose symmetric part is the same: the one that stands for both.
Expr either_way(Expr m) { return match_permutation(m) || prefers_transpose(m) ? transpose(m) : m; }

/// The first two axes exchanged.
Expr turned(Expr e) {
    std::vector<std::uint8_t> axes;
    for (std::size_t i = 0; i < e.rank(); ++i) axes.push_back(static_cast<std::uint8_t>(i));
    std::swap(axes[0], axes[1]);
    return permute(e, axes);
}

}  // namespace

Expr chol(Expr m) {
    require_square(m, "chol: of a square matrix");
    if (m.op() == Op::identity) return m;
    return node_of(Op::chol, {either_way(m)}, m.shape());
}

Expr eigenvalue(Expr m) {
    require_square(m, "eigenvalue: of a square matrix");
    if (m.op() == Op::identity) return constant(m.context(), 1);
    return node_of(Op::eigenvalue, {either_way(m)}, {});
}

Expr eigenvector(Expr m) {
    require_square(m, "eigenvector: of a square matrix");
    return node_of(Op::eigenvector, {either_way(m)}, {m.shape()[0]});
}

Expr shifted_pinv(Expr m) {
    require_square(m, "shifted_pinv: of a square matrix");
    return node_of(Op::shifted_pinv, {either_way(m)}, m.shape());
}

Expr expm(Expr m, std::vector<Expr> directions) {
    require_square(m, "expm: of a square matrix");
    Context& context = m.context();
    Shape shape = m.shape();
    for (Expr e : directions) {
        if (e.rank() < 2 || e.shape()[0] != shape[0] || e.shape()[1] != shape[1])
            throw InternalError("expm: a direction of another shape");
        shape.insert(shape.end(), e.shape().begin() + 2, e.shape().end());
    }
    // exp(A^T) is exp(A)^T, and along E^T likewise.
    if (match_permutation(m) || prefers_transpose(m)) {
        for (Expr& e : directions) e = turned(e);
        return turned(expm(transpose(m), std::move(directions)));
    }
    if (directions.empty() && is_zero(m)) return identity(shape[0]);
    for (std::size_t k = 0; k < directions.size(); ++k) {
        Expr e = directions[k];
        if (is_zero(e)) return zeros(context, shape);
        std::vector<Expr> rest = directions;
        if (e.op() == Op::sum && e.sum().terms.size() == 1) {
            rest[k] = e.sum().terms[0].expr;
            return scale(e.sum().terms[0].coefficient, expm(m, std::move(rest)));
        }
        // I commutes with everything: d/dt exp(A + t I) = exp(A).
        if (e.op() == Op::identity) {
            rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(k));
            return expm(m, std::move(rest));
        }
    }
    bool plain =
        std::all_of(directions.begin(), directions.end(), [](Expr e) { return e.rank() == 2; });
    if (plain)
        std::sort(directions.begin(), directions.end(),
                  [](Expr a, Expr b) { return compare(a, b) < 0; });
    std::vector<Expr> arguments{m};
    arguments.insert(arguments.end(), directions.begin(), directions.end());
    return node_of(Op::expm, std::move(arguments), std::move(shape));
}

}  // namespace nabla::ir
