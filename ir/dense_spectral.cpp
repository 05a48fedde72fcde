// Cholesky factors, eigenvalues and exponentials of small dense matrices.
#include <algorithm>
#include <cmath>
#include <limits>

#include "ir/dense.hpp"

namespace nabla::ir {
namespace {

std::size_t size_of(const Tensor& matrix) { return static_cast<std::size_t>(matrix.shape[0]); }

Tensor symmetric_part(const Tensor& matrix) {
    std::size_t n = size_of(matrix);
    Tensor result = matrix;
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < n; ++j)
            result.data[i * n + j] = 0.5 * (matrix.data[i * n + j] + matrix.data[j * n + i]);
    return result;
}

/// One of Jacobi's rotations, which makes a_pq zero; V collects them.
void rotate(std::vector<double>& a, std::vector<double>& v, std::size_t n, std::size_t p,
            std::size_t q) {
    double theta = (a[q * n + q] - a[p * n + p]) / (2 * a[p * n + q]);
    double t = (theta < 0 ? -1 : 1) / (std::abs(theta) + std::sqrt(1 + theta * theta));
    double c = 1 / std::sqrt(1 + t * t), s = c * t;
    for (std::size_t k = 0; k < n; ++k) {
        double x = a[k * n + p], y = a[k * n + q];
        a[k * n + p] = c * x - s * y, a[k * n + q] = s * x + c * y;
    }
    for (std::size_t k = 0; k < n; ++k) {
        double x = a[p * n + k], y = a[q * n + k];
        a[p * n + k] = c * x - s * y, a[q * n + k] = s * x + c * y;
        x = v[k * n + p], y = v[k * n + q];
        v[k * n + p] = c * x - s * y, v[k * n + q] = s * x + c * y;
    }
}

}  // namespace

Tensor dense_cholesky(const Tensor& matrix) {
    std::size_t n = size_of(matrix);
    Tensor a = symmetric_part(matrix);
    Tensor l{matrix.shape, std::vector<double>(n * n, 0.0)};
    for (std::size_t j = 0; j < n; ++j)
        for (std::size_t i = j; i < n; ++i) {
            double sum = a.data[i * n + j];
            for (std::size_t k = 0; k < j; ++k) sum -= l.data[i * n + k] * l.data[j * n + k];
            if (i == j && !(sum > 0)) {
                l.data.assign(n * n, std::nan(""));
                return l;
            }
            l.data[i * n + j] = i == j ? std::sqrt(sum) : sum / l.data[j * n + j];
        }
    return l;
}

void orient_eigenvector(double* vector, std::size_t n) {
    double most = 0;
    for (std::size_t i = 0; i < n; ++i) most = std::max(most, std::abs(vector[i]));
    for (std::size_t i = 0; i < n; ++i) {
        if (std::abs(vector[i]) <= small_entry * most) continue;
        double sign = vector[i] < 0 ? -1 : 1;
        for (std::size_t k = 0; k < n; ++k) vector[k] *= sign;
        return;
    }
}

Eigen dense_eigen(const Tensor& matrix) {
    std::size_t n = size_of(matrix);
    std::vector<double> a = symmetric_part(matrix).data;
    Eigen result{{},
                 {matrix.shape, std::vector<double>(n * n, 0.0)},
                 std::nan(""),
                 {{matrix.shape[0]}, std::vector<double>(n, std::nan(""))}};
    std::vector<double>& v = result.vectors.data;
    for (std::size_t i = 0; i < n; ++i) v[i * n + i] = 1;
    constexpr int most_sweeps = 60;
    for (int sweep = 0; sweep < most_sweeps; ++sweep) {
        double off = 0, total = 0;
        for (std::size_t i = 0; i < n * n; ++i) {
            total += a[i] * a[i];
            if (i / n != i % n) off += a[i] * a[i];
        }
        if (!(off > 1e-36 * total)) break;
        for (std::size_t p = 0; p < n; ++p)
            for (std::size_t q = p + 1; q < n; ++q)
                if (a[p * n + q] != 0) rotate(a, v, n, p, q);
    }
    std::size_t top = 0;
    for (std::size_t i = 0; i < n; ++i) {
        result.values.push_back(a[i * n + i]);
        if (std::isnan(result.values[i])) return result;
        if (result.values[i] > result.values[top]) top = i;
    }
    if (n == 0) return result;
    result.largest = result.values[top];
    for (std::size_t i = 0; i < n; ++i) result.leading.data[i] = v[i * n + top];
    orient_eigenvector(result.leading.data.data(), n);
    return result;
}

double eigenvalue_tolerance(std::size_t n, double largest_magnitude) {
    return 4 * static_cast<double>(n) * std::numeric_limits<double>::epsilon() * largest_magnitude;
}

