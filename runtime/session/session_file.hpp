// A session as a file: declarations and definitions in the language, values as comments that only
// `:load` reads (`#:= x = [1, 2, 3]`), so that every other reader of `.nabla` files takes it too.
#pragma once

#include <string>
#include <vector>

#include "runtime/session/session.hpp"

namespace nabla::runtime {

struct LoadReport {
    std::vector<std::string> names;    ///< declared, defined or given values, in the file's order
    std::vector<std::string> skipped;  ///< statements that ask for something: not carried out
    std::vector<Diagnostic> notes;
};

/// Adds what the file `argument` declares, defines and gives values to. What it asks for is checked
/// and left. Throws InputError with the file's places; the session is then as it was.
LoadReport load_session(Session& session, const Typed& argument);

/// Writes the file. Throws InputError at `argument`.
void save_session(const Session& session, const Typed& argument);

}  // namespace nabla::runtime
