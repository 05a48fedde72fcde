// From an LLVM module to object code: checks it, runs the optimisation pipeline for the host, and
// emits a relocatable object. Private to codegen.
#pragma once

#include "codegen/compile.hpp"
#include "codegen/target.hpp"

namespace llvm {
class Module;
}

namespace nabla::codegen {

/// Fills in bytes, and the texts that were asked for. Throws InternalError with LLVM's message if
/// the module is not well formed.
void make_object(llvm::Module& module, const TargetInfo& target, const EmitOptions& options,
                 CompiledObject& result);

}  // namespace nabla::codegen
