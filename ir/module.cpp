#include "ir/module.hpp"

namespace nabla::ir {

const Declaration* Module::find_declaration(const std::string& name) const {
    for (const Declaration& d : declarations)
        if (d.symbol.symbol().name == name) return &d;
    return nullptr;
}

const Definition* Module::find_definition(const std::string& name) const {
    for (const Definition& d : definitions)
        if (d.name == name) return &d;
    return nullptr;
}

}  // namespace nabla::ir
