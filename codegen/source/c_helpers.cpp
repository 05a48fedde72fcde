// Functions of small dense matrices in C. `a` is only read; `work` is as long as each says.
#include <array>

#include "codegen/source/c_function.hpp"

namespace nabla::codegen {
namespace {

constexpr std::array helpers{
    Helper{
        "eliminate",
        R"(/* Gauss-Jordan elimination of [a | right] with partial pivoting (right may be NULL); det a. */
static double eliminate(size_t n, double *a, double *right) {
    double det = 1;
    for (size_t col = 0; col < n; ++col) {
        size_t pivot = col;
        for (size_t r = col + 1; r < n; ++r)
            if (fabs(a[r * n + col]) > fabs(a[pivot * n + col])) pivot = r;
        for (size_t c = 0; pivot != col && c < n; ++c) {
            double x = a[pivot * n + c];
            a[pivot * n + c] = a[col * n + c];
            a[col * n + c] = x;
            if (!right) continue;
            x = right[pivot * n + c];
            right[pivot * n + c] = right[col * n + c];
            right[col * n + c] = x;
        }
        const double d = a[col * n + col];
        det *= pivot == col ? d : -d;
        if (d == 0) return 0;
        for (size_t r = right ? 0 : col + 1; r < n; ++r) {
            const double factor = a[r * n + col] / d;
            if (r == col || factor == 0) continue;
            for (size_t c = col; c < n; ++c) a[r * n + c] -= factor * a[col * n + c];
            for (size_t c = 0; right && c < n; ++c) right[r * n + c] -= factor * right[col * n + c];
        }
    }
    for (size_t r = 0; right && r < n; ++r)
        for (size_t c = 0; c < n; ++c) right[r * n + c] /= a[r * n + r];
    return det;
}
)"},
    Helper{"invert", R"(/* work: n * n. Not 0 if a is singular. */
static int invert(size_t n, const double *a, double *out, double *work) {
    for (size_t i = 0; i < n * n; ++i) {
        work[i] = a[i];
        out[i] = i % (n + 1) == 0;
    }
    return eliminate(n, work, out) == 0;
}
)",
           "eliminate"},
    Helper{"determinant", R"(/* work: n * n. */
static double determinant(size_t n, const double *a, double *work) {
    for (size_t i = 0; i < n * n; ++i) work[i] = a[i];
    return eliminate(n, work, NULL);
}
)",
           "eliminate"},
    Helper{"log_determinant", R"(/* work: n * n. NaN for a negative determinant. */
static double log_determinant(size_t n, const double *a, double *work) {
    double sum = 0;
    int negative = 0;
    for (size_t i = 0; i < n * n; ++i) work[i] = a[i];
    /* The product of the pivots may overflow where its logarithm does not. */
    for (size_t col = 0; col < n; ++col) {
        size_t pivot = col;
        for (size_t r = col + 1; r < n; ++r)
            if (fabs(work[r * n + col]) > fabs(work[pivot * n + col])) pivot = r;
        for (size_t c = 0; pivot != col && c < n; ++c) {
            const double x = work[pivot * n + c];
            work[pivot * n + c] = work[col * n + c];
            work[col * n + c] = x;
        }
        const double d = work[col * n + col];
        negative ^= (pivot != col) ^ (d < 0);
        sum += log(fabs(d));
        for (size_t r = col + 1; d != 0 && r < n; ++r) {
            const double factor = work[r * n + col] / d;
            for (size_t c = col; c < n; ++c) work[r * n + c] -= factor * work[col * n + c];
        }
    }
    return negative && sum != -INFINITY ? NAN : sum;
}
)"},
    Helper{"adjugate", R"(/* work: 2 * n * n. By minors: right for singular matrices, too. */
static void adjugate(size_t n, const double *a, double *out, double *work) {
    for (size_t i = 0; i < n; ++i)
        for (size_t j = 0; j < n; ++j) {
            double *minor = work + n * n;
            for (size_t r = 0; r < n; ++r)
                for (size_t c = 0; c < n; ++c)
                    if (r != i && c != j) *minor++ = a[r * n + c];
            const double det = n == 1 ? 1 : determinant(n - 1, work + n * n, work);
            out[j * n + i] = (i + j) % 2 == 0 ? det : -det;
        }
}
)",
           "determinant"},
    Helper{"cholesky",
           R"(/* Lower L with L L^T = (a + a^T)/2. Not 0 if that is not positive definite. */
static int cholesky(size_t n, const double *a, double *out) {
    for (size_t i = 0; i < n * n; ++i) out[i] = 0;
    for (size_t j = 0; j < n; ++j)
        for (size_t i = j; i < n; ++i) {
            double sum = 0.5 * (a[i * n + j] + a[j * n + i]);
            for (size_t k = 0; k < j; ++k) sum -= out[i * n + k] * out[j * n + k];
            if (i == j && !(sum > 0)) return 1;
            out[i * n + j] = i == j ? sqrt(sum) : sum / out[j * n + j];
        }
    return 0;
}
)"},
    Helper{
        "eigen",
        R"(/* Jacobi's rotations of d = (a + a^T)/2 until it is diagonal; v has the eigenvectors as columns.
   The place of the largest eigenvalue. */
static size_t eigen(size_t n, const double *a, double *d, double *v) {
    for (size_t i = 0; i < n; ++i)
        for (size_t j = 0; j < n; ++j) {
            d[i * n + j] = 0.5 * (a[i * n + j] + a[j * n + i]);
            v[i * n + j] = i == j;
        }
    for (int sweep = 0; sweep < 60; ++sweep) {
        double off = 0, total = 0;
        for (size_t i = 0; i < n * n; ++i) {
            total += d[i] * d[i];
            if (i / n != i % n) off += d[i] * d[i];
        }
        if (!(off > 1e-36 * total)) break;
        for (size_t p = 0; p < n; ++p)
            for (size_t q = p + 1; q < n; ++q) {
                if (d[p * n + q] == 0) continue;
                const double theta = (d[q * n + q] - d[p * n + p]) / (2 * d[p * n + q]);
                const double t = (theta < 0 ? -1 : 1) / (fabs(theta) + sqrt(1 + theta * theta));
                const double c = 1 / sqrt(1 + t * t), s = c * t;
                for (size_t k = 0; k < n; ++k) {
                    const double x = d[k * n + p], y = d[k * n + q];
                    d[k * n + p] = c * x - s * y;
                    d[k * n + q] = s * x + c * y;
                }
                for (size_t k = 0; k < n; ++k) {
                    double x = d[p * n + k], y = d[q * n + k];
                    d[p * n + k] = c * x - s * y;
                    d[q * n + k] = s * x + c * y;
                    x = v[k * n + p], y = v[k * n + q];
                    v[k * n + p] = c * x - s * y;
                    v[k * n + q] = s * x + c * y;
                }
            }
    }
    size_t top = 0;
    for (size_t i = 1; i < n; ++i)
        if (d[i * n + i] > d[top * n + top]) top = i;
    return top;
}
)"},
    Helper{"lambda_max", R"(/* work: 2 * n * n. */
static double lambda_max(size_t n, const double *a, double *work) {
    return work[eigen(n, a, work, work + n * n) * (n + 1)];
}
)",
           "eigen"},
    Helper{"lambda_max_vector",
           R"(/* work: 2 * n * n. Of length 1, its first large entry positive. */
static void lambda_max_vector(size_t n, const double *a, double *out, double *work) {
    const size_t top = eigen(n, a, work, work + n * n);
    double most = 0, sign = 0;
    for (size_t i = 0; i < n; ++i) {
        out[i] = work[n * n + i * n + top];
        if (fabs(out[i]) > most) most = fabs(out[i]);
    }
    for (size_t i = 0; i < n && sign == 0; ++i)
        if (fabs(out[i]) > 0.3 * most) sign = out[i] < 0 ? -1 : 1;
    for (size_t i = 0; i < n; ++i) out[i] *= sign;
}
)",
           "eigen"},
    Helper{"lambda_max_pinv",
           R"(/* work: 2 * n * n. The pseudo-inverse of lambda_max I - (a + a^T)/2. */
static void lambda_max_pinv(size_t n, const double *a, double *out, double *work) {
    const size_t top = eigen(n, a, work, work + n * n);
    const double *v = work + n * n;
    double most = 0;
    for (size_t k = 0; k < n; ++k)
        if (fabs(work[k * n + k]) > most) most = fabs(work[k * n + k]);
    for (size_t i = 0; i < n * n; ++i) out[i] = 0;
    for (size_t k = 0; k < n; ++k) {
        const double gap = work[top * n + top] - work[k * n + k];
        if (gap <= 4 * (double)n * 2.220446049250313e-16 * most) continue;
        for (size_t i = 0; i < n; ++i)
            for (size_t j = 0; j < n; ++j) out[i * n + j] += v[i * n + k] * v[j * n + k] / gap;
    }
}
)",
           "eigen"},
    Helper{"exponential", R"(/* work: 3 * n * n. Taylor's series after halving, then squaring. */
static void exponential(size_t n, const double *a, double *out, double *work) {
    double *x = work, *term = work + n * n, *next = work + 2 * n * n;
    double norm = 0;
    for (size_t i = 0; i < n; ++i) {
        double row = 0;
        for (size_t j = 0; j < n; ++j) row += fabs(a[i * n + j]);
        if (!(row <= norm)) norm = row;
    }
    const int halvings = norm > 0.25 && norm <= 1e300 ? ilogb(norm) + 3 : 0;
    for (size_t i = 0; i < n * n; ++i) {
        x[i] = ldexp(a[i], -halvings);
        out[i] = term[i] = i % (n + 1) == 0;
    }
    for (int k = 1; k <= 20 + halvings; ++k) {
        /* term x / k, and after the series the square of the sum. */
        const double *left = k <= 20 ? term : out, *right = k <= 20 ? x : out;
        for (size_t i = 0; i < n; ++i)
            for (size_t j = 0; j < n; ++j) {
                double sum = 0;
                for (size_t l = 0; l < n; ++l) sum += left[i * n + l] * right[l * n + j];
                next[i * n + j] = k <= 20 ? sum / k : sum;
            }
        for (size_t i = 0; i < n * n; ++i) {
            out[i] = k <= 20 ? out[i] + next[i] : next[i];
            term[i] = next[i];
        }
    }
}
)"},
    Helper{
        "exponential_derivative",
        R"(/* The derivative of exp at a along k directions, each n x n x batch; work: 5 * 4^k * n * n. */
static void exponential_derivative(size_t n, const double *a, int k, const double **directions,
                                   const size_t *batches, double *out, double *work) {
    const size_t blocks = (size_t)1 << k, size = blocks * n;
    double *whole = work, *result = work + size * size;
    size_t batch = 1;
    for (int m = 0; m < k; ++m) batch *= batches[m];
    for (size_t b = 0; b < batch; ++b) {
        double product = 1;
        size_t rest = b;
        for (size_t i = 0; i < size * size; ++i) whole[i] = 0;
        for (size_t p = 0; p < blocks; ++p)
            for (size_t i = 0; i < n; ++i)
                for (size_t j = 0; j < n; ++j)
                    whole[(p * n + i) * size + p * n + j] = a[i * n + j];
        for (int m = k - 1; m >= 0; --m) {
            const size_t at = rest % batches[m];
            double most = 0;
            rest /= batches[m];
            /* The result is linear in each direction; a large one would cost digits. */
            for (size_t i = 0; i < n * n; ++i) {
                const double x = fabs(directions[m][i * batches[m] + at]);
                if (x > most && x <= 1e300) most = x;
            }
            if (most == 0) most = 1;
            product *= most;
            for (size_t p = 0; p < blocks; ++p) {
                const size_t q = p | (size_t)1 << m;
                if (q == p) continue;
                for (size_t i = 0; i < n; ++i)
                    for (size_t j = 0; j < n; ++j)
                        whole[(p * n + i) * size + q * n + j] =
                            directions[m][(i * n + j) * batches[m] + at] / most;
            }
        }
        exponential(size, whole, result, work + 2 * size * size);
        for (size_t i = 0; i < n; ++i)
            for (size_t j = 0; j < n; ++j)
                out[(i * n + j) * batch + b] =
                    product * result[i * size + (blocks - 1) * n + j];
    }
}
)",
        "exponential"},
};

}  // namespace

std::span<const Helper> c_matrix_helpers() { return helpers; }

}  // namespace nabla::codegen
