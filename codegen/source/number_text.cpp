#include "codegen/source/number_text.hpp"

#include <charconv>

namespace nabla::codegen {
namespace {

/// The exact decimal of num/den, where den divides a power of ten.
std::string decimal(const ir::Rational& r) {
    std::int64_t whole = r.num / r.den, rest = r.num % r.den;
    std::string text = r.num < 0 ? "-" : "";
    if (rest < 0) rest = -rest;
    text += std::to_string(whole < 0 ? -whole : whole) + ".";
    while (rest != 0) {
        __extension__ using Wide = __int128;
        Wide scaled = static_cast<Wide>(rest) * 10;
        text += static_cast<char>('0' + static_cast<int>(scaled / r.den));
        rest = static_cast<std::int64_t>(scaled % r.den);
    }
    return text;
}

bool divides_power_of_ten(std::int64_t den) {
    while (den % 2 == 0) den /= 2;
    while (den % 5 == 0) den /= 5;
    return den == 1;
}

}  // namespace

std::string number_text(const ir::Number& number) {
    if (number.is_exact()) {
        const ir::Rational& r = number.rational();
        if (r.den == 1) return std::to_string(r.num);
        if (divides_power_of_ten(r.den)) return decimal(r);
        return std::to_string(r.num) + "/" + std::to_string(r.den);
    }
    char buffer[40];
    auto end = std::to_chars(buffer, buffer + sizeof buffer, number.value()).ptr;
    return std::string(buffer, end);
}

}  // namespace nabla::codegen
