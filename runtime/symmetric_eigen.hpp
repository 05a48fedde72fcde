// Eigenvalues of small symmetric matrices, by Jacobi's rotations.
#pragma once

#include <cstddef>
#include <vector>

namespace nabla::runtime {

struct SymmetricEigen {
    std::vector<double> values;                ///< ascending
    std::vector<std::vector<double>> vectors;  ///< of length 1, in the order of `values`
};

/// Of the symmetric part of a row-major n×n matrix.
SymmetricEigen symmetric_eigen(const std::vector<double>& matrix, std::size_t n);

}  // namespace nabla::runtime
