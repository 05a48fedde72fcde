// Arrays on their way in and out of compiled kernels.
//
// An ArrayView looks at numbers that somebody else owns; an Array owns its numbers, row-major. Both
// know the sizes of their axes: none for a scalar, one for a vector, two for a matrix, more for the
// derivatives of matrices. Standard library only.
#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace nabla {

/// The length of each axis, outermost first; empty for a scalar.
using Sizes = std::vector<std::size_t>;

/// The number of entries of an array of these sizes (1 for a scalar).
inline std::size_t entry_count(const Sizes& sizes) noexcept {
    std::size_t count = 1;
    for (const std::size_t size : sizes) count *= size;
    return count;
}

/// Numbers owned by someone else, with the sizes of their axes and the distance in memory between
/// neighbours along each axis, in entries. Valid as long as those numbers live and do not move.
class ArrayView {
public:
    /// Row-major: the last axis is contiguous.
    ArrayView(const double* data, Sizes sizes) : data_(data), sizes_(std::move(sizes)) {
        strides_.resize(sizes_.size());
        std::ptrdiff_t stride = 1;
        for (std::size_t axis = sizes_.size(); axis-- > 0;) {
            strides_[axis] = stride;
            stride *= static_cast<std::ptrdiff_t>(sizes_[axis]);
        }
    }

    /// Any layout; `strides` has one number for each axis.
    ArrayView(const double* data, Sizes sizes, std::vector<std::ptrdiff_t> strides)
        : data_(data), sizes_(std::move(sizes)), strides_(std::move(strides)) {}

    /// A vector: the contiguous numbers of `values` (a std::vector or std::array converts).
    ArrayView(std::span<const double> values) : ArrayView(values.data(), {values.size()}) {}
    ArrayView(const std::vector<double>& values) : ArrayView(std::span<const double>(values)) {}

    /// Column-major, as Fortran, MATLAB and Eigen store a matrix: the first axis is contiguous.
    static ArrayView column_major(const double* data, Sizes sizes) {
        std::vector<std::ptrdiff_t> strides;
        std::ptrdiff_t stride = 1;
        for (const std::size_t size : sizes) {
            strides.push_back(stride);
            stride *= static_cast<std::ptrdiff_t>(size);
        }
        return {data, std::move(sizes), std::move(strides)};
    }

    const double* data() const noexcept { return data_; }
    const Sizes& sizes() const noexcept { return sizes_; }
    const std::vector<std::ptrdiff_t>& strides() const noexcept { return strides_; }

    /// Whether the entries lie in memory one after the other with the last axis innermost.
    bool is_row_major() const noexcept {
        std::ptrdiff_t stride = 1;
        for (std::size_t axis = sizes_.size(); axis-- > 0;) {
            if (sizes_[axis] > 1 && strides_[axis] != stride) return false;
            stride *= static_cast<std::ptrdiff_t>(sizes_[axis]);
        }
        return true;
    }

private:
    const double* data_;
    Sizes sizes_;
    std::vector<std::ptrdiff_t> strides_;
};

/// Numbers with the sizes of their axes, row-major. A value: copies are independent.
class Array {
public:
    Array() = default;  ///< the scalar 0
    Array(double scalar) : values_{scalar} {}
    /// Zeros of these sizes.
    explicit Array(Sizes sizes) : sizes_(std::move(sizes)), values_(entry_count(sizes_)) {}
    /// Takes `values`, which must have exactly the number of entries that `sizes` says.
    Array(Sizes sizes, std::vector<double> values)
        : sizes_(std::move(sizes)), values_(std::move(values)) {}

    const Sizes& sizes() const noexcept { return sizes_; }
    std::size_t rank() const noexcept { return sizes_.size(); }
    std::size_t count() const noexcept { return values_.size(); }

    double* data() noexcept { return values_.data(); }
    const double* data() const noexcept { return values_.data(); }
    std::span<double> values() noexcept { return values_; }
    std::span<const double> values() const noexcept { return values_; }
    /// The number of a scalar, or the first entry.
    double scalar() const noexcept { return values_.empty() ? 0.0 : values_.front(); }

    ArrayView view() const { return {values_.data(), sizes_}; }
    operator ArrayView() const { return view(); }

private:
    Sizes sizes_;
    std::vector<double> values_{0.0};
};

/// Arrays by the names that the model gives them.
using Arrays = std::map<std::string, Array, std::less<>>;

}  // namespace nabla
