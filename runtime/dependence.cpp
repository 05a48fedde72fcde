#include "runtime/dependence.hpp"

#include <lapacke.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace nabla::runtime {
namespace {

// The vectors one behind the other.
std::vector<double> vectors_of(const Array& matrix, bool columns) {
    const auto entries = matrix.values();
    if (!columns) return {entries.begin(), entries.end()};
    const std::size_t rows = matrix.sizes()[0];
    const std::size_t width = matrix.sizes()[1];
    std::vector<double> vectors(entries.size());
    for (std::size_t i = 0; i < rows; ++i) {
        for (std::size_t j = 0; j < width; ++j) vectors[j * rows + i] = entries[i * width + j];
    }
    return vectors;
}

// To length 1; false if it is zero. First by the largest entry: squares may overflow.
bool normalize(double* vector, std::size_t length) {
    const auto scale = [&](double by) {
        for (std::size_t i = 0; i < length; ++i) vector[i] /= by;
    };
    double largest = 0;
    for (std::size_t i = 0; i < length; ++i) largest = std::max(largest, std::abs(vector[i]));
    if (largest == 0) return false;
    scale(largest);
    double squares = 0;
    for (std::size_t i = 0; i < length; ++i) squares += vector[i] * vector[i];
    scale(std::sqrt(squares));
    return true;
}

}  // namespace

std::optional<Dependence> find_dependence(const Array& matrix, bool columns) {
    const auto entries = matrix.values();
    const bool finite =
        std::all_of(entries.begin(), entries.end(), [](double x) { return std::isfinite(x); });
    if (!finite || entries.empty()) return std::nullopt;
    const std::size_t count = matrix.sizes()[columns ? 1 : 0];
    const std::size_t length = matrix.sizes()[columns ? 0 : 1];
    std::vector<double> vectors = vectors_of(matrix, columns);
    for (std::size_t k = 0; k < count; ++k) {
        if (!normalize(vectors.data() + k * length, length)) return Dependence{k, true};
    }
    if (count > length) return Dependence{length, false};

    // QR with pivots: the diagonal of R falls, and its k-th entry is what the k vectors chosen
    // before leave of the next one.
    std::vector<lapack_int> order(count, 0);
    std::vector<double> factors(count);
    const auto m = static_cast<lapack_int>(length);
    const auto n = static_cast<lapack_int>(count);
    if (LAPACKE_dgeqp3(LAPACK_COL_MAJOR, m, n, vectors.data(), m, order.data(), factors.data()) !=
        0) {
        return std::nullopt;
    }
    const double tolerance =
        10 * static_cast<double>(length) * std::numeric_limits<double>::epsilon();
    for (std::size_t k = 0; k < count; ++k) {
        if (std::abs(vectors[k * length + k]) > tolerance) continue;
        return Dependence{static_cast<std::size_t>(order[k]) - 1, false};
    }
    return std::nullopt;
}

}  // namespace nabla::runtime
