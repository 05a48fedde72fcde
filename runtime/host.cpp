#include "runtime/host.hpp"

#include <utility>

#include "codegen/compile.hpp"

namespace nabla::runtime {

HostInfo host_info() {
    codegen::HostDescription host = codegen::host();
    return {std::move(host.cpu), std::move(host.llvm_version), host.vector_bits};
}

}  // namespace nabla::runtime
