// Words that could stand where somebody stops typing.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/session/session.hpp"

namespace nabla::runtime {

struct Completion {
    std::size_t begin = 0;                ///< byte at which the unfinished word begins
    std::vector<std::string> candidates;  ///< sorted; a function ends with its bracket
};

/// What may complete the word at the end of `text`: names of the session, functions, words of the
/// language. A first word that begins with `:` is completed from `commands` (with their colon).
Completion complete(const Session& session, std::string_view text,
                    std::span<const std::string> commands);

/// The candidate that `word` is probably a slip of.
std::optional<std::string> nearest_word(std::string_view word,
                                        std::span<const std::string> candidates);

}  // namespace nabla::runtime
