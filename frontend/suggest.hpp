// Likely fixes: the nearest known name, and the wording of "did you mean".
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace nabla::syntax {

/// Insertions, deletions, replacements and swaps of neighbours that turn `a` into `b`; stops
/// counting past `limit`.
std::size_t edit_distance(std::string_view a, std::string_view b, std::size_t limit);

/// The candidate nearest to `word`, if it is near enough to be a slip of the hand: one edit up to
/// five letters, two beyond; or the same word in other case.
std::optional<std::string> nearest(std::string_view word, std::span<const std::string> candidates);

/// "did you mean `x`?", or nothing.
std::string did_you_mean(std::string_view word, std::span<const std::string> candidates);

}  // namespace nabla::syntax
