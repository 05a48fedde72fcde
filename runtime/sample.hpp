// Random sizes and values that respect everything that a module declares: what identities are
// tested at, and derivatives can be checked at. The same seed gives the same values.
#pragma once

#include <cstdint>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <vector>

#include <nabla/array.hpp>

#include "ir/expr.hpp"
#include "ir/module.hpp"
#include "ir/shape.hpp"

namespace nabla::runtime {

/// How entries without bounds are spread. Different claims break, and different functions are
/// defined, in different places.
enum class Spread : std::uint8_t {
    integers,  ///< small whole numbers: zeros and ties are among them
    normal,    ///< around 0
    positive,  ///< between 0.1 and 3
    unit,      ///< between 0 and 1
    wide,      ///< around 0, some tens
};

class Sampler {
public:
    /// `module` must live as long as the sampler.
    Sampler(const ir::Module& module, std::uint64_t seed) : module_(module), random_(seed) {}

    /// Small sizes for every dimension name that the nodes below `roots` need, within `dim` lines,
    /// such that every size is at least 1. Nothing if no such sizes are found, or if the values
    /// would be too large to compute with for a test.
    std::optional<ir::DimValues> sizes(std::span<const ir::Expr> roots);

    /// A value for a symbol of the module. Nothing if none is found that has all declared facts.
    std::optional<Array> value(ir::Expr symbol, const ir::DimValues& dims, Spread spread);

private:
    std::optional<ir::DimValues> try_sizes(const std::vector<std::string>& names);

    const ir::Module& module_;
    std::mt19937_64 random_;
};

}  // namespace nabla::runtime
