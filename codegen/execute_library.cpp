#include "codegen/execute_library.hpp"

#include <cmath>
#include <utility>
#include <vector>

#include "ir/dense.hpp"

namespace nabla::codegen {

namespace {

double at(const double* a, std::int64_t rows, std::int64_t columns, bool transposed, std::int64_t i,
          std::int64_t j) {
    return transposed ? a[j * rows + i] : a[i * columns + j];
}

void store(double& target, double alpha, double sum, double beta) {
    target = alpha * sum + (beta == 0 ? 0 : beta * target);
}

void gemm(const LibraryCall& c, const double* a, const double* b, double* out, std::int64_t m,
          std::int64_t n, std::int64_t k) {
    for (std::int64_t i = 0; i < m; ++i) {
        for (std::int64_t j = 0; j < n; ++j) {
            double sum = 0;
            for (std::int64_t l = 0; l < k; ++l) {
                sum += at(a, m, k, c.trans_a, i, l) * at(b, k, n, c.trans_b, l, j);
            }
            store(out[i * n + j], c.alpha, sum, c.beta);
        }
    }
}

void syrk(const LibraryCall& c, const double* a, double* out, std::int64_t n, std::int64_t k) {
    for (std::int64_t i = 0; i < n; ++i) {
        for (std::int64_t j = i; j < n; ++j) {
            double sum = 0;
            for (std::int64_t l = 0; l < k; ++l) {
                sum += at(a, n, k, c.trans_a, i, l) * at(a, n, k, c.trans_a, j, l);
            }
            store(out[i * n + j], c.alpha, sum, c.beta);
        }
    }
}

bool potrf(double* a, std::int64_t n) {
    for (std::int64_t i = 0; i < n; ++i) {
        for (std::int64_t j = i; j < n; ++j) {
            double sum = a[i * n + j];
            for (std::int64_t l = 0; l < i; ++l) sum -= a[l * n + i] * a[l * n + j];
            if (i == j) {
                if (!(sum > 0)) return false;
                a[i * n + i] = std::sqrt(sum);
            } else {
                a[i * n + j] = sum / a[i * n + i];
            }
        }
    }
    return true;
}

void potrs(const double* a, double* b, std::int64_t n, std::int64_t m) {
    for (std::int64_t c = 0; c < m; ++c) {
        for (std::int64_t i = 0; i < n; ++i) {
            double sum = b[i * m + c];
            for (std::int64_t l = 0; l < i; ++l) sum -= a[l * n + i] * b[l * m + c];
            b[i * m + c] = sum / a[i * n + i];
        }
        for (std::int64_t i = n; i-- > 0;) {
            double sum = b[i * m + c];
            for (std::int64_t l = i + 1; l < n; ++l) sum -= a[i * n + l] * b[l * m + c];
            b[i * m + c] = sum / a[i * n + i];
        }
    }
}

/// P A = L U by rows; false if some U(i,i) is 0.
bool getrf(double* a, int* pivots, std::int64_t n) {
    bool regular = true;
    for (std::int64_t k = 0; k < n; ++k) {
        std::int64_t best = k;
        for (std::int64_t i = k + 1; i < n; ++i) {
            if (std::fabs(a[i * n + k]) > std::fabs(a[best * n + k])) best = i;
        }
        pivots[k] = static_cast<int>(best);
        if (best != k) std::swap_ranges(a + k * n, a + (k + 1) * n, a + best * n);
        if (a[k * n + k] == 0) {
            regular = false;
            continue;
        }
        for (std::int64_t i = k + 1; i < n; ++i) {
            const double factor = a[i * n + k] /= a[k * n + k];
            for (std::int64_t j = k + 1; j < n; ++j) a[i * n + j] -= factor * a[k * n + j];
        }
    }
    return regular;
}

void getrs(const double* a, const int* pivots, double* b, std::int64_t n, std::int64_t m,
           bool transposed) {
    for (std::int64_t c = 0; c < m; ++c) {
        const auto x = [&](std::int64_t i) -> double& { return b[i * m + c]; };
        if (!transposed) {
            for (std::int64_t i = 0; i < n; ++i) std::swap(x(i), x(pivots[i]));
            for (std::int64_t i = 0; i < n; ++i) {
                for (std::int64_t l = 0; l < i; ++l) x(i) -= a[i * n + l] * x(l);
            }
            for (std::int64_t i = n; i-- > 0;) {
                for (std::int64_t l = i + 1; l < n; ++l) x(i) -= a[i * n + l] * x(l);
                x(i) /= a[i * n + i];
            }
        } else {
            for (std::int64_t i = 0; i < n; ++i) {
                for (std::int64_t l = 0; l < i; ++l) x(i) -= a[l * n + i] * x(l);
                x(i) /= a[i * n + i];
            }
            for (std::int64_t i = n; i-- > 0;) {
                for (std::int64_t l = i + 1; l < n; ++l) x(i) -= a[l * n + i] * x(l);
            }
            for (std::int64_t i = n; i-- > 0;) std::swap(x(i), x(pivots[i]));
        }
    }
}

double lu_sign(const double* a, const int* pivots, std::int64_t n) {
    double sign = 1;
    for (std::int64_t i = 0; i < n; ++i) {
        if (pivots[i] != i) sign = -sign;
        const double d = a[i * n + i];
        sign = std::isnan(d) ? d : sign * static_cast<double>((d > 0) - (d < 0));
    }
    return sign;
}

double lu_det(const double* a, const int* pivots, std::int64_t n) {
    double det = 1;
    for (std::int64_t i = 0; i < n; ++i) det *= pivots[i] != i ? -a[i * n + i] : a[i * n + i];
    return det;
}

/// One-sided Jacobi: rotates the columns of A (and of V) until they are orthogonal; then A V = U S.
/// Columns of U that belong to zero singular values are completed by Gram–Schmidt.
class JacobiSvd {
public:
    JacobiSvd(double* a, std::int64_t n) : a_(a), v_(static_cast<std::size_t>(n * n)), n_(n) {
        for (std::int64_t i = 0; i < n; ++i) v(i, i) = 1;
    }

