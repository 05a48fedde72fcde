// What a word of the language means, in a few lines: for `:help word`.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace nabla::runtime {

/// A function (by name or alias) or a word of the language; empty if it is neither.
std::string help_text(std::string_view word);

/// All words that help_text knows, for suggestions.
std::vector<std::string> help_words();

}  // namespace nabla::runtime
