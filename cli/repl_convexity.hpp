// The commands of the REPL about the shape of a function: `:convex E`, `:classify E`, each with
// `over x, y` behind it if some names only are meant.
#pragma once

#include "cli/repl.hpp"

namespace nabla::cli {

void show_convex(Repl& repl, const runtime::Typed& question);
void show_classification(Repl& repl, const runtime::Typed& question);

}  // namespace nabla::cli
