// What a line that is no statement was probably meant to be: words of other systems, other
// spellings, and slips of the hand.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace nabla::syntax {

/// The statement word that `word` stands for in the user's mind (`minimise`, `parameter`, `print`,
/// `mimimize`); empty if there is none.
std::string meant_statement(std::string_view word);

/// The statement word that is spelled `word` elsewhere; empty if there is none.
std::string_view statement_synonym(std::string_view word);

/// Whether `word` begins a statement of a file.
bool is_statement_word(std::string_view word) noexcept;

/// The names that a line which does not parse would have introduced, as far as it can be read.
struct LostNames {
    std::vector<std::string> values;
    std::string size;  ///< of a `dim` line
};
LostNames lost_names(std::string_view line);

/// What to write instead of a line that begins with `word`, goes on with `rest`, and is not
/// understood from `found` on; empty if it is no slip that is known.
std::string slip_in_statement(std::string_view word, std::string_view rest, std::string_view found);

}  // namespace nabla::syntax
