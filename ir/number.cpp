#include "ir/number.hpp"

#include <charconv>
#include <cmath>
#include <cstdio>
#include <numeric>

namespace nabla::ir {
namespace {

using Wide = __int128;

std::optional<Rational> narrow(Wide num, Wide den) {
    if (den == 0) return std::nullopt;
    if (den < 0) num = -num, den = -den;
    Wide a = num < 0 ? -num : num, b = den;
    while (b != 0) {
        Wide r = a % b;
        a = b;
        b = r;
    }
    if (a > 1) num /= a, den /= a;
    constexpr Wide limit = std::numeric_limits<std::int64_t>::max();
    if (num > limit || num < -limit || den > limit) return std::nullopt;
    Rational result;
    result.num = static_cast<std::int64_t>(num);
    result.den = static_cast<std::int64_t>(den);
    return result;
}

/// The k-th root of n >= 0 if it is an integer.
std::optional<std::int64_t> exact_root(std::int64_t n, std::int64_t k) {
    auto guess = static_cast<std::int64_t>(std::llround(std::pow(static_cast<double>(n), 1.0 / k)));
    for (std::int64_t r = guess - 1; r <= guess + 1; ++r) {
        if (r < 0) continue;
        Wide power = 1;
        for (std::int64_t i = 0; i < k && power <= n; ++i) power *= r;
        if (power == n) return r;
    }
    return std::nullopt;
}

std::optional<Rational> integer_power(Rational base, std::int64_t exponent) {
    if (exponent < 0) {
        if (base.num == 0) return std::nullopt;
        auto inverted = narrow(base.den, base.num);
        if (!inverted) return std::nullopt;
        base = *inverted;
        exponent = -exponent;
    }
    Rational result(1);
    while (exponent > 0) {
        if (exponent & 1) {
            auto product = mul(result, base);
            if (!product) return std::nullopt;
            result = *product;
        }
        exponent >>= 1;
        if (exponent > 0) {
            auto square = mul(base, base);
            if (!square) return std::nullopt;
            base = *square;
        }
    }
    return result;
}

}  // namespace

Rational::Rational(std::int64_t n, std::int64_t d) {
    auto reduced = narrow(n, d);
    *this = reduced ? *reduced : Rational(n);
}

std::optional<Rational> add(const Rational& a, const Rational& b) {
    return narrow(Wide(a.num) * b.den + Wide(b.num) * a.den, Wide(a.den) * b.den);
}

std::optional<Rational> mul(const Rational& a, const Rational& b) {
    return narrow(Wide(a.num) * b.num, Wide(a.den) * b.den);
}

bool less(const Rational& a, const Rational& b) {
    return Wide(a.num) * b.den < Wide(b.num) * a.den;
}

Number Number::from_double(double value) {
    constexpr double limit = 9007199254740992.0;
    if (std::abs(value) < limit && value == std::floor(value))
        return Number(static_cast<std::int64_t>(value));
    Number result;
    result.exact_.reset();
    result.value_ = value;
    return result;
}

Number Number::from_literal(const std::string& text) {
    Wide mantissa = 0;
    std::int64_t scale = 0;
    bool exact = true, fraction = false;
    std::size_t i = 0;
    for (; i < text.size() && text[i] != 'e' && text[i] != 'E'; ++i) {
        if (text[i] == '.') {
            fraction = true;
            continue;
        }
        mantissa = mantissa * 10 + (text[i] - '0');
        if (fraction) --scale;
        if (mantissa > std::numeric_limits<std::int64_t>::max() || scale < -18) {
            exact = false;
            break;
        }
    }
    if (exact && i < text.size()) {
        int exponent = 0;
        std::size_t start = i + 1;
        if (start < text.size() && text[start] == '+') ++start;
        auto [end, error] =
            std::from_chars(text.data() + start, text.data() + text.size(), exponent);
        exact = error == std::errc() && end == text.data() + text.size() && std::abs(exponent) < 40;
        scale += exponent;
    }
    if (exact && std::abs(scale) <= 18) {
        Wide power = 1;
        for (std::int64_t k = 0; k < std::abs(scale); ++k) power *= 10;
        auto value = scale >= 0 ? narrow(mantissa * power, 1) : narrow(mantissa, power);
        if (value) return Number(*value);
    }
    double value = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error == std::errc::result_out_of_range)
        value = text.find("e-") != std::string::npos || text.find("E-") != std::string::npos
                    ? 0.0
                    : HUGE_VAL;
    return from_double(value);
}

std::optional<std::int64_t> Number::integer() const {
    if (exact_ && exact_->den == 1) return exact_->num;
    return std::nullopt;
}

Number operator+(const Number& a, const Number& b) {
    if (a.exact_ && b.exact_)
        if (auto r = add(*a.exact_, *b.exact_)) return Number(*r);
    return Number::from_double(a.value_ + b.value_);
}

Number operator*(const Number& a, const Number& b) {
    if (a.exact_ && b.exact_)
        if (auto r = mul(*a.exact_, *b.exact_)) return Number(*r);
    return Number::from_double(a.value_ * b.value_);
}

Number operator/(const Number& a, const Number& b) {
    if (a.exact_ && b.exact_ && b.exact_->num != 0)
        if (auto r =
                narrow(Wide(a.exact_->num) * b.exact_->den, Wide(a.exact_->den) * b.exact_->num))
            return Number(*r);
    return Number::from_double(a.value_ / b.value_);
}

bool operator==(const Number& a, const Number& b) {
    if (a.exact_.has_value() != b.exact_.has_value()) return false;
    if (a.exact_) return *a.exact_ == *b.exact_;
    return a.value_ == b.value_ || (std::isnan(a.value_) && std::isnan(b.value_));
}

std::string Number::str() const {
    if (exact_) {
        if (exact_->den == 1) return std::to_string(exact_->num);
        return std::to_string(exact_->num) + "/" + std::to_string(exact_->den);
    }
    char buffer[40];
    auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer, value_);
    return std::string(buffer, error == std::errc() ? end : buffer);
}

std::optional<Number> exact_power(const Number& base, const Rational& exponent) {
    if (!base.is_exact()) {
        if (exponent.is_integer() || base.value() >= 0)
            return Number::from_double(std::pow(base.value(), exponent.value()));
        return std::nullopt;
    }
    if (std::abs(exponent.num) > 4096 || exponent.den > 64) return std::nullopt;
    Rational root = base.rational();
    if (exponent.den != 1) {
        if (root.num < 0) return std::nullopt;
        auto num = exact_root(root.num, exponent.den);
        auto den = exact_root(root.den, exponent.den);
        if (!num || !den) return std::nullopt;
        root = Rational(*num, *den);
    }
    auto power = integer_power(root, exponent.num);
    if (!power) return std::nullopt;
    return Number(*power);
}

}  // namespace nabla::ir
