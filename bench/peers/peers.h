// The work of our kernels as an expert writes it by hand in C with OpenBLAS: one thread, arrays
// row-major, results written to the caller's arrays. "blas" is the textbook sequence of calls;
// "blocked" walks X in blocks of rows that stay in the L2 cache, so that X comes from memory once.
#pragma once

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Bytes of X that a blocked peer works on at a time.
enum { peer_block_bytes = 128 << 10 };

/// Rows of length n in one block.
int peer_block_rows(int n);

/// g = X^T (X w - y); r has room for m numbers.
void least_squares_blas(int m, int n, const double* X, const double* w, const double* y, double* r,
                        double* g);
void least_squares_blocked(int m, int n, const double* X, const double* w, const double* y,
                           double* r, double* g);

/// Returns sum(log(1 + exp(-y .* (X w)))) and writes its gradient by w.
double logistic_blas(int m, int n, const double* X, const double* w, const double* y, double* r,
                     double* g);
double logistic_blocked(int m, int n, const double* X, const double* w, const double* y, double* r,
                        double* g);

/// Returns x^T A x, writes its gradient H x and its Hessian H = A + A^T.
double quadratic_blas(int n, const double* A, const double* x, double* g, double* H);
double quadratic_loops(int n, const double* A, const double* x, double* g, double* H);
/// The same loops with the size known to the compiler: n is 3, 8 or 32.
double quadratic_fixed(int n, const double* A, const double* x, double* g, double* H);

/// Returns sum(exp(a .* x) .* sin(x) + log(1 + x.^2)) and writes its gradient by x.
double elementwise_loops(long n, const double* a, const double* x, double* g);

#ifdef __cplusplus
}
#endif
