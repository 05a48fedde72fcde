#include "frontend/source.hpp"

#include "frontend/limits.hpp"

#include <algorithm>

namespace nabla::syntax {

namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

[[noreturn]] void throw_too_long(const std::string& name) {
    throw InputError(name + ": the text is too long (more than " +
                     std::to_string(limits::source_bytes >> 20U) + " MB)");
}

bool continuation(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U; }

}  // namespace

std::size_t utf8_length(std::string_view text) noexcept {
    if (text.empty()) return 0;
    const auto lead = static_cast<unsigned char>(text[0]);
    if (lead < 0x80U) return 1;
    std::size_t length = 0;
    if (lead >= 0xC2U && lead <= 0xDFU) length = 2;
    if (lead >= 0xE0U && lead <= 0xEFU) length = 3;
    if (lead >= 0xF0U && lead <= 0xF4U) length = 4;
    if (length == 0 || text.size() < length) return 0;
    for (std::size_t i = 1; i < length; ++i) {
        if (!continuation(text[i])) return 0;
    }
    const auto second = static_cast<unsigned char>(text[1]);
    // Overlong forms, surrogates, and code points past U+10FFFF.
    if (lead == 0xE0U && second < 0xA0U) return 0;
    if (lead == 0xEDU && second > 0x9FU) return 0;
    if (lead == 0xF0U && second < 0x90U) return 0;
    if (lead == 0xF4U && second > 0x8FU) return 0;
    return length;
}

std::size_t count_code_points(std::string_view text) noexcept {
    std::size_t count = 0;
    while (!text.empty()) {
        text.remove_prefix(std::max<std::size_t>(1, utf8_length(text)));
        ++count;
    }
    return count;
}

Source::Source(std::string name, std::string text) : text_(std::move(text)) {
    if (text_.size() > limits::source_bytes) throw_too_long(name);
    // A byte order mark is no character of the language.
    if (text_.starts_with(byte_order_mark)) text_.erase(0, byte_order_mark.size());
    line_starts_.push_back(0);
    add_lines(0);
    segments_.push_back({std::move(name), {0, static_cast<std::uint32_t>(text_.size())}, {}, 0});
}

std::size_t Source::append(std::string name, std::string text, Span import) {
    if (text_.size() + text.size() + 1 > limits::source_bytes) throw_too_long(name);
    if (text.starts_with(byte_order_mark)) text.erase(0, byte_order_mark.size());
    text_ += '\n';  // a line never goes on in the next file
    const std::size_t begin = text_.size();
    const std::size_t first_line = line_starts_.size();
    line_starts_.push_back(static_cast<std::uint32_t>(begin));
    text_ += text;
    add_lines(begin);
    segments_.push_back(
        {std::move(name),
         {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(text_.size())},
         import,
         first_line});
    return segments_.size() - 1;
}

void Source::add_lines(std::size_t from) {
    for (std::size_t i = from; i < text_.size(); ++i) {
        if (text_[i] == '\n') line_starts_.push_back(static_cast<std::uint32_t>(i + 1));
    }
}

std::size_t Source::segment_at(std::uint32_t offset) const noexcept {
    std::size_t index = segments_.size() - 1;
    while (index > 0 && segments_[index].span.begin > offset) --index;
    return index;
}

std::string_view Source::text(Span span) const noexcept {
    const std::size_t begin = std::min<std::size_t>(span.begin, text_.size());
    const std::size_t end = std::clamp<std::size_t>(span.end, begin, text_.size());
    return std::string_view(text_).substr(begin, end - begin);
}

Location Source::locate(Span span) const {
    const auto offset =
        std::min<std::uint32_t>(span.begin, static_cast<std::uint32_t>(text_.size()));
    const auto after = std::upper_bound(line_starts_.begin(), line_starts_.end(), offset);
    const auto line = static_cast<std::size_t>(after - line_starts_.begin()) - 1;
    const std::size_t begin = line_starts_[line];
    std::size_t end = text_.find('\n', begin);
    if (end == std::string::npos) end = text_.size();
    if (end > begin && text_[end - 1] == '\r') --end;

    const std::string_view whole(text_);
    const std::size_t first = std::min<std::size_t>(offset, end);
    const std::size_t last = std::clamp<std::size_t>(span.end, first, end);
    Location where;
    const Segment& segment = segments_[segment_at(offset)];
    where.file = segment.name;
    where.line = static_cast<std::uint32_t>(line - segment.first_line + 1);
    where.column =
        static_cast<std::uint32_t>(count_code_points(whole.substr(begin, first - begin)) + 1);
    const std::size_t width = count_code_points(whole.substr(first, last - first));
    where.end_column = where.column + static_cast<std::uint32_t>(std::max<std::size_t>(1, width));
    where.line_text = std::string(whole.substr(begin, end - begin));
    return where;
}

std::optional<std::uint32_t> Source::invalid_utf8(std::size_t segment) const noexcept {
    const Span span = segments_[segment].span;
    std::string_view rest = text(span);
    while (!rest.empty()) {
        const std::size_t length = utf8_length(rest);
        if (length == 0) return span.end - static_cast<std::uint32_t>(rest.size());
        rest.remove_prefix(length);
    }
    return std::nullopt;
}

}  // namespace nabla::syntax
