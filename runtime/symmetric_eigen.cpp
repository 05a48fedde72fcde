#include "runtime/symmetric_eigen.hpp"

#include <algorithm>
#include <numeric>

#include "ir/dense.hpp"

namespace nabla::runtime {

SymmetricEigen symmetric_eigen(const std::vector<double>& matrix, std::size_t n) {
    const auto size = static_cast<std::int64_t>(n);
    const ir::Eigen found = ir::dense_eigen(ir::Tensor{{size, size}, matrix});
    std::vector<std::size_t> order(n);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(),
              [&](std::size_t a, std::size_t b) { return found.values[a] < found.values[b]; });
    SymmetricEigen result;
    for (const std::size_t k : order) {
        result.values.push_back(found.values[k]);
        result.vectors.emplace_back();
        for (std::size_t i = 0; i < n; ++i)
            result.vectors.back().push_back(found.vectors.data[i * n + k]);
    }
    return result;
}

}  // namespace nabla::runtime
