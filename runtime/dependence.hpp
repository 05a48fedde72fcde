// Whether the rows or the columns of a matrix of numbers are independent.
#pragma once

#include <cstddef>
#include <optional>

#include <nabla/array.hpp>

namespace nabla::runtime {

/// A row or column that others already span.
struct Dependence {
    std::size_t vector = 0;  ///< from 0
    bool is_zero = false;
};

/// One of the rows (or `columns`) of a matrix that depends on the others up to rounding, if one
/// does. Each is first scaled to length 1, so that units do not matter; it depends on the others if
/// what they leave of it is at most 10·max(m, n)·2^-52 long. Nothing where an entry is not finite.
std::optional<Dependence> find_dependence(const Array& matrix, bool columns);

}  // namespace nabla::runtime
