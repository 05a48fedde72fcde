// Sums of squares: G = Σ M^T diag(w) M with w >= 0, among them X^T X, X^T W X and X^T X + lambda I.
// A system with such a matrix is a least squares problem. Solved by a factor of G it loses twice
// the digits that the conditioning of M costs, because G's condition number is the square; an
// orthogonal triangularisation of the rows sqrt(w) M keeps them.
#pragma once

#include <optional>
#include <vector>

#include "ir/expr.hpp"

namespace nabla::codegen {

/// M^T diag(scalar · Π weights) M.
struct GramTerm {
    ir::Expr rows;                    ///< M; null for the identity
    bool turned = false;              ///< `rows` is M^T
    ir::Expr scalar;                  ///< not negative
    std::vector<ir::Factor> weights;  ///< vectors with an entry for each row of M; no labels
};

/// The terms of a matrix that is such a sum, with at least one M. Nothing where a weight is not
/// known to be nonnegative.
std::optional<std::vector<GramTerm>> match_gram(ir::Expr matrix);

/// scalar · Π weights: a vector, or a scalar where there are no weights.
ir::Expr weight_of(const GramTerm& term);

/// Factors of a product that are G^-1 M^T W Y for a G as above: `inverse` of G with the labels
/// (result, columns), `rows` of M with (row, columns), the weights, and what Y is made of.
struct LeastSquares {
    std::size_t inverse = 0;
    std::size_t rows = 0;
    std::vector<std::size_t> weights;
    std::vector<std::size_t> right;  ///< factors of Y; none: ones
    std::vector<GramTerm> terms;
    std::size_t term = 0;  ///< the one of terms whose M and W they are
    ir::LabelId result = 0, columns = 0, row = 0;
};

/// A least squares solution among the factors that are not `used`.
std::optional<LeastSquares> find_least_squares(const ir::EinsumData& product,
                                               const std::vector<bool>& used);

/// G^-1 (M^T y + c) as G^-1 M^T y + G^-1 c, where a term of the bracket makes a least squares
/// solution; null where none does.
ir::Expr spread_right_side(ir::Expr product);

}  // namespace nabla::codegen
