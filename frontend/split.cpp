#include "frontend/split.hpp"

#include "frontend/names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace nabla::syntax {

namespace {

/// Lengths of the names that may stand at the start of `rest`, longest first.
std::vector<std::size_t> piece_lengths(const std::string& rest, const Scope& scope,
                                       const std::set<std::string>& locals) {
    std::vector<std::size_t> lengths;
    for (std::size_t length = rest.size(); length > 0; --length) {
        const std::string piece = rest.substr(0, length);
        const Scope::Role role = scope.find(piece).role;
        const bool named = locals.contains(piece) ||
                           (role != Scope::Role::unknown && role != Scope::Role::function);
        const bool by_default = scope.defaults && default_kind(piece).has_value();
        if (!named && !by_default) continue;
        // Digits that follow belong to the name.
        const bool digits_follow =
            length < rest.size() && rest[length] >= '0' && rest[length] <= '9';
        if (!digits_follow) lengths.push_back(length);
    }
    return lengths;
}

}  // namespace

std::optional<std::vector<std::string>> split_word(const std::string& word, const Scope& scope,
                                                   const std::set<std::string>& locals) {
    // choice[i]: length of the first piece of the best split of word[i…]; 0 if there is none.
    std::vector<std::size_t> choice(word.size() + 1, 0);
    for (std::size_t at = word.size(); at-- > 0;) {
        for (std::size_t length : piece_lengths(word.substr(at), scope, locals)) {
            if (at + length == word.size() || choice[at + length] != 0) {
                choice[at] = length;
                break;
            }
        }
    }
    if (word.empty() || choice[0] == 0) return std::nullopt;
    std::vector<std::string> pieces;
    for (std::size_t at = 0; at < word.size(); at += choice[at]) {
        pieces.push_back(word.substr(at, choice[at]));
    }
    return pieces;
}

std::string explain_split(const std::string& word, const Scope& scope,
                          const std::set<std::string>& locals) {
    constexpr std::size_t longest = 40;
    if (word.size() > longest) return {};
    constexpr std::size_t never = std::numeric_limits<std::size_t>::max() / 2;
    // The split of word[i…] with the fewest pieces that are not declared.
    struct Choice {
        std::size_t length = 0;
        std::size_t missing = never;
        bool known = false;
    };
    std::vector<Choice> best(word.size() + 1);
    best.back().missing = 0;
    for (std::size_t at = word.size(); at-- > 0;) {
        const std::string rest = word.substr(at);
        for (std::size_t length : piece_lengths(rest, scope, locals)) {
            const std::size_t missing = best[at + length].missing;
            if (missing < best[at].missing) best[at] = {length, missing, true};
        }
        for (std::size_t length = rest.size(); length > 0; --length) {
            if (!default_kind(rest.substr(0, length))) continue;
            const std::size_t missing = best[at + length].missing + 1;
            if (missing < best[at].missing) best[at] = {length, missing, false};
        }
    }
    if (word.empty() || best[0].missing >= never) return {};
    std::string reading;
    std::set<std::string> unknown;
    std::size_t pieces = 0;
    for (std::size_t at = 0; at < word.size(); at += best[at].length) {
        const std::string piece = word.substr(at, best[at].length);
        reading += (reading.empty() ? "" : " ") + piece;
        if (!best[at].known) unknown.insert(piece);
        ++pieces;
    }
    if (unknown.size() != 1 || 2 * best[0].missing > pieces) return {};
    return fmt::format("`{}` would be {}, but `{}` is not declared", word, reading,
                       *unknown.begin());
}

std::vector<Span> piece_places(const std::string& typed, const std::vector<std::string>& pieces) {
    // For every byte of the canonical spelling, the letter of the typed one that it comes from.
    std::vector<Span> letters;
    for (std::size_t at = 0; at < typed.size();) {
        const std::size_t letter = letter_length(std::string_view(typed).substr(at));
        const std::size_t length = std::max<std::size_t>(1, letter);
        const Span place{static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(at + length)};
        letters.insert(letters.end(), canonical_name(typed.substr(at, length)).size(), place);
        at += length;
    }
    std::vector<Span> places;
    std::size_t at = 0;
    for (const std::string& piece : pieces) {
        const std::size_t end = at + piece.size();
        if (piece.empty() || end > letters.size()) {
            places.push_back({0, static_cast<std::uint32_t>(typed.size())});
        } else {
            places.push_back({letters[at].begin, letters[end - 1].end});
        }
        at = end;
    }
    return places;
}

}  // namespace nabla::syntax
