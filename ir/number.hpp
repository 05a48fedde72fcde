// Exact numbers. A Number is a rational with 64-bit numerator and denominator, or a double where a
// result does not fit: literals stay exact (0.1 is 1/10), and overflow is never silent.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>

namespace nabla::ir {

/// A small exact fraction in lowest terms with a positive denominator; used for exponents.
struct Rational {
    std::int64_t num = 0;
    std::int64_t den = 1;

    constexpr Rational() = default;
    constexpr Rational(std::int64_t n) : num(n) {}  // NOLINT: integers are rationals
    /// Reduces; `d` must not be 0.
    Rational(std::int64_t n, std::int64_t d);

    bool is_integer() const { return den == 1; }
    double value() const { return static_cast<double>(num) / static_cast<double>(den); }
    friend bool operator==(const Rational&, const Rational&) = default;
};

/// Checked arithmetic: empty on overflow.
std::optional<Rational> add(const Rational&, const Rational&);
std::optional<Rational> mul(const Rational&, const Rational&);
bool less(const Rational&, const Rational&);

/// A coefficient: exact where possible, else a double.
class Number {
public:
    Number(std::int64_t n = 0) : exact_(Rational(n)), value_(static_cast<double>(n)) {}  // NOLINT
    Number(int n) : Number(static_cast<std::int64_t>(n)) {}                              // NOLINT
    Number(Rational r) : exact_(r), value_(r.value()) {}                                 // NOLINT
    /// A double; becomes exact when it is an integer below 2^53.
    static Number from_double(double value);
    /// A decimal literal (`0.1`, `2e-3`, `1.5`), exact if it fits, else the nearest double.
    static Number from_literal(const std::string& text);

    bool is_exact() const { return exact_.has_value(); }
    const Rational& rational() const { return *exact_; }  ///< requires is_exact()
    double value() const { return value_; }
    bool is_zero() const { return value_ == 0; }
    bool is_one() const { return exact_ && *exact_ == Rational(1); }
    bool is_minus_one() const { return exact_ && *exact_ == Rational(-1); }
    bool is_negative() const { return value_ < 0; }
    std::optional<std::int64_t> integer() const;

    friend Number operator+(const Number&, const Number&);
    friend Number operator*(const Number&, const Number&);
    friend Number operator-(const Number& a) { return Number(-1) * a; }
    friend Number operator/(const Number&, const Number&);
    /// Same kind and same value (NaN equals NaN).
    friend bool operator==(const Number&, const Number&);

    /// `2`, `1/3`, `0.25` when the denominator is a power of ten's divisor, 17 digits for doubles.
    std::string str() const;

private:
    std::optional<Rational> exact_;
    double value_;
};

/// base^exponent: exact where the result is (4^(1/2) is 2), empty where it is not exactly a Number.
std::optional<Number> exact_power(const Number& base, const Rational& exponent);

}  // namespace nabla::ir
