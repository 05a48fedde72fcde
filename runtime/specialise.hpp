// From a kernel's expressions to native code for given sizes, and the code for all sizes met so
// far.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <nabla/array.hpp>

#include "ir/expr.hpp"
#include "ir/shape.hpp"
#include "runtime/jit.hpp"

namespace nabla::runtime {

/// What a kernel computes: expressions without derivatives, and the symbols that are its arguments,
/// in order (a superset of those used).
struct Program {
    std::vector<ir::Expr> outputs;
    std::vector<ir::Expr> inputs;
};

/// Native code for one combination of sizes. Immutable.
struct Variant {
    LoadedKernel code;
    std::vector<Sizes> output_sizes;
    double compile_seconds = 0;
};

/// Makes native code. One for each model, used by one thread at a time (compiling reads the model's
/// Context); the JIT itself is made with the first kernel.
class Engine {
public:
    /// Compiles and loads. `what` names the outputs in errors. Throws InputError where a size is
    /// not known or not possible (check_extents.hpp), or where outputs and workspace would need
    /// more than half of this machine's memory.
    std::shared_ptr<const Variant> specialise(const Program& program, const ir::DimValues& dims,
                                              const std::vector<std::string>& what,
                                              codegen::Precision precision);

private:
    std::unique_ptr<Jit> jit_;
};

}  // namespace nabla::runtime
