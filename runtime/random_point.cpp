#include "runtime/random_point.hpp"

#include <algorithm>
#include <cmath>

namespace nabla::runtime {
namespace {

using ir::Fact;

// The same numbers from the same seed on every machine, which the standard's distributions are not.
double uniform(std::mt19937& random, double low, double high) {
    return low + (high - low) * (static_cast<double>(random()) + 0.5) / 4294967296.0;
}

class Point {
public:
    Point(const ir::Declaration& declaration, const Sizes& sizes, Region region,
          std::mt19937& random)
        : declaration_(declaration),
          facts_(declaration.symbol.symbol().facts),
          region_(region),
          random_(random),
          array_(sizes) {}

    Array make() {
        for (double& entry : array_.values()) entry = draw();
        const Sizes& sizes = array_.sizes();
        if (sizes.size() == 2 && sizes[0] == sizes[1]) make_square(sizes[0]);
        if (facts_.has(Fact::simplex)) {
            double sum = 0;
            for (double& entry : array_.values()) sum += entry = std::abs(entry) + 0.1;
            for (double& entry : array_.values()) entry /= sum;
        }
        if (facts_.has(Fact::integer)) {
            for (double& entry : array_.values()) entry = std::round(3 * entry);
        }
        return std::move(array_);
    }

private:
    double draw() {
        const double low = declaration_.lower;
        const double high = declaration_.upper;
        if (std::isfinite(low) && std::isfinite(high)) {
            const double margin = 0.05 * (high - low);
            return uniform(random_, low + margin, high - margin);
        }
        if (std::isfinite(low)) return low + uniform(random_, 0.2, 1.8);
        if (std::isfinite(high)) return high - uniform(random_, 0.2, 1.8);
        if (facts_.has(Fact::nonnegative)) return uniform(random_, 0.2, 1.8);
        if (facts_.has(Fact::nonpositive)) return -uniform(random_, 0.2, 1.8);
        switch (region_) {
            case Region::around_zero:
                return uniform(random_, -1.5, 1.5);
            case Region::positive:
                return uniform(random_, 0.4, 1.9);
            case Region::inside_unit_interval:
                return uniform(random_, 0.1, 0.9);
        }
        return 0;
    }

    double& at(std::size_t i, std::size_t j) { return array_.data()[i * array_.sizes()[1] + j]; }

    void make_square(std::size_t n) {
        if (facts_.has(Fact::psd)) return make_definite(n);
        if (facts_.has(Fact::orthogonal)) return make_orthogonal(n);
        project_on_structure(array_.data(), n, facts_);
        if (!facts_.has(Fact::invertible) || facts_.has(Fact::antisymmetric)) return;
        for (std::size_t i = 0; i < n; ++i) at(i, i) += 1.5 * static_cast<double>(n);
    }

    // B B^T/n, with a multiple of the identity where it must not be singular.
    void make_definite(std::size_t n) {
        const std::vector<double> b(array_.values().begin(), array_.values().end());
        const bool diagonal = facts_.has(Fact::diagonal);
        for (std::size_t i = 0; i < n; ++i) {
            for (std::size_t j = 0; j < n; ++j) {
                double sum = 0;
                for (std::size_t k = 0; k < n; ++k) sum += b[i * n + k] * b[j * n + k];
                const double shift = i == j && facts_.has(Fact::pd) ? 0.5 : 0.0;
                at(i, j) = diagonal && i != j ? 0 : sum / static_cast<double>(n) + shift;
            }
        }
    }

    // Gram and Schmidt on the rows.
    void make_orthogonal(std::size_t n) {
        for (std::size_t i = 0; i < n; ++i) {
            at(i, i) += 2;
            for (std::size_t before = 0; before < i; ++before) {
                double product = 0;
                for (std::size_t k = 0; k < n; ++k) product += at(i, k) * at(before, k);
                for (std::size_t k = 0; k < n; ++k) at(i, k) -= product * at(before, k);
            }
            double length = 0;
            for (std::size_t k = 0; k < n; ++k) length += at(i, k) * at(i, k);
            for (std::size_t k = 0; k < n; ++k) at(i, k) /= std::sqrt(length);
        }
    }

    const ir::Declaration& declaration_;
    ir::Facts facts_;
    Region region_;
    std::mt19937& random_;
    Array array_;
};

}  // namespace

Array random_array(const ir::Declaration& declaration, const Sizes& sizes, Region region,
                   std::mt19937& random) {
    return Point(declaration, sizes, region, random).make();
}

void project_on_structure(double* matrix, std::size_t n, ir::Facts facts) {
    const bool symmetric = facts.has(Fact::symmetric);
    const bool antisymmetric = facts.has(Fact::antisymmetric);
    for (std::size_t i = 0; i < n; ++i) {
        if (antisymmetric) matrix[i * n + i] = 0;
        for (std::size_t j = i + 1; j < n; ++j) {
            double& upper = matrix[i * n + j];
            double& lower = matrix[j * n + i];
            const double half = symmetric ? (upper + lower) / 2 : (upper - lower) / 2;
            if (symmetric) upper = lower = half;
            if (antisymmetric) upper = half, lower = -half;
            if (facts.has(Fact::diagonal) || facts.has(Fact::lower)) upper = 0;
            if (facts.has(Fact::diagonal) || facts.has(Fact::upper)) lower = 0;
        }
    }
}

}  // namespace nabla::runtime
