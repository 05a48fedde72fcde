// A source text and its geography: byte offsets on one side, lines and code-point columns (what a
// person counts) on the other. Promises that offsets produced by the parser can be turned into a
// Location at any later time, also in texts that are not valid UTF-8. The texts of imported files
// are appended to the one that imports them, so that one offset tells a place in any of them.
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

    /// One file of the text.
    struct Segment {
        std::string name;
        Span span;
        Span import;  ///< the path in the `import` that asked for it; empty for the first segment
        std::size_t first_line = 0;
    };

    /// Adds an imported file's text and returns its segment's index. What earlier spans mean stays
    /// the same; views of the text do not stay valid. Throws InputError if all texts together are
    /// larger than limits::source_bytes.
    std::size_t append(std::string name, std::string text, Span import);

    const std::string& name() const noexcept { return segments_.front().name; }
    /// The whole text; all segments, if files were appended.
    std::string_view text() const noexcept { return text_; }
    const std::vector<Segment>& segments() const noexcept { return segments_; }
    /// Index of the segment that an offset falls into.
    std::size_t segment_at(std::uint32_t offset) const noexcept;
    /// The bytes of a span, clipped to the text.
    std::string_view text(Span span) const noexcept;

    /// Line, columns and the line's text. A span over several lines is cut at the first line's end.
    Location locate(Span span) const;

    /// Offset of the first byte that is not part of a well-formed UTF-8 sequence.
    std::optional<std::uint32_t> invalid_utf8(std::size_t segment = 0) const noexcept;

private:
    void add_lines(std::size_t from);

    std::string text_;
    std::vector<Segment> segments_;
    std::vector<std::uint32_t> line_starts_;
};

/// Length in bytes of the well-formed UTF-8 sequence at the start of `text`; 0 if there is none.
std::size_t utf8_length(std::string_view text) noexcept;

/// Number of code points; a byte outside any well-formed sequence counts as one.
std::size_t count_code_points(std::string_view text) noexcept;

}  // namespace nabla::syntax
