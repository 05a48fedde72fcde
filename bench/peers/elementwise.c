// A sum of entrywise functions. gcc vectorises exp, sin, cos and log through libmvec; in one loop
// it would merge sin and cos into a scalar sincos, so sin goes first, in blocks that stay in L1.
#include <math.h>

#include "peers.h"

enum { block = 512 };

static double one_block(int n, const double* restrict a, const double* restrict x,
                        double* restrict g) {
    double sine[block];
    double value = 0;
    for (int i = 0; i < n; ++i) sine[i] = sin(x[i]);
    for (int i = 0; i < n; ++i) {
        const double e = exp(a[i] * x[i]);
        const double q = 1 + x[i] * x[i];
        value += e * sine[i] + log(q);
        g[i] = e * (a[i] * sine[i] + cos(x[i])) + 2 * x[i] / q;
    }
    return value;
}

double elementwise_loops(long n, const double* a, const double* x, double* g) {
    double value = 0;
    for (long i = 0; i < n; i += block) {
        value += one_block(n - i < block ? (int)(n - i) : block, a + i, x + i, g + i);
    }
    return value;
}
