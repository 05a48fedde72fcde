#include "cli/version.hpp"

#include <nabla/nabla.hpp>

#include <fmt/format.h>

#include "runtime/host.hpp"

namespace nabla::cli {

std::string version_text() {
    const runtime::HostInfo host = runtime::host_info();
    return fmt::format("nabla {}\nLLVM {}\nCPU {}, {}-bit vectors\n", version(), host.llvm_version,
                       host.cpu, host.vector_bits);
}

}  // namespace nabla::cli
