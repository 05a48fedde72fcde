// Least squares and logistic regression: two products with X, in one go or block by block.
#include <cblas.h>
#include <math.h>
#include <string.h>

#include "peers.h"

int peer_block_rows(int n) {
    const int rows = peer_block_bytes / (int)(sizeof(double) * (size_t)n);
    return rows < 4 ? 4 : rows;
}

static void multiply(int m, int n, const double* X, const double* w, double beta, double* r) {
    cblas_dgemv(CblasRowMajor, CblasNoTrans, m, n, 1, X, n, w, 1, beta, r, 1);
}

static void multiply_transposed(int m, int n, const double* X, const double* r, double* g) {
    cblas_dgemv(CblasRowMajor, CblasTrans, m, n, 1, X, n, r, 1, 1, g, 1);
}

static void least_squares_rows(int m, int n, const double* X, const double* w, const double* y,
                               double* r, double* g) {
    memcpy(r, y, sizeof(double) * (size_t)m);
    multiply(m, n, X, w, -1, r);
    multiply_transposed(m, n, X, r, g);
}

void least_squares_blas(int m, int n, const double* X, const double* w, const double* y, double* r,
                        double* g) {
    memset(g, 0, sizeof(double) * (size_t)n);
    least_squares_rows(m, n, X, w, y, r, g);
}

void least_squares_blocked(int m, int n, const double* X, const double* w, const double* y,
                           double* r, double* g) {
    const int step = peer_block_rows(n);
    memset(g, 0, sizeof(double) * (size_t)n);
    for (int i = 0; i < m; i += step) {
        const int rows = m - i < step ? m - i : step;
        least_squares_rows(rows, n, X + (size_t)i * (size_t)n, w, y + i, r, g);
    }
}

// r holds X w on entry and the weights of the rows in the gradient on exit; the loss comes back.
static double logistic_weights(int m, const double* y, double* r) {
    double loss = 0;
    for (int i = 0; i < m; ++i) {
        const double u = -y[i] * r[i];
        const double e = exp(-fabs(u));
        loss += (u > 0 ? u : 0) + log1p(e);
        r[i] = -y[i] * ((u > 0 ? 1 : e) / (1 + e));
    }
    return loss;
}

static double logistic_rows(int m, int n, const double* X, const double* w, const double* y,
                            double* r, double* g) {
    multiply(m, n, X, w, 0, r);
    const double loss = logistic_weights(m, y, r);
    multiply_transposed(m, n, X, r, g);
    return loss;
}

double logistic_blas(int m, int n, const double* X, const double* w, const double* y, double* r,
                     double* g) {
    memset(g, 0, sizeof(double) * (size_t)n);
    return logistic_rows(m, n, X, w, y, r, g);
}

double logistic_blocked(int m, int n, const double* X, const double* w, const double* y, double* r,
                        double* g) {
    const int step = peer_block_rows(n);
    double loss = 0;
    memset(g, 0, sizeof(double) * (size_t)n);
    for (int i = 0; i < m; i += step) {
        const int rows = m - i < step ? m - i : step;
        loss += logistic_rows(rows, n, X + (size_t)i * (size_t)n, w, y + i, r, g);
    }
    return loss;
}
