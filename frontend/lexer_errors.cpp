// What to tell the user when the grammar stops: by situation first, else the set of things that
// were expected at the farthest place.

#include "frontend/lexer.hpp"
#include "frontend/names.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace nabla::syntax {

namespace {

std::string join_expected(std::vector<std::string_view> labels) {
    std::stable_sort(labels.begin(), labels.end(),
                     [](std::string_view a, std::string_view b) { return a.size() < b.size(); });
    if (labels.size() > 3) labels.resize(3);
    std::string text;
    for (std::size_t i = 0; i < labels.size(); ++i) {
        if (i > 0) text += i + 1 == labels.size() ? " or " : ", ";
        text += labels[i];
    }
    return text;
}

/// Code point of a well-formed sequence of `length` bytes.
std::uint32_t code_point(std::string_view bytes) {
    const auto lead = static_cast<unsigned char>(bytes[0]);
    if (bytes.size() == 1) return lead;
    std::uint32_t value = lead & (0x7FU >> bytes.size());
    for (char byte : bytes.substr(1)) {
        value = (value << 6U) | (static_cast<unsigned char>(byte) & 0x3FU);
    }
    return value;
}

bool known_symbol(std::string_view text) {
    constexpr std::string_view ascii_symbols = "()[]{}<>|+-*/\\^'.,;:=_!\"#";
    if (text[0] >= '0' && text[0] <= '9') return true;
    if (ascii_symbols.find(text[0]) != std::string_view::npos) return true;
    for (const Spelling& spelling : spellings) {
        if (text.starts_with(spelling.text)) return true;
    }
    for (std::string_view other : {"ᵀ", "⊤", "⁻", "⁰", "¹", "²", "³", "⁴", "⁵", "⁶",
                                   "⁷", "⁸", "⁹", "∇", "⟨", "⟩", "‖", "∞", "′", "’"}) {
        if (text.starts_with(other)) return true;
    }
    return false;
}

/// Blanks other than the ordinary one, and what shows as nothing.
bool is_blank_character(std::string_view text) {
    const std::size_t length = utf8_length(text);
    if (length < 2) return false;
    const std::uint32_t code = code_point(text.substr(0, length));
    return code == 0xA0 || (code >= 0x2000 && code <= 0x200F) || code == 0x202F || code == 0x205F ||
           code == 0x2060 || code == 0x3000 || code == 0xFEFF;
}

std::string unexpected_character(std::string_view text) {
    const std::size_t length = utf8_length(text);
    const auto byte = static_cast<unsigned char>(text[0]);
    if (byte < 0x20U || byte == 0x7FU || length == 0) {
        return fmt::format("unexpected byte 0x{:02X}", byte);
    }
    return fmt::format("unexpected character `{}` (U+{:04X})", text.substr(0, length),
                       code_point(text.substr(0, length)));
}

}  // namespace

std::string Lexer::describe(std::uint32_t at) const {
    const std::string_view text = rest(base_ + at);
    if (text.empty()) return "the end of the line";
    const std::size_t word = name_length(text);
    if (word != 0) return fmt::format("`{}`", text.substr(0, std::min<std::size_t>(word, 40)));
    Op op{};
    std::size_t length = 0;
    if (!operator_at(base_ + at, op, length)) length = std::max<std::size_t>(1, utf8_length(text));
    return fmt::format("`{}`", text.substr(0, length));
}

/// Bytes of the operator that ends at `at`; 0 if none does.
std::size_t Lexer::operator_length_before(const char* at) const {
    std::size_t longest = 0;
    const std::string_view text(first_, static_cast<std::size_t>(at - first_));
    for (const Spelling& spelling : spellings) {
        if (text.ends_with(spelling.text)) longest = std::max(longest, spelling.text.size());
    }
    return text.ends_with("^") ? std::max<std::size_t>(longest, 1) : longest;
}

/// The bracket that a frame begins with: one character, of several bytes if it is `⟨`.
Span Lexer::opener(const Frame& frame) const {
    const std::size_t length = std::max<std::size_t>(1, utf8_length(rest(base_ + frame.at)));
    return {frame.at, static_cast<std::uint32_t>(frame.at + length)};
}