    void run(double* u, double* s, double* vt) {
        for (int sweep = 0; sweep < 60; ++sweep) {
            bool rotated = false;
            for (std::int64_t p = 0; p < n_; ++p) {
                for (std::int64_t q = p + 1; q < n_; ++q) rotated = rotate(p, q) || rotated;
            }
            if (!rotated) break;
        }
        double largest = 0;
        for (std::int64_t j = 0; j < n_; ++j) {
            s[j] = std::sqrt(dot(j, j));
            largest = std::max(largest, s[j]);
            for (std::int64_t i = 0; i < n_; ++i) vt[j * n_ + i] = v(i, j);
        }
        for (std::int64_t j = 0; j < n_; ++j) {
            const bool zero = s[j] <= 1e-15 * largest || s[j] == 0;
            if (zero) s[j] = 0;
            for (std::int64_t i = 0; i < n_; ++i) u[i * n_ + j] = zero ? 0 : a(i, j) / s[j];
        }
        for (std::int64_t j = 0; j < n_; ++j) {
            if (s[j] == 0) complete(u, j);
        }
    }

private:
    double& a(std::int64_t i, std::int64_t j) { return a_[i * n_ + j]; }
    double& v(std::int64_t i, std::int64_t j) { return v_[static_cast<std::size_t>(i * n_ + j)]; }

    double dot(std::int64_t p, std::int64_t q) {
        double sum = 0;
        for (std::int64_t i = 0; i < n_; ++i) sum += a(i, p) * a(i, q);
        return sum;
    }

    bool rotate(std::int64_t p, std::int64_t q) {
        const double pp = dot(p, p), qq = dot(q, q), pq = dot(p, q);
        if (!(std::fabs(pq) > 1e-17 * std::sqrt(pp * qq))) return false;
        const double zeta = (qq - pp) / (2 * pq);
        const double t = (zeta < 0 ? -1 : 1) / (std::fabs(zeta) + std::sqrt(1 + zeta * zeta));
        const double c = 1 / std::sqrt(1 + t * t);
        const double s = c * t;
        for (std::int64_t i = 0; i < n_; ++i) {
            const double x = a(i, p), y = a(i, q);
            a(i, p) = c * x - s * y;
            a(i, q) = s * x + c * y;
            const double vx = v(i, p), vy = v(i, q);
            v(i, p) = c * vx - s * vy;
            v(i, q) = s * vx + c * vy;
        }
        return true;
    }

