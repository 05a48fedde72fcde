#include "ir/dense.hpp"

#include <cmath>
#include <utility>

namespace nabla::ir {
namespace {

/// Gauss–Jordan elimination with partial pivoting of [a | right]; returns det a.
long double eliminate(std::vector<double>& a, std::vector<double>& right, std::size_t n) {
    long double det = 1;
    for (std::size_t col = 0; col < n; ++col) {
        std::size_t pivot = col;
        for (std::size_t r = col + 1; r < n; ++r)
            if (std::abs(a[r * n + col]) > std::abs(a[pivot * n + col])) pivot = r;
        if (pivot != col) {
            det = -det;
            for (std::size_t c = 0; c < n; ++c) {
                std::swap(a[pivot * n + c], a[col * n + c]);
                std::swap(right[pivot * n + c], right[col * n + c]);
            }
        }
        double d = a[col * n + col];
        det *= d;
        if (d == 0) return 0 * det;
        for (std::size_t r = 0; r < n; ++r) {
            double factor = a[r * n + col] / d;
            if (r == col || factor == 0) continue;
            for (std::size_t c = 0; c < n; ++c) {
                a[r * n + c] -= factor * a[col * n + c];
                right[r * n + c] -= factor * right[col * n + c];
            }
        }
    }
    for (std::size_t r = 0; r < n; ++r)
        for (std::size_t c = 0; c < n; ++c) right[r * n + c] /= a[r * n + r];
    return det;
}

}  // namespace

Tensor dense_inverse(const Tensor& matrix) {
    auto n = static_cast<std::size_t>(matrix.shape[0]);
    std::vector<double> a = matrix.data;
    Tensor result{matrix.shape, std::vector<double>(n * n, 0.0)};
    for (std::size_t i = 0; i < n; ++i) result.data[i * n + i] = 1;
    if (eliminate(a, result.data, n) == 0) result.data.assign(n * n, std::nan(""));
    return result;
}

long double dense_det(const Tensor& matrix) {
    std::vector<double> a = matrix.data;
    std::vector<double> unused(a.size(), 0.0);
    return eliminate(a, unused, static_cast<std::size_t>(matrix.shape[0]));
}

Tensor dense_adjugate(const Tensor& matrix) {
    auto n = static_cast<std::size_t>(matrix.shape[0]);
    Tensor result{matrix.shape, std::vector<double>(n * n, 0.0)};
    auto m = static_cast<std::int64_t>(n) - 1;
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < n; ++j) {
            Tensor minor{{m, m}, {}};
            for (std::size_t r = 0; r < n; ++r)
                for (std::size_t c = 0; c < n; ++c)
                    if (r != i && c != j) minor.data.push_back(matrix.data[r * n + c]);
            double sign = (i + j) % 2 == 0 ? 1 : -1;
            result.data[j * n + i] = sign * (n == 1 ? 1 : static_cast<double>(dense_det(minor)));
        }
    return result;
}

}  // namespace nabla::ir
