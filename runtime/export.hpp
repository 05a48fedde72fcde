// A file's `export` statements as object files and C headers.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace nabla::runtime {

class ModelState;

/// One export: the contents of NAME.o and NAME.h.
struct ExportedObject {
    std::string name;
    std::vector<char> object;
    std::string header;
};

/// Compiles every export of the model for these sizes (beside those that its `dim` lines fix).
/// Throws InputError: no export, a size that is not given, one that is given and not used.
std::vector<ExportedObject> compile_exports(const ModelState& model,
                                            const std::map<std::string, std::int64_t>& dims);

}  // namespace nabla::runtime
