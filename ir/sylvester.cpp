// Sylvester's equation A X B + C X D = E in canonical form. What is no more than two inverses
// becomes them: equal matrices on one side of X, a term that is zero.
#include <algorithm>
#include <cmath>
#include <utility>

#include "ir/dense.hpp"
#include "ir/einsum.hpp"
#include "ir/traverse.hpp"
#include "nabla/error.hpp"

namespace nabla::ir {
namespace {

/// left · X · right.
struct Pair {
    Expr left, right;
};

/// s where `e` is s I; null if it is not.
Expr multiple_of_identity(Expr e) {
    Context& context = e.context();
    if (e.op() == Op::identity) return constant(context, 1);
    if (e.op() == Op::sum && e.sum().terms.size() == 1) {
        const Term& term = e.sum().terms[0];
        Expr rest = multiple_of_identity(term.expr);
        return rest ? scale(term.coefficient, rest) : Expr();
    }
    if (e.op() != Op::einsum) return {};
    Expr scalar = constant(context, 1);
    int identities = 0;
    for (const Factor& f : e.einsum().factors) {
        if (f.base.op() == Op::identity && f.exponent == Rational(1)) {
            ++identities;
        } else if (f.labels.empty()) {
            scalar = multiply(scalar, power(f.base, f.exponent));
        } else {
            return {};
        }
    }
    return identities == 1 ? scalar : Expr();
}

/// Numbers go to the other side of X, so that an identity stands there where one can.
Pair normal(Pair p) {
    if (p.right.op() == Op::identity) return p;
    if (Expr s = multiple_of_identity(p.right))
        return {multiply(s, p.left), identity(p.right.shape()[0])};
    if (Expr s = multiple_of_identity(p.left))
        return {identity(p.left.shape()[0]), multiply(s, p.right)};
    return p;
}

/// left^-1 E right^-1 for each entry of the batch.
Expr between_inverses(Expr left, Expr e, Expr right) {
    EinsumData data{{}, {}, {left.shape()[0], right.shape()[0], left.shape()[0], right.shape()[0]}};
    Labels labels{2, 3};
    data.output = {0, 1};
    for (std::size_t axis = 2; axis < e.rank(); ++axis) {
        auto label = static_cast<LabelId>(data.dims.size());
        data.dims.push_back(e.shape()[axis]);
        labels.push_back(label);
        data.output.push_back(label);
    }
    data.factors = {Factor{inverse(left), 1, {0, 2}}, Factor{e, 1, labels},
                    Factor{inverse(right), 1, {3, 1}}};
    return einsum(e.context(), std::move(data));
}

bool vanishes(const Pair& p) { return is_zero(p.left) || is_zero(p.right); }

/// Of two terms with an identity the one that has it on the right comes first, of others the one
/// without; else the order is that of structure.
bool comes_first(const Pair& p, const Pair& q) {
    const auto identities = [](const Pair& pair) {
        return (pair.right.op() == Op::identity ? 1 : 0) + (pair.left.op() == Op::identity ? 1 : 0);
    };
    const bool p_plain = p.right.op() == Op::identity;
    const bool q_plain = q.right.op() == Op::identity;
    if (identities(p) != identities(q)) return identities(p) < identities(q);
    if (p_plain != q_plain) return p_plain;
    const int left = compare(p.left, q.left);
    return left != 0 ? left < 0 : compare(p.right, q.right) < 0;
}

void require_shapes(const Pair& p, Expr e) {
    const bool fits = p.left.rank() == 2 && p.right.rank() == 2 && e.rank() >= 2 &&
                      p.left.shape()[0] == e.shape()[0] && p.left.shape()[1] == e.shape()[0] &&
                      p.right.shape()[0] == e.shape()[1] && p.right.shape()[1] == e.shape()[1];
    if (!fits) throw InternalError("sylvester: square matrices that fit the right side");
}

}  // namespace

Expr sylvester(Expr left, Expr first_right, Expr second_left, Expr right, Expr e) {
    Pair first{left, first_right}, second{second_left, right};
    require_shapes(first, e);
    require_shapes(second, e);
    Context& context = e.context();
    if (is_zero(e)) return zeros(context, e.shape());
    if (e.op() == Op::sum && e.sum().terms.size() == 1) {
        const Term& term = e.sum().terms[0];
        return scale(term.coefficient, sylvester(left, first_right, second_left, right, term.expr));
    }
    if (vanishes(second)) return between_inverses(first.left, e, first.right);
    if (vanishes(first)) return between_inverses(second.left, e, second.right);
    first = normal(first);
    second = normal(second);
    if (first.right == second.right)
        return between_inverses(add(first.left, second.left), e, first.right);
    if (first.left == second.left)
        return between_inverses(first.left, e, add(first.right, second.right));
    if (comes_first(second, first)) std::swap(first, second);
    Node node{};
    node.op = Op::sylvester;
    node.shape = e.shape();
    node.data = MatrixData{{first.left, first.right, second.left, second.right, e}};
    return context.intern(std::move(node));
}

Expr sylvester(Expr a, Expr b, Expr c) {
    return sylvester(a, identity(c.shape()[1]), identity(c.shape()[0]), b, c);
}

Expr without_sylvester(Expr root) {
    return rewrite_dag(root, [](Expr node) {
        if (node.op() != Op::sylvester) return node;
        // By rows, the entries of A X B are (A ⊗ B^T) times those of X.
        const Expr matrix = add(kronecker(node.child(0), transpose(node.child(1))),
                                kronecker(node.child(2), transpose(node.child(3))));
        Shape shape{matrix.shape()[0]};
        if (node.rank() > 2) {
            Dim batch = node.shape()[2];
            for (std::size_t axis = 3; axis < node.rank(); ++axis)
                batch = batch * node.shape()[axis];
            shape.push_back(batch);
        }
        return reshape(matmul(inverse(matrix), reshape(node.child(4), shape)), node.shape());
    });
}

namespace {

/// Gauss–Jordan with row exchanges on [matrix | right], both row-major; false if singular.
bool solve_in_place(std::vector<double>& matrix, std::vector<double>& right, std::size_t size,
                    std::size_t columns) {
    for (std::size_t k = 0; k < size; ++k) {
        std::size_t best = k;
        for (std::size_t i = k + 1; i < size; ++i)
            if (std::abs(matrix[i * size + k]) > std::abs(matrix[best * size + k])) best = i;
        if (matrix[best * size + k] == 0) return false;
        for (std::size_t j = 0; j < size; ++j)
            std::swap(matrix[k * size + j], matrix[best * size + j]);
        for (std::size_t j = 0; j < columns; ++j)
            std::swap(right[k * columns + j], right[best * columns + j]);
        for (std::size_t i = 0; i < size; ++i) {
            if (i == k) continue;
            double factor = matrix[i * size + k] / matrix[k * size + k];
            for (std::size_t j = k; j < size; ++j)
                matrix[i * size + j] -= factor * matrix[k * size + j];
            for (std::size_t j = 0; j < columns; ++j)
                right[i * columns + j] -= factor * right[k * columns + j];
        }
    }
    for (std::size_t k = 0; k < size; ++k)
        for (std::size_t j = 0; j < columns; ++j) right[k * columns + j] /= matrix[k * size + k];
    return true;
}

}  // namespace

Tensor dense_sylvester(const Tensor& a, const Tensor& b, const Tensor& c, const Tensor& d,
                       const Tensor& e) {
    auto n = static_cast<std::size_t>(e.shape[0]), k = static_cast<std::size_t>(e.shape[1]);
    std::size_t size = n * k;
    Tensor result = e;
    if (e.data.empty()) return result;
    std::vector<double> matrix(size * size, 0.0);
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < k; ++j)
            for (std::size_t p = 0; p < n; ++p)
                for (std::size_t q = 0; q < k; ++q)
                    matrix[(i * k + j) * size + p * k + q] = a.data[i * n + p] * b.data[q * k + j] +
                                                             c.data[i * n + p] * d.data[q * k + j];
    if (!solve_in_place(matrix, result.data, size, e.data.size() / size))
        std::fill(result.data.begin(), result.data.end(), std::nan(""));
    return result;
}

}  // namespace nabla::ir
