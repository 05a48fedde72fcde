// What people write who come from other systems: NumPy, MATLAB, R, LaTeX, pencil and paper. Tables
// of spellings that are not Nabla's, each with what to write instead.
#pragma once

#include <string>
#include <string_view>

namespace nabla::syntax {

/// What to write instead of a function of another system (`log10`, `matmul`); empty if unknown.
/// `argument`: the only one that it is called with, if that is known.
std::string foreign_function(std::string_view name, std::string_view argument = {});

/// Whether it is a module of another system, as in `np.dot`.
bool is_foreign_module(std::string_view name) noexcept;

/// What to write instead of `x.T` or `A.inv()`: `owner` is the text before the dot.
std::string foreign_member(std::string_view owner, std::string_view member);

/// A LaTeX command (the word after the backslash): what to write instead; empty if it is none.
std::string latex_command(std::string_view word);

/// A sign that begins the text and means something elsewhere.
struct ForeignSign {
    std::string_view sign;
    std::string_view help;
};
/// Null if the text begins with none.
const ForeignSign* foreign_sign(std::string_view text) noexcept;

}  // namespace nabla::syntax
