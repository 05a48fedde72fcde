#include "runtime/variable_space.hpp"

#include <algorithm>
#include <cmath>

namespace nabla::runtime {
namespace {

class Block {
public:
    Block(double* hessian, std::size_t size, std::size_t offset, std::size_t n)
        : hessian_(hessian), size_(size), offset_(offset), n_(n) {
        for (std::size_t k = 0; k < n * n; ++k) {
            weight_ = std::max(weight_, std::abs(at(k, k)));
        }
        if (!(weight_ > 0) || !std::isfinite(weight_)) weight_ = 1;
    }

    // The entry (i, j) is always zero.
    void fix(std::size_t i, std::size_t j) { at(i * n_ + j, i * n_ + j) += weight_; }

    // Entries (i, j) and (j, i) are equal (`sign` 1) or opposite (-1).
    void tie(std::size_t i, std::size_t j, double sign) {
        const std::size_t p = i * n_ + j;
        const std::size_t q = j * n_ + i;
        at(p, p) += weight_ / 2;
        at(q, q) += weight_ / 2;
        at(p, q) -= sign * weight_ / 2;
        at(q, p) -= sign * weight_ / 2;
    }

private:
    double& at(std::size_t p, std::size_t q) {
        return hessian_[(offset_ + p) * size_ + offset_ + q];
    }

    double* hessian_;
    std::size_t size_;
    std::size_t offset_;
    std::size_t n_;
    double weight_ = 0;
};

}  // namespace

void fill_complement(double* hessian, std::size_t size, std::size_t offset, std::size_t n,
                     ir::Facts facts) {
    Block block(hessian, size, offset, n);
    const bool lower = facts.has(ir::Fact::lower);
    const bool upper = facts.has(ir::Fact::upper);
    const bool antisymmetric = facts.has(ir::Fact::antisymmetric);
    const bool symmetric = facts.has(ir::Fact::symmetric);
    for (std::size_t i = 0; i < n; ++i) {
        if (antisymmetric) block.fix(i, i);
        for (std::size_t j = i + 1; j < n; ++j) {
            if (lower) block.fix(i, j);
            if (upper) block.fix(j, i);
            if (lower || upper) continue;
            if (symmetric) block.tie(i, j, 1);
            if (antisymmetric) block.tie(i, j, -1);
        }
    }
}

}  // namespace nabla::runtime
