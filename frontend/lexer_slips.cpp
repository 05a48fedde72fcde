// Where the grammar stops at a range, a slice or a call that is nearly right: `sum(i=1..n: …)`,
// `x[2:]`, `X(1, :)`.

#include "frontend/builtins.hpp"
#include "frontend/lexer.hpp"
#include "frontend/names.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace nabla::syntax {

namespace {

bool reduces(std::string_view word) {
    constexpr std::string_view functions[] = {"sum", "prod", "max", "min", "mean", "logsumexp"};
    return std::find(std::begin(functions), std::end(functions), word) != std::end(functions);
}

/// Whether a `:` stands in `text` before the bracket around it closes.
bool colon_follows(std::string_view text) {
    int depth = 0;
    for (const char c : text) {
        depth += c == '(' || c == '[' ? 1 : c == ')' || c == ']' ? -1 : 0;
        if (depth < 0) return false;
        if (depth == 0 && c == ':') return true;
    }
    return false;
}

}  // namespace

/// The name that touches a bracket on its left: `sum` of `sum(`.
std::string_view Lexer::word_before(Span place) const {
    const std::string_view text = source_->text();
    std::size_t begin = place.begin;
    for (std::size_t at = place.begin; at-- > offset(first_);) {
        if (name_length(text.substr(at, place.begin - at)) == place.begin - at) begin = at;
        const auto byte = static_cast<unsigned char>(text[at]);
        const bool part = byte >= 0x80U || byte == '_' || (byte >= '0' && byte <= '9') ||
                          (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z');
        if (!part) break;
    }
    return text.substr(begin, place.begin - begin);
}

/// `sum(i in 1..n: …)` with the function and the index of the call that is open.
std::string Lexer::binder_text() const {
    const Span bracket = opener(frames_.back());
    const std::string_view inside = rest(skip(base_ + bracket.end));
    const std::string_view index = inside.substr(0, name_length(inside));
    return fmt::format("{}({} in 1..n: …)", word_before(bracket), index.empty() ? "i" : index);
}

/// In a call of a reduction, where a range over an index is meant.
std::optional<SyntaxError> Lexer::range_failure() const {
    const Frame& frame = frames_.back();
    if (frame.closer != ')' || !reduces(word_before(opener(frame)))) return {};
    const std::string_view text = rest(farthest_);
    const std::uint32_t at = offset(farthest_);
    const auto expects = [&](std::string_view label) {
        return std::find(expected_.begin(), expected_.end(), label) != expected_.end();
    };
    const auto fail = [&](std::size_t width, std::string message, std::string help) {
        return SyntaxError{{at, static_cast<std::uint32_t>(at + width)},
                           std::move(message),
                           {std::move(help), {}}};
    };
    if (text.starts_with("..")) {
        return fail(2, "unexpected `..`",
                    fmt::format("a range is given with `in`: {}", binder_text()));
    }
    if (text.starts_with("for") && name_length(text) == 3) {
        const std::string_view more = rest(skip(farthest_ + 3));
        const std::string_view index = more.substr(0, name_length(more));
        return fail(3, "unexpected `for`",
                    fmt::format("the range comes first: {}({} in 1..n: …)",
                                word_before(opener(frame)), index.empty() ? "i" : index));
    }
    if (text.starts_with("in") && name_length(text) == 2) {
        return fail(2, "unexpected `in`",
                    fmt::format("each index has a sum of its own: {0}(i in 1..m: {0}(j in 1..n: "
                                "…))",
                                word_before(opener(frame))));
    }
    if (text.starts_with(":") && expects("`..`")) {
        const bool range = colon_follows(text.substr(1));
        return fail(1, range ? "a range has two dots, not `:`" : "a range has two ends",
                    "write " + binder_text());
    }
    if (text.starts_with(",") && expects("`:`")) {
        const std::string_view more = rest(skip(farthest_ + 1));
        const std::string_view after = rest(skip(farthest_ + 1) + name_length(more));
        const bool second = name_length(more) != 0 && after.find_first_not_of(" \t") == 1 &&
                            after.substr(1).starts_with("in ");
        return fail(1, "expected `:` after the range, found `,`",
                    second ? fmt::format("each index has a sum of its own: {0}(i in 1..m: {0}(j in "
                                         "1..n: …))",
                                         word_before(opener(frame)))
                           : "write " + binder_text());
    }
    return {};
}

/// `x[2:]`, `x[:2]`, `X(1, :)`, `1...n`.
std::optional<SyntaxError> Lexer::slice_failure() const {
    const std::string_view text = rest(farthest_);
    const std::uint32_t at = offset(farthest_);
    const Frame& frame = frames_.back();
    const bool after_dots = farthest_ - first_ >= 2 && farthest_[-1] == '.' && farthest_[-2] == '.';
    if (text.starts_with(".") && after_dots) {
        return SyntaxError{{at - 2, at + 1}, "a range has two dots, not three", {"write 1..n", {}}};
    }
    const char* before = farthest_;
    while (before != first_ && blank_before(before)) --before;
    const char last = before == first_ ? ' ' : before[-1];
    const std::string_view owner = word_before(opener(frame));
    if (frames_.size() < 2 || owner.empty()) return {};
    const std::string_view inside(base_ + frame.at + 1,
                                  static_cast<std::size_t>(farthest_ - base_ - frame.at - 1));
    const std::string_view more = text.substr(0, text.find(']'));
    const bool ends = text.starts_with("]") || text.starts_with(",");
    if (frame.closer == ']' && ends && (last == ':' || inside.ends_with(".."))) {
        return SyntaxError{
            {at, at + 1},
            "a slice has two ends",
            {fmt::format("write {}[{}n{}], with the size of this axis for n", owner, inside, more),
             {}}};
    }
    if (frame.closer == ']' && text.starts_with(":") && (last == '[' || last == ',')) {
        return SyntaxError{{at, at + 1},
                           "a slice has two ends",
                           {fmt::format("write {}[{}1{}]", owner, inside, more), {}}};
    }
    const std::string_view next = rest(skip(farthest_ + (text.empty() ? 0 : 1)));
    if (frame.closer == ')' && text.starts_with(":") && (last == '(' || last == ',') &&
        (next.starts_with(",") || next.starts_with(")"))) {
        const std::string_view from = rest(base_ + frame.at + 1);
        return SyntaxError{{at, at + 1},
                           "unexpected `:`",
                           {fmt::format("entries stand in square brackets: {}[{}]", owner,
                                        from.substr(0, from.find(')'))),
                            {}}};
    }
    return {};
}

std::optional<SyntaxError> Lexer::slip_failure() const {
    if (auto error = range_failure()) return error;
    return slice_failure();
}

}  // namespace nabla::syntax
