// The answer to `nabla --version`.
#pragma once

#include <string>

namespace nabla::cli {

/// Version of Nabla and of LLVM, this machine's CPU and vector width: one line each.
std::string version_text();

}  // namespace nabla::cli
