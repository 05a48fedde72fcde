// What a person typed, and the part of it that is meant: `:type  x^T A x` is one text whose part is
// the expression. Errors are shown in the whole text, under the part.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include <nabla/error.hpp>

#include "frontend/source.hpp"

namespace nabla::runtime {

/// The name of what was typed in diagnostics.
inline constexpr const char* input_name = "<input>";

struct Typed {
    std::string text;       ///< the whole input, perhaps of several lines
    std::size_t begin = 0;  ///< of the part, in bytes
    std::size_t end = 0;
    std::string file = input_name;
    std::uint32_t line = 1;  ///< of the file that `text` begins at

    /// All of `text`.
    static Typed whole(std::string text, std::string file = input_name, std::uint32_t line = 1) {
        const std::size_t size = text.size();
        return {std::move(text), 0, size, std::move(file), line};
    }

    std::string_view part() const { return std::string_view(text).substr(begin, end - begin); }

    /// The part without blanks at its ends, and perhaps less of it, as a smaller part.
    Typed sub(std::size_t from, std::size_t to) const {
        Typed smaller = *this;
        smaller.begin = from;
        smaller.end = to;
        while (smaller.begin < smaller.end && is_blank(text[smaller.begin])) ++smaller.begin;
        while (smaller.end > smaller.begin && is_blank(text[smaller.end - 1])) --smaller.end;
        return smaller;
    }

    /// A place in the text, by bytes.
    Location locate(std::size_t from, std::size_t to) const {
        Location place =
            syntax::Source(file, text)
                .locate({static_cast<std::uint32_t>(from), static_cast<std::uint32_t>(to)});
        place.line += line - 1;
        return place;
    }

    /// The place of the part.
    Location where() const { return locate(begin, end); }

private:
    static bool is_blank(char c) {
        return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
    }
};

}  // namespace nabla::runtime
