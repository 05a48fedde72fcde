// Sizes that code can be made for: what stands between the numbers a user gives and codegen.
#pragma once

#include <cstdint>
#include <span>

#include "ir/expr.hpp"
#include "ir/shape.hpp"

namespace nabla::runtime {

/// No array, and nothing that an expression computes on the way, may be larger than this many
/// bytes (8 TiB): numbers of bytes and of operations then stay far inside 64 bits.
inline constexpr std::int64_t max_array_bytes = std::int64_t{1} << 43;

/// The largest value of a dimension: a vector of that many doubles has `max_array_bytes`. The
/// language has the same limit for sizes that are written in a text.
inline constexpr std::int64_t max_dimension = max_array_bytes / 8;

/// Throws InputError unless every size of every input, every output and everything in between is
/// known and at least 1, and every array is within `max_array_bytes`. Codegen relies on it: no loop
/// of its programs is empty, and its arithmetic on sizes does not overflow.
void check_extents(std::span<const ir::Expr> outputs, std::span<const ir::Expr> inputs,
                   const ir::DimValues& dims);

}  // namespace nabla::runtime
