// A file's `export` statements as object files and C headers.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "codegen/loop.hpp"

namespace nabla::runtime {

class ModelState;

/// One export: the contents of NAME.o and NAME.h.
struct ExportedObject {
    std::string name;
    std::vector<char> object;
    std::string header;
};

/// Compiles every export of the model for these sizes (beside those that its `dim` lines fix). A
/// parameter of the C functions has the name of the model's input; where C has another use for that
/// name (`double`, `NULL`, `workspace`) it gets an underscore, and the header says whose it is.
/// Throws InputError: no export, a name that no C function can have, a size that is not given or
/// not possible, one that is given and not used.
std::vector<ExportedObject> compile_exports(const ModelState& model,
                                            const std::map<std::string, std::int64_t>& dims,
                                            codegen::Precision precision = codegen::Precision::f64);

}  // namespace nabla::runtime
