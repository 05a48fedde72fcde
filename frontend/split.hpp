// Words that are several names: `AXB` is A X B.
#pragma once

#include "frontend/scope.hpp"

#include <optional>
#include <set>
#include <string>
#include <vector>

namespace nabla::syntax {

/// Splits a word into names: longest first, with backtracking. Nothing if it cannot be done.
std::optional<std::vector<std::string>> split_word(const std::string& word, const Scope& scope,
                                                   const std::set<std::string>& locals);

/// Why a word that cannot be split nearly could: "`AXB` would be A X B, but `B` is not declared".
/// Empty unless declared names make up most of the word.
std::string explain_split(const std::string& word, const Scope& scope,
                          const std::set<std::string>& locals);

/// The places of the pieces of a word, which stands in the text as `typed`, as byte offsets from
/// its beginning; a piece that shares a letter with another (`ξ` read as x i) has that letter's.
std::vector<Span> piece_places(const std::string& typed, const std::vector<std::string>& pieces);

}  // namespace nabla::syntax
