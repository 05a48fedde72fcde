// The few vector operations that the optimizers share. Long vectors go through loops that the
// compiler vectorises; lengths must agree.
#pragma once

#include <cmath>
#include <cstddef>
#include <vector>

namespace nabla::runtime {

inline double dot(const std::vector<double>& a, const std::vector<double>& b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
    return sum;
}

/// Euclidean; scaled where the plain sum of squares would overflow or underflow.
inline double norm(const std::vector<double>& a) {
    const double square = dot(a, a);
    if (square > 1e-280 && square < 1e280) return std::sqrt(square);
    double largest = 0;
    for (const double entry : a) largest = std::fmax(largest, std::abs(entry));
    if (largest == 0 || std::isinf(largest) || std::isnan(square)) return std::sqrt(square);
    double scaled = 0;
    for (const double entry : a) scaled += (entry / largest) * (entry / largest);
    return largest * std::sqrt(scaled);
}

/// y += factor · x
inline void add_scaled(std::vector<double>& y, double factor, const std::vector<double>& x) {
    for (std::size_t i = 0; i < y.size(); ++i) y[i] += factor * x[i];
}

}  // namespace nabla::runtime
