// Arrays of numbers modulo the Mersenne prime 2^61 - 1, and what is computed with them.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "ir/expr.hpp"

namespace nabla::passes {

inline constexpr std::uint64_t modulus = (std::uint64_t{1} << 61) - 1;

std::uint64_t add_mod(std::uint64_t a, std::uint64_t b);
std::uint64_t multiply_mod(std::uint64_t a, std::uint64_t b);
std::uint64_t negate_mod(std::uint64_t a);
/// Of a negative exponent the inverse; nothing for 0 to such.
std::optional<std::uint64_t> power_mod(std::uint64_t a, std::int64_t exponent);

/// Row-major.
struct ModularTensor {
    std::vector<std::int64_t> shape;
    std::vector<std::uint64_t> data;

    static ModularTensor filled(std::vector<std::int64_t> shape, std::uint64_t value);
    std::uint64_t& at(std::int64_t i, std::int64_t j) {
        return data[static_cast<std::size_t>(i * shape[1] + j)];
    }
    std::uint64_t at(std::int64_t i, std::int64_t j) const {
        return data[static_cast<std::size_t>(i * shape[1] + j)];
    }
};

/// Nothing if the matrix is singular.
std::optional<ModularTensor> inverse_mod(ModularTensor matrix);
std::uint64_t det_mod(ModularTensor matrix);

/// The product of arrays over labels of the given extents, a factor at a time; nothing if an
/// intermediate result is too large.
struct ModularFactor {
    const ModularTensor* value;
    const ir::Labels* labels;
};
std::optional<ModularTensor> product_mod(const std::vector<ModularFactor>& factors,
                                         const ir::Labels& output,
                                         const std::vector<std::int64_t>& extents);

}  // namespace nabla::passes