    void complete(double* u, std::int64_t column) {
        std::vector<double> best;
        double best_norm = 0;
        for (std::int64_t e = 0; e < n_; ++e) {
            std::vector<double> x(static_cast<std::size_t>(n_), 0);
            x[static_cast<std::size_t>(e)] = 1;
            for (int twice = 0; twice < 2; ++twice) project(u, column, x);
            double norm = 0;
            for (const double y : x) norm += y * y;
            if (norm > best_norm) {
                best_norm = norm;
                best = std::move(x);
            }
        }
        for (std::int64_t i = 0; i < n_; ++i) {
            u[i * n_ + column] = best[static_cast<std::size_t>(i)] / std::sqrt(best_norm);
        }
    }

    void project(const double* u, std::int64_t column, std::vector<double>& x) const {
        for (std::int64_t j = 0; j < n_; ++j) {
            if (j == column) continue;
            double sum = 0;
            for (std::int64_t i = 0; i < n_; ++i)
                sum += u[i * n_ + j] * x[static_cast<std::size_t>(i)];
            for (std::int64_t i = 0; i < n_; ++i)
                x[static_cast<std::size_t>(i)] -= sum * u[i * n_ + j];
        }
    }

    double* a_;
    std::vector<double> v_;
    std::int64_t n_;
};

void eigen(std::span<const CallOperand> o, std::int64_t n) {
    ir::Tensor matrix{{n, n}, std::vector<double>(o[0].data, o[0].data + n * n)};
    const ir::Eigen found = ir::dense_eigen(matrix);
    *o[1].data = found.largest;
    std::copy(found.leading.data.begin(), found.leading.data.end(), o[2].data);
    for (std::int64_t k = 0; k < static_cast<std::int64_t>(found.values.size()); ++k) {
        o[3].data[k] = found.values[static_cast<std::size_t>(k)];
        for (std::int64_t i = 0; i < n; ++i) {
            o[0].data[k * n + i] = found.vectors.data[static_cast<std::size_t>(i * n + k)];
        }
    }
}

}  // namespace

bool run_call(const LibraryCall& call, std::span<const CallOperand> o, std::int64_t m,
              std::int64_t n, std::int64_t k) {
    switch (call.routine) {
        case Routine::gemm:
            gemm(call, o[0].data, o[1].data, o[2].data, m, n, k);
            return true;
        case Routine::gemv: {
            LibraryCall product = call;
            product.trans_b = false;
            gemm(product, o[0].data, o[1].data, o[2].data, m, 1, k);
            return true;
        }
        case Routine::syrk:
            syrk(call, o[0].data, o[1].data, n, k);
            return true;
        case Routine::potrf:
            return potrf(o[0].data, n);
        case Routine::potrs:
            potrs(o[0].data, o[1].data, n, m);
            return true;
        case Routine::getrf:
            return getrf(o[0].data, o[1].integers, n);
        case Routine::getrs:
            getrs(o[0].data, o[1].integers, o[2].data, n, m, call.trans_a);
            return true;
        case Routine::lu_det:
            *o[2].data = lu_det(o[0].data, o[1].integers, n);
            return true;
        case Routine::lu_sign:
            *o[2].data = lu_sign(o[0].data, o[1].integers, n);
            return true;
        case Routine::svd:
            JacobiSvd(o[0].data, n).run(o[1].data, o[2].data, o[3].data);
            return true;
        case Routine::eigen:
            eigen(o, n);
            return true;
        case Routine::expm:
            for (std::int64_t b = 0; b < m; ++b) {
                ir::dense_exponential(o[0].data + b * n * n, static_cast<std::size_t>(n));
            }
            return true;
        case Routine::gram:
            return run_gram(call, o, n);
        case Routine::least_squares:
            run_least_squares(call, o, n, m);
            return true;
        case Routine::sylvester:
            return run_sylvester(o, m, n, k);
        case Routine::general_sylvester:
            return run_general_sylvester(o, m, n, k);
    }
    return false;
}

}  // namespace nabla::codegen
