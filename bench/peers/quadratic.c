// The quadratic form with its gradient and Hessian.
#include <cblas.h>
#include <string.h>

#include "peers.h"

enum { tile = 32 };

static int smaller(int a, int b) { return a < b ? a : b; }

// Two mirrored tiles of H = A + A^T together, so that A is read once.
static void add_tile_pair(int n, int row, int column, const double* A, double* H) {
    const int rows = smaller(tile, n - row);
    const int columns = smaller(tile, n - column);
    double t[tile][tile];
    for (int i = 0; i < rows; ++i) {
        for (int j = 0; j < columns; ++j) {
            t[i][j] = A[(size_t)(row + i) * n + column + j] + A[(size_t)(column + j) * n + row + i];
        }
    }
    for (int i = 0; i < rows; ++i) {
        memcpy(H + (size_t)(row + i) * n + column, t[i], sizeof(double) * (size_t)columns);
    }
    if (row == column) return;
    for (int j = 0; j < columns; ++j) {
        for (int i = 0; i < rows; ++i) H[(size_t)(column + j) * n + row + i] = t[i][j];
    }
}

double quadratic_blas(int n, const double* A, const double* x, double* g, double* H) {
    for (int row = 0; row < n; row += tile) {
        for (int column = row; column < n; column += tile) add_tile_pair(n, row, column, A, H);
    }
    cblas_dgemv(CblasRowMajor, CblasNoTrans, n, n, 1, H, n, x, 1, 0, g, 1);
    return 0.5 * cblas_ddot(n, x, 1, g, 1);
}

static inline __attribute__((always_inline)) double loops(int n, const double* restrict A,
                                                          const double* restrict x,
                                                          double* restrict g, double* restrict H) {
    double value = 0;
    for (int i = 0; i < n; ++i) {
        double sum = 0;
        for (int j = 0; j < n; ++j) {
            const double h = A[i * n + j] + A[j * n + i];
            H[i * n + j] = h;
            sum += h * x[j];
        }
        g[i] = sum;
        value += sum * x[i];
    }
    return 0.5 * value;
}

double quadratic_loops(int n, const double* A, const double* x, double* g, double* H) {
    return loops(n, A, x, g, H);
}

double quadratic_fixed(int n, const double* A, const double* x, double* g, double* H) {
    switch (n) {
        case 3:
            return loops(3, A, x, g, H);
        case 8:
            return loops(8, A, x, g, H);
        default:
            return loops(32, A, x, g, H);
    }
}
