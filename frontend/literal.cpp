#include "frontend/literal.hpp"

#include "frontend/limits.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string_view>

namespace nabla::syntax {

namespace {

/// The decimal exponent of the first digit that is not 0: 2 for `123`, -2 for `0.01`. `text` has
/// such a digit. An exponent of many digits is cut: no mantissa makes up for it.
long magnitude(std::string_view text) {
    const std::size_t e = text.find_first_of("eE");
    const std::string_view digits = text.substr(0, e);
    const auto first = static_cast<long>(digits.find_first_of("123456789"));
    const auto point = static_cast<long>(std::min(digits.find('.'), digits.size()));
    const long lead = first < point ? point - first - 1 : point - first;
    if (e == std::string_view::npos) return lead;
    long exponent = 0;
    const bool negative = text[e + 1] == '-';
    for (char c : text.substr(e + 1)) {
        if (c >= '0' && c <= '9') exponent = std::min(1'000'000L, exponent * 10 + (c - '0'));
    }
    return lead + (negative ? -exponent : exponent);
}

}  // namespace

ir::Number read_number(const std::string& text, Span span) {
    const std::string_view digits = std::string_view(text).substr(0, text.find_first_of("eE"));
    if (digits.find_first_of("123456789") == std::string_view::npos) return 0;
    double nearest = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), nearest);
    if (error == std::errc() && nearest != 0 && std::isfinite(nearest)) {
        return ir::Number::from_literal(text);
    }
    if (magnitude(text) < 0) {
        throw SyntaxError{span,
                          fmt::format("the number is too small: below {:.2g} it would be read as 0",
                                      limits::smallest_number),
                          {"write 0 if that is meant", {}}};
    }
    throw SyntaxError{
        span,
        fmt::format("the number is too large: the largest is about {:.2g}", limits::largest_number),
        {}};
}

}  // namespace nabla::syntax
