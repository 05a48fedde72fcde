// Names as the language defines them: which characters they consist of, the one canonical spelling
// of a Greek letter (`λ` and `lambda` are the same name, kept as `lambda`), reserved words, and the
// kinds that undeclared names have by default in a one-liner.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace nabla::syntax {

/// Bytes of the letter (Latin or Greek) at the start of `text`; 0 if none is there.
std::size_t letter_length(std::string_view text) noexcept;

/// Bytes of the name at the start of `text`: a letter, then letters, digits and `_`; 0 if none.
std::size_t name_length(std::string_view text) noexcept;

/// The name with every Greek letter spelled out: `λ_1` is `lambda_1`, `Σ` is `Sigma`.
std::string canonical_name(std::string_view name);

/// Words that cannot be names: statement words, `over`, `subject`, `using`, `for`, `as`, `in`.
bool is_reserved(std::string_view word) noexcept;

/// `lambda`, `Sigma`, …: a spelled Greek letter and nothing else.
bool is_greek_name(std::string_view word) noexcept;

enum class DefaultKind { scalar, vector, matrix };

/// The kind of a default name of a one-liner: one Latin letter or spelled Greek letter, followed by
/// nothing, digits, or `_` and letters or digits. Nothing if `word` is no default name.
std::optional<DefaultKind> default_kind(std::string_view word) noexcept;

/// Length of the longest spelled Greek letter at the start of `text`; 0 if none.
std::size_t spelled_greek_length(std::string_view text) noexcept;

}  // namespace nabla::syntax
