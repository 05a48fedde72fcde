// From expressions to native code: what runtime asks of codegen.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "codegen/loop.hpp"
#include "ir/expr.hpp"

namespace nabla::codegen {

struct CompileOptions {
    std::string name = "kernel";  ///< a C identifier
    Precision precision = Precision::f64;
    ir::DimValues dims;  ///< a size for every dimension name that occurs
    /// Library routines for products from this many flops on; 0 switches them off.
    std::int64_t library_threshold = 1 << 16;
};

/// lower.cpp: simplified, derivative-free expressions to a verified loop program. All outputs share
/// common work. `inputs`: the kernel's arguments in order (a superset of the symbols used).
LoopProgram lower(std::span<const ir::Expr> outputs, std::span<const ir::Expr> inputs,
                  const CompileOptions& options);

/// Empty if the program is well formed, else what is wrong (verify_loop.cpp).
std::string verify(const LoopProgram& program);

/// Runs the program with plain loops: the oracle of the emitter's tests (execute.cpp). Buffers of
/// inputs and outputs by position; returns the error code.
int execute(const LoopProgram& program, std::span<const double* const> inputs,
            std::span<double* const> outputs);

/// What goes around the code in an ahead-of-time object.
struct ExportSignature {
    struct Parameter {
        std::string name;
        bool scalar = false;  ///< by value
        std::string comment;  ///< "X[1000, 20]"
    };
    std::vector<Parameter> inputs;
    std::vector<Parameter> outputs;
};

struct CompiledObject {
    std::vector<char> bytes;  ///< a relocatable ELF object
    std::string entry;  ///< symbol: int32_t entry(const void* const* inputs, void* const* outputs,
                        ///< void* workspace)
    std::uint64_t workspace_bytes = 0;
    std::vector<std::string> error_texts;
    std::string llvm_ir;  ///< optimised, if asked for
    std::string assembly;
};

struct EmitOptions {
    bool keep_llvm_ir = false;
    bool keep_assembly = false;
    /// Not null: also the C functions NAME, NAME_workspace, NAME_error of interfaces.md; every
    /// other symbol local.
    const ExportSignature* export_as = nullptr;
};

/// emit.cpp: loop program to object code for this host. Thread-safe.
CompiledObject emit(const LoopProgram& program, const EmitOptions& options = {});

/// header.cpp: the C header that goes with an exported object.
std::string c_header(const LoopProgram& program, const ExportSignature& signature);

/// CPU name and vector width of this host, LLVM's version: for --version and cache keys.
struct HostDescription {
    std::string cpu, features, llvm_version;
    int vector_bits = 0;
};
HostDescription host();

}  // namespace nabla::codegen