SyntaxError Lexer::failure() const {
    const std::string_view text = rest(farthest_);
    const std::uint32_t at = offset(farthest_);
    const std::size_t word = name_length(text);
    const std::size_t width = word != 0 ? word : std::max<std::size_t>(1, utf8_length(text));
    const Span here{at, static_cast<std::uint32_t>(at + (text.empty() ? 1 : width))};

    if (auto foreign = foreign_failure()) return std::move(*foreign);
    if (!text.empty() && word == 0 && !known_symbol(text)) {
        return {
            here,
            unexpected_character(text),
            {is_blank_character(text) ? "it looks like a blank; write an ordinary one" : "", {}}};
    }
    // `show f`, `sin * 2`: nothing that could be an argument follows.
    const bool bare = function_.end > function_.begin && skip(base_ + function_.end) == farthest_;
    if (bare) {
        const std::string_view name = source_->text(function_);
        return {function_,
                fmt::format("`{}` is a function and needs an argument", name),
                {fmt::format("write {}(…)", name), {}}};
    }
    const Frame& frame = frames_.back();
    const std::string expected = join_expected(expected_);
    const bool angle = frames_.size() > 1 && source_->text(opener(frame)) == "<";
    if (text.empty() && angle) {
        return {opener(frame),
                fmt::format("`{}` opens an inner product here, which is never closed",
                            source_->text(opener(frame))),
                {"write <x, y> for an inner product; comparisons stand only in `assert`, `solve`, "
                 "constraints, and at the top of the first argument of `where`",
                 {}}};
    }
    if (text.empty() && frames_.size() > 1) {
        return {opener(frame),
                fmt::format("`{}` is never closed", source_->text(opener(frame))),
                {fmt::format("close it with `{}`", frame.closer == '>' ? '>' : frame.closer), {}}};
    }
    if (text.empty() && !frame.bars.empty()) {
        return {frame.bars.back(),
                fmt::format("`{}` is never closed", source_->text(frame.bars.back())),
                {}};
    }
    const std::string found = describe(at);
    if (text.starts_with("dim") && word == 3 && frame.closer == ')') {
        return {here,
                "`dim` is no option",
                {"the axis of a reduction is given as `axis`: sum(X, axis=1)", {}}};
    }
    if (word != 0 && is_reserved(text.substr(0, word))) {
        return {here,
                fmt::format("{} is a reserved word and cannot stand here", found),
                {fmt::format("expected {}", expected), {}}};
    }
    Op op{};
    std::size_t length = 0;
    const bool is_operator = operator_at(farthest_, op, length);
    const bool compares = is_operator && op >= Op::equal;
    const bool wants_operand =
        std::find(expected_.begin(), expected_.end(), "an operand") != expected_.end();
    if (compares && !wants_operand && !comparisons_here()) {
        return {{at, static_cast<std::uint32_t>(at + length)},
                fmt::format("unexpected {}", found),
                {"comparisons stand only in `assert`, `solve`, constraints, and at the top of the "
                 "first argument of `where`",
                 {}}};
    }
    if (text.starts_with("=") && !text.starts_with("==") && !wants_operand) {
        return {
            here,
            "unexpected `=`",
            {"`=` defines a name at the beginning of a line; a comparison is written `==`", {}}};
    }
    if (compares && !wants_operand) {
        return {{at, static_cast<std::uint32_t>(at + length)},
                fmt::format("unexpected {}: comparisons do not chain", found),
                {rest(first_).starts_with("assert")
                     ? "write two lines: `assert 0 <= x` and `assert x <= 1`"
                     : "write two constraints: 0 <= x, x <= 1",
                 {}}};
    }
    const auto digit = [](char c) { return c >= '0' && c <= '9'; };
    if (text.size() > 1 && text[0] == ',' && farthest_ != first_ && digit(farthest_[-1]) &&
        digit(text[1]) && frames_.size() == 1) {
        return {here, "unexpected `,`", {"a decimal number is written with a point", {}}};
    }
    Report report;
    if (wants_operand && (is_operator || text.empty())) {
        const char* before = farthest_;
        while (before != first_ && blank_before(before)) --before;
        const std::size_t length = before == first_ ? 0 : operator_length_before(before);
        const Span last{static_cast<std::uint32_t>(offset(before) - length), offset(before)};
        if (length != 0) {
            report.help = text.empty()
                              ? fmt::format("something is missing after `{}`", source_->text(last))
                              : fmt::format("between `{}` and {} something is missing",
                                            source_->text(last), found);
        } else if (before == first_) {
            report.help = fmt::format("something is missing before {}", found);
        }
    }
    if ((text.starts_with(")") || text.starts_with("]") || text.starts_with("}")) &&
        frames_.size() > 1 && frame.closer != text[0]) {
        const std::string_view open = source_->text(opener(frame));
        report.labels.push_back({opener(frame), fmt::format("`{}` was opened here", open)});
        return {here, fmt::format("`{}` does not close `{}`", text[0], open), std::move(report)};
    }
    return {here, fmt::format("expected {}, found {}", expected, found), std::move(report)};
}

}  // namespace nabla::syntax
