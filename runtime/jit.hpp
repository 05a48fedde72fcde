// Links compiled objects into this process. Owns the LLJIT; no LLVM type shows.
#pragma once

#include <cstdint>
#include <memory>

#include "codegen/compile.hpp"

namespace nabla::runtime {

/// inputs[i], outputs[i]: row-major arrays in the order given to codegen::lower (scalars are arrays
/// of one number). Returns 0 or an error number.
using KernelFunction = std::int32_t (*)(const void* const* inputs, void* const* outputs,
                                        void* workspace);

/// Code in memory; freed when the last owner goes. Immutable: call from any number of threads.
class LoadedKernel {
public:
    KernelFunction function = nullptr;
    std::uint64_t workspace_bytes = 0;
    std::vector<std::string> error_texts;
    std::shared_ptr<void> owner;
};

class Jit {
public:
    Jit();
    ~Jit();
    Jit(const Jit&) = delete;
    Jit& operator=(const Jit&) = delete;
    /// Throws InternalError with LLVM's message if the object does not link. Thread-safe.
    LoadedKernel load(const codegen::CompiledObject& object);

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace nabla::runtime
