// A source text and its geography: byte offsets on one side, lines and code-point columns (what a
// person counts) on the other. Promises that offsets produced by the parser can be turned into a
// Location at any later time, also in texts that are not valid UTF-8.
#pragma once

#include <nabla/error.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nabla::syntax {

class Source {
public:
    /// `name` is shown in diagnostics (a path, or `<expression>`).
    /// Throws InputError if the text is larger than limits::source_bytes.
    Source(std::string name, std::string text);

    const std::string& name() const noexcept { return name_; }
    std::string_view text() const noexcept { return text_; }
    /// The bytes of a span, clipped to the text.
    std::string_view text(Span span) const noexcept;

    /// Line, columns and the line's text. A span over several lines is cut at the first line's end.
    Location locate(Span span) const;

    /// Offset of the first byte that is not part of a well-formed UTF-8 sequence.
    std::optional<std::uint32_t> invalid_utf8() const noexcept;

private:
    std::string name_;
    std::string text_;
    std::vector<std::uint32_t> line_starts_;
};

/// Length in bytes of the well-formed UTF-8 sequence at the start of `text`; 0 if there is none.
std::size_t utf8_length(std::string_view text) noexcept;

/// Number of code points; a byte outside any well-formed sequence counts as one.
std::size_t count_code_points(std::string_view text) noexcept;

}  // namespace nabla::syntax
