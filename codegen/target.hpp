// What the emitter must know of the machine it generates code for: vector width, registers, cache.
// No LLVM type shows here; the target machine itself is made in object.cpp.
#pragma once

#include <cstdint>
#include <string>

#include "codegen/loop.hpp"

namespace nabla::codegen {

/// Which vector extension the kernels use, and thereby which of SLEEF's variants they call.
enum class VectorIsa : std::uint8_t { sse2, avx, avx2, avx512 };

struct TargetInfo {
    std::string cpu;
    std::string features;  ///< LLVM's feature string, "+avx2,-sse4a,…"
    VectorIsa isa = VectorIsa::sse2;

    int vector_bits() const;
    /// Architectural vector registers.
    int registers() const { return isa == VectorIsa::avx512 ? 32 : 16; }
    /// Elements of the widest vector.
    int lanes(Precision precision) const {
        return vector_bits() / (precision == Precision::f64 ? 64 : 32);
    }
};

/// The machine this process runs on.
TargetInfo host_target();

/// Size of what is expected to stay in the cache of one core.
inline constexpr std::int64_t cache_bytes = 512 * 1024;

}  // namespace nabla::codegen
