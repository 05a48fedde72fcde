// Smart constructors: the only way to make nodes. Each checks its shapes (a misfit is a bug of the
// caller, InternalError: the frontend has already explained it to the user) and returns the
// canonical node, which may be simpler than what was asked for.
//
// The first group makes the node kinds; the second speaks in matrix words and lands in Einsum.
#pragma once

#include <initializer_list>
#include <vector>

#include "ir/context.hpp"
#include "ir/expr.hpp"

namespace nabla::ir {

// --- node kinds -------------------------------------------------------------------------------

Expr constant(Context&, Number value);
Expr pi(Context&);
/// The dimension as a scalar: a Constant, the node of a name, or a Sum of their products.
Expr dim_value(Dim dim);
Expr identity(Dim n);
/// The rows×columns matrix with ones at (j + offset, j): see SelectionData. The identity where it
/// is square. The caller has checked 0 <= offset and columns + offset <= rows.
Expr selection(Dim rows, Dim columns, Dim offset);
/// 1, 2, …, n.
Expr iota(Dim n);
/// The same entries in row-major order, under another shape of as many.
Expr reshape(Expr e, Shape shape);
/// The same entries in column-major order (the first axis runs fastest), as MATLAB's reshape.
/// InternalError unless there are as many.
Expr reshape_by_columns(Expr e, const Shape& shape);
Expr zeros(Context&, Shape shape);
Expr ones(Context&, Shape shape);
/// Beyond this many terms a Sum stays one term of the Sums that it occurs in: in a residual network
/// every layer is the one before plus something, and flat sums would grow with the square of depth.
inline constexpr std::size_t max_flat_terms = 48;
/// Σ coefficient·expr; all of `shape`.
Expr sum(Context&, std::vector<Term> terms, Shape shape);
/// Canonical Einsum (see einsum.hpp); scalars, constants, single factors collapse.
Expr einsum(Context&, EinsumData data);
/// Arguments: all non-scalar ones of one shape. Scalars are kept as they are.
Expr map(Fn function, std::vector<Expr> arguments);
inline Expr map(Fn function, Expr argument) { return map(function, std::vector<Expr>{argument}); }
/// 1 − c for an indicator c of comparisons, as an indicator again.
Expr complement(Expr indicator);
Expr reduce(ReduceKind kind, Expr argument, std::vector<std::uint8_t> axes);
Expr inverse(Expr matrix);
Expr det(Expr matrix);
Expr adjugate(Expr matrix);
/// n×n: 1 where the row is at least the column, else 0; a Hadamard factor that keeps a triangle.
Expr trimask(Dim n);
/// These act on the symmetric part (A + A^T)/2.
Expr chol(Expr matrix);
Expr eigenvalue(Expr matrix);
Expr eigenvector(Expr matrix);
Expr shifted_pinv(Expr matrix);
/// exp(A), or its derivative along E_1, …, E_k (multilinear and symmetric in them). A direction may
/// have batch axes after its two: [n, n, b_1…], and the result is [n, n, batch of E_1, of E_2, …].
Expr expm(Expr matrix, std::vector<Expr> directions = {});
/// Shape: gradient: the symbol's; jacobian: axes of the expression then the symbol's; hessian: the
/// first symbol's axes then the second's (the same one if only one is given); directional: the
/// expression's; vjp, hvp: the symbol's.
Expr derivative(DerivativeMode mode, Expr expr, std::vector<Expr> symbols, Expr direction = {});

// --- arithmetic, entry by entry ----------------------------------------------------------------

/// a + b, a − b: equal shapes, or one a scalar, which is broadcast.
Expr add(Expr a, Expr b);
Expr subtract(Expr a, Expr b);
Expr negate(Expr a);
Expr scale(Number factor, Expr a);
/// a .* b: equal shapes, or one a scalar.
Expr multiply(Expr a, Expr b);
/// a ./ b: equal shapes, or one a scalar.
Expr divide(Expr a, Expr b);
/// a.^p for a constant exponent; sqrt is power(a, {1, 2}).
Expr power(Expr a, Rational exponent);
/// a.^b for any exponent expression (a Map `pow` unless b is an exact constant).
Expr power(Expr a, Expr exponent);
/// Broadcasts a scalar to a shape; a tensor must have the shape already.
Expr broadcast(Expr a, const Shape& shape);

// --- parts -------------------------------------------------------------------------------------

/// What an axis is taken at: all of it; `size` entries after `offset`; one entry after `offset`
/// (the axis goes); or the entry that the one-hot vector `one_hot` marks, counted after `offset`.
struct AxisPart {
    enum class Kind : std::uint8_t { all, range, entry, marked };
    Kind kind = Kind::all;
    Dim offset = {};
    Dim size = {};
    Expr one_hot = {};
};
/// e[part, part, …], one part an axis.
Expr take(Expr e, const std::vector<AxisPart>& parts);
/// An array of `shape` that holds `e` (of the same rank) after `offsets`, and zeros around it.
Expr place(Expr e, const std::vector<Dim>& offsets, const Shape& shape);
/// Kronecker product of two matrices, or of two vectors.
Expr kronecker(Expr a, Expr b);
/// The columns of a matrix below one another.
Expr vec(Expr matrix);

// --- matrix words -------------------------------------------------------------------------------

/// The product over the last axis of `a` and the first of `b`: matrix·matrix, matrix·vector,
/// vector·matrix (a row), vector·vector (the inner product); a scalar factor scales.
Expr matmul(Expr a, Expr b);
/// Swaps the axes of a matrix; a vector or scalar is returned as it is.
Expr transpose(Expr a);
/// axes[k] is the axis of `a` that becomes axis k.
Expr permute(Expr a, const std::vector<std::uint8_t>& axes);
Expr trace(Expr matrix);
/// Σ over all entries of a .* b.
Expr inner(Expr a, Expr b);
/// Σ over the last axes of `a` and all of `b`, which are as many.
Expr contract_last(Expr a, Expr b);
/// Axes of `a`, then axes of `b`.
Expr outer(Expr a, Expr b);
/// Vector → diagonal matrix; matrix → vector of its diagonal.
Expr diagonal(Expr a);
/// Sum over all entries, or over the given axes.
Expr sum_entries(Expr a);
Expr sum_axes(Expr a, const std::vector<std::uint8_t>& axes);
/// Matrix power for an integer k (negative: of the inverse), by repeated squaring for large k.
Expr matrix_power(Expr matrix, std::int64_t k);
/// exp(z − logsumexp(z)) along `axes`: the one form of softmax; log_softmax is its argument.
Expr softmax(Expr z, const std::vector<std::uint8_t>& axes);
Expr log_softmax(Expr z, const std::vector<std::uint8_t>& axes);
/// If `e` is softmax(z) along axes in the form above: z (and the axes).
struct SoftmaxMatch {
    Expr argument;
    std::vector<std::uint8_t> axes;
};
std::optional<SoftmaxMatch> match_softmax(Expr e);
std::optional<SoftmaxMatch> match_log_softmax(Expr e);

inline Expr operator+(Expr a, Expr b) { return add(a, b); }
inline Expr operator-(Expr a, Expr b) { return subtract(a, b); }
inline Expr operator-(Expr a) { return negate(a); }
/// Entry by entry (`.*`), scalars broadcast.
inline Expr operator*(Expr a, Expr b) { return multiply(a, b); }
inline Expr operator/(Expr a, Expr b) { return divide(a, b); }

}  // namespace nabla::ir
