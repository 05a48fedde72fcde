// What this machine and this build are: for `--version` and reports.
#pragma once

#include <string>

namespace nabla::runtime {

struct HostInfo {
    std::string cpu;
    std::string llvm_version;
    int vector_bits = 0;
};

HostInfo host_info();

}  // namespace nabla::runtime
