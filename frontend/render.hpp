// Diagnostics for people and for programs: as text with the line and carets under the exact span,
// and as the JSON object of the command line's contract.
#pragma once

#include <nabla/error.hpp>

#include <span>
#include <string>

namespace nabla::syntax {

/// One diagnostic:
///     ridge.nabla:5:10: error: cannot multiply …
///       5 | loss = ||X y - w||^2
///         |          ^^^
///       help: …
/// Secondary places on the same line are underlined with `~`; those on other lines are shown below
/// with their text. A long line is cut to the part around the span. Ends with a newline.
std::string render_text(const Diagnostic& diagnostic);

/// All of them, one after another.
std::string render_text(std::span<const Diagnostic> diagnostics);

/// {"errors":[{"file":…,"line":…,"column":…,"end_column":…,"message":…,"help":…}]}; `help` is ""
/// where there is none, the places of a diagnostic without one are absent. Text that is not
/// valid UTF-8 is replaced, so that the result always is.
std::string render_json(std::span<const Diagnostic> diagnostics);

}  // namespace nabla::syntax