Tensor dense_shifted_pinv(const Tensor& matrix) {
    std::size_t n = size_of(matrix);
    Eigen eigen = dense_eigen(matrix);
    double most = 0;
    for (double value : eigen.values) most = std::max(most, std::abs(value));
    Tensor result{matrix.shape, std::vector<double>(n * n, 0.0)};
    for (std::size_t k = 0; k < n; ++k) {
        double gap = eigen.largest - eigen.values[k];
        if (gap <= eigenvalue_tolerance(n, most)) continue;
        for (std::size_t i = 0; i < n; ++i)
            for (std::size_t j = 0; j < n; ++j)
                result.data[i * n + j] +=
                    eigen.vectors.data[i * n + k] * eigen.vectors.data[j * n + k] / gap;
    }
    return result;
}

namespace {

std::vector<double> product(const std::vector<double>& a, const std::vector<double>& b,
                            std::size_t n) {
    std::vector<double> c(n * n, 0.0);
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t k = 0; k < n; ++k)
            for (std::size_t j = 0; j < n; ++j) c[i * n + j] += a[i * n + k] * b[k * n + j];
    return c;
}

}  // namespace

void dense_exponential(double* matrix, std::size_t n) {
    double norm = 0;
    for (std::size_t i = 0; i < n; ++i) {
        double row = 0;
        for (std::size_t j = 0; j < n; ++j) row += std::abs(matrix[i * n + j]);
        norm = std::isnan(row) ? row : std::max(norm, row);
    }
    if (!std::isfinite(norm)) {
        std::fill_n(matrix, n * n, std::nan(""));
        return;
    }
    int halvings = norm > 0.25 ? std::ilogb(norm) + 3 : 0;
    std::vector<double> x(matrix, matrix + n * n);
    for (double& entry : x) entry = std::ldexp(entry, -halvings);
    std::vector<double> sum(n * n, 0.0), term(n * n, 0.0);
    for (std::size_t i = 0; i < n; ++i) sum[i * n + i] = term[i * n + i] = 1;
    constexpr int terms = 20;  // 0.25^20/20! is far below one rounding
    for (int k = 1; k <= terms; ++k) {
        term = product(term, x, n);
        for (double& entry : term) entry /= k;
        for (std::size_t i = 0; i < n * n; ++i) sum[i] += term[i];
    }
    for (int k = 0; k < halvings; ++k) sum = product(sum, sum, n);
    std::copy(sum.begin(), sum.end(), matrix);
}

/// D^k exp(A)[E_1, …, E_k] is the upper right block of exp of the 2^k×2^k block matrix with A on
/// the diagonal and E_m where bit m goes from 0 to 1 and no other bit changes.
Tensor dense_expm(const Tensor& matrix, const std::vector<Tensor>& directions) {
    std::size_t n = size_of(matrix), blocks = std::size_t{1} << directions.size();
    std::vector<std::size_t> sizes;  // of the batches
    std::size_t batch = 1;
    Tensor result{matrix.shape, {}};
    for (const Tensor& e : directions) {
        sizes.push_back(n == 0 ? 0 : e.data.size() / (n * n));
        batch *= sizes.back();
        result.shape.insert(result.shape.end(), e.shape.begin() + 2, e.shape.end());
    }
    result.data.assign(n * n * batch, 0.0);
    // The result is linear in each direction. A large one would ask for many halvings of the whole
    // block matrix, and each squaring doubles the rounding error of exp(A).
    std::vector<double> scales;
    double product_of_scales = 1;
    for (const Tensor& e : directions) {
        double most = 0;
        for (double entry : e.data) most = std::max(most, std::abs(entry));
        scales.push_back(most > 0 && std::isfinite(most) ? most : 1);
        product_of_scales *= scales.back();
    }
    std::size_t size = blocks * n;
    for (std::size_t b = 0; b < batch; ++b) {
        std::vector<std::size_t> at(directions.size());
        for (std::size_t m = directions.size(), rest = b; m-- > 0; rest /= sizes[m])
            at[m] = rest % sizes[m];
        std::vector<double> whole(size * size, 0.0);
        for (std::size_t p = 0; p < blocks; ++p)
            for (std::size_t i = 0; i < n; ++i)
                for (std::size_t j = 0; j < n; ++j) {
                    whole[(p * n + i) * size + p * n + j] = matrix.data[i * n + j];
                    for (std::size_t m = 0; m < directions.size(); ++m) {
                        std::size_t q = p | std::size_t{1} << m;
                        if (q != p)
                            whole[(p * n + i) * size + q * n + j] =
                                directions[m].data[(i * n + j) * sizes[m] + at[m]] / scales[m];
                    }
                }
        dense_exponential(whole.data(), size);
        for (std::size_t i = 0; i < n; ++i)
            for (std::size_t j = 0; j < n; ++j)
                result.data[(i * n + j) * batch + b] =
                    product_of_scales * whole[i * size + (blocks - 1) * n + j];
    }
    return result;
}

}  // namespace nabla::ir
