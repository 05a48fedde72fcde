// What kind of input a line is, by its first words and signs alone: what it means, and whether it
// is right, is the frontend's business.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "frontend/lines.hpp"
#include "runtime/session/typed.hpp"

namespace nabla::runtime {

enum class LineKind {
    nothing,      ///< blanks and comments
    expression,   ///< to be evaluated or shown
    assignment,   ///< `x := …`
    dim,          ///< `dim n = 4`
    declaration,  ///< `param X[m, n]`, `var w[n]`
    definition,   ///< `f = …`
    function,     ///< `f(x) = …`
    import,       ///< `import "…"`
    keep,         ///< `export …`: checked and kept
    request,      ///< carried out at once: `minimize`, `show`, …
};

struct Line {
    LineKind kind = LineKind::nothing;
    std::string name;             ///< canonical: what is assigned, declared, defined or exported
    std::size_t value_begin = 0;  ///< in bytes of the text: behind the sign of an assignment
};

/// Kind of the part of `typed`.
Line classify(const Typed& typed);

/// An input as it grows line by line.
class GrowingInput {
public:
    void add(std::string_view line);
    const std::string& text() const noexcept { return text_; }
    /// Whether it waits for more lines: open brackets, a trailing operator or comma, a problem
    /// without its variables.
    bool needs_more() const { return lines_.goes_on() || (is_problem_ && !has_variables_); }
    /// Whether `line` starts something new although this is not complete: a statement, a command,
    /// a value for a name, or a definition where no bracket is open.
    bool is_ended_by(std::string_view line) const;

private:
    std::string text_;
    syntax::Continuation lines_;
    bool is_problem_ = false;
    bool has_variables_ = false;  // `over` has come
};

/// The words of a text: names in canonical spelling, each once.
std::vector<std::string> words_of(std::string_view text);

}  // namespace nabla::runtime
