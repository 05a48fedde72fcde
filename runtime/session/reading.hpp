// What the files of Session share: a module read for one line, and how it is to be read. Private to
// them.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "runtime/model_state.hpp"
#include "runtime/session/session.hpp"

namespace nabla::runtime {

struct Session::Reading {
    std::shared_ptr<const ModelState> model;
    Assembly assembly;
    Values values;  // of the names that the text needs
    std::vector<Diagnostic> notes;
};

struct Session::ReadOptions {
    const Pieces* pieces = nullptr;       // instead of the session's own
    const KnownValues* values = nullptr;  // likewise
    bool own_sizes = false;               // see SubjectOptions
    std::vector<std::string> moved;       // variables of a problem
    std::string hidden;                   // a name whose value is not to be used
};

/// The expression that a line was read as.
const ir::Show& last_show(const ModelState& model);

/// Sizes as the frontend takes them.
std::vector<std::int64_t> shape_of(const Array& array);

/// Throws InputError at `where` unless the model declares the name.
void check_assignable(const ModelState& model, const std::string& name, const Typed& where);

}  // namespace nabla::runtime
