// Small dense linear algebra for the oracles (the interpreter, plain loops): plain elimination and
// rotations, easy to check by eye.
#pragma once

#include "ir/interpret.hpp"

namespace nabla::ir {

Tensor dense_inverse(const Tensor& matrix);
/// A large matrix's may be out of a double's range.
long double dense_det(const Tensor& matrix);
/// The transposed matrix of cofactors, each a determinant of its own: finite for singular matrices.
Tensor dense_adjugate(const Tensor& matrix);

/// Lower L with L L^T = (A + A^T)/2; NaN entries if that is not positive definite.
Tensor dense_cholesky(const Tensor& matrix);

/// Of (A + A^T)/2, by Jacobi's rotations.
struct Eigen {
    std::vector<double> values;
    Tensor vectors;  ///< columns, in the order of `values`
    double largest;  ///< λ
    Tensor leading;  ///< the eigenvector of λ, its sign by orient_eigenvector
};
Eigen dense_eigen(const Tensor& matrix);
/// (λ I − (A + A^T)/2)^+. Eigenvalues within eigenvalue_tolerance() of λ count as equal to it.
Tensor dense_shifted_pinv(const Tensor& matrix);
double eigenvalue_tolerance(std::size_t n, double largest_magnitude);
/// Gives the first entry that is not small (more than 0.3 of the largest) a positive sign.
void orient_eigenvector(double* vector, std::size_t n);
inline constexpr double small_entry = 0.3;

/// exp(A), or its derivative along the directions (with batch axes; see build.hpp): the upper right
/// block of the exponential of a block matrix.
Tensor dense_expm(const Tensor& matrix, const std::vector<Tensor>& directions);
/// exp of a row-major n×n matrix in place: a Taylor series after scaling, then squaring.
void dense_exponential(double* a, std::size_t n);

/// The X with A X B + C X D = E for each entry of the batch that E has behind its two axes, from
/// the equations for its single entries; NaN where they are singular.
Tensor dense_sylvester(const Tensor& a, const Tensor& b, const Tensor& c, const Tensor& d,
                       const Tensor& e);

}  // namespace nabla::ir
