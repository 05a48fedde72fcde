// The logarithm of Γ and its derivatives. digamma and polygamma are written once, in terms of a few
// operations on numbers ("Ops"), so that the reference (long doubles) and the emitter (vectors of
// native code) compute by the same formulas, straight-line and without tables:
//
//   ψ_k(x) = s [Σ_{n<N} k!/(x+n)^(k+1) + (k−1)!/y^k (1 + k/(2y) + Σ_j B_2j C(2j+k−1, 2j) y^(−2j))]
//
// with y = x + N past a threshold and s = (−1)^(k+1) (Abramowitz & Stegun 6.4.11); k = 0 has log y
// for the leading term (6.3.18). For x < 0 by reflection (6.4.7):
//
//   ψ_k(x) = (−1)^k ψ_k(1−x) − π d^k/dx^k cot(πx),
//
// where the derivative of the cotangent is a polynomial in it whose terms all have one sign, so
// that nothing cancels inside it. At the poles an odd k gives +∞; an even one ∓∞ at ±0 and NaN at
// the negative whole numbers, where the two sides disagree.
#pragma once

#include <array>
#include <cmath>
#include <limits>
#include <vector>

namespace nabla::ir {

/// log |Γ(x)|; +∞ at 0, −1, −2, …
double log_gamma(double x);
double digamma(double x);
/// NaN if `order` is not a whole number of at least 0.
double polygamma(double order, double x);

/// The largest order that the language takes: k! and the polynomial of the reflection stay finite.
inline constexpr int largest_polygamma = 100;

/// Ops has: Value; number(long double); add, sub, mul, div (Value, Value); less, equal (Value,
/// Value) → Condition; choose(Condition, Value, Value); log(Value); round(Value) to the nearest
/// whole number; cot_pi(Value) = cot(π r) for |r| <= 1/2.
template <class Ops>
class Polygamma {
public:
    using Value = typename Ops::Value;

    Polygamma(Ops& ops, int order) : ops_(ops), order_(order) {}

    Value operator()(Value x) const {
        const Value zero = ops_.number(0);
        const auto negative = ops_.less(x, zero);
        const Value direct = positive(ops_.choose(negative, ops_.sub(ops_.number(1), x), x));
        const Value r = ops_.sub(x, ops_.round(x));
        Value reflected = reflect(ops_.cot_pi(r), direct);
        if (order_ % 2 == 0) {
            const Value nan = ops_.number(std::numeric_limits<long double>::quiet_NaN());
            reflected = ops_.choose(ops_.equal(r, zero), nan, reflected);
        }
        return ops_.choose(negative, reflected, direct);
    }

private:
    static constexpr std::array<long double, 8> bernoulli{
        1.0L / 6,  -1.0L / 30,     1.0L / 42, -1.0L / 30,
        5.0L / 66, -691.0L / 2730, 7.0L / 6,  -3617.0L / 510};  // B_2, B_4, …, B_16

    /// From here on the first term left out is below 1e-17 of the sum.
    int threshold() const { return 10 + (13 * order_ + 9) / 10; }

    Value power(Value x, int n) const {
        Value result = ops_.number(1);
        bool first = true;
        for (Value square = x; n != 0; n >>= 1) {
            if (n & 1) result = first ? square : ops_.mul(result, square), first = false;
            if (n > 1) square = ops_.mul(square, square);
        }
        return result;
    }

    /// m!/x^n. For large orders as ((m!)^(1/n)/x)^n, where neither part leaves the range.
    Value factorial_over_power(int m, Value x, int n) const {
        constexpr int small = 8;
        if (n <= small)
            return ops_.mul(ops_.number(std::tgamma(m + 1.0L)),
                            power(ops_.div(ops_.number(1), x), n));
        const long double root = std::exp(std::lgamma(m + 1.0L) / static_cast<long double>(n));
        return power(ops_.div(ops_.number(root), x), n);
    }

    /// For x >= 0.
    Value positive(Value y) const {
        const Value limit = ops_.number(threshold()), one = ops_.number(1), zero = ops_.number(0);
        std::vector<Value> terms;
        for (int n = 0; n < threshold(); ++n) {
            const auto small = ops_.less(y, limit);
            terms.push_back(ops_.choose(small, factorial_over_power(order_, y, order_ + 1), zero));
            y = ops_.choose(small, ops_.add(y, one), y);
        }
        // Small terms first.
        Value sum = asymptotic(y);
        for (std::size_t n = terms.size(); n-- > 0;)
            sum = order_ == 0 ? ops_.sub(sum, terms[n]) : ops_.add(sum, terms[n]);
        return order_ > 0 && order_ % 2 == 0 ? ops_.sub(zero, sum) : sum;
    }

    /// Without the sign s; for the order 0 log y − 1/(2y) − Σ B_2j/(2j) y^(−2j).
    Value asymptotic(Value y) const {
        const Value inverse = ops_.div(ops_.number(1), y);
        const Value w = ops_.mul(inverse, inverse);
        Value series = ops_.number(coefficient(bernoulli.size()));
        for (std::size_t j = bernoulli.size() - 1; j > 0; --j)
            series = ops_.add(ops_.number(coefficient(j)), ops_.mul(series, w));
        series = ops_.mul(series, w);
        const Value half = ops_.mul(ops_.number(order_ == 0 ? 0.5L : order_ / 2.0L), inverse);
        if (order_ == 0) return ops_.sub(ops_.log(y), ops_.add(half, series));
        const Value lead = factorial_over_power(order_ - 1, y, order_);
        return ops_.mul(lead, ops_.add(ops_.number(1), ops_.add(half, series)));
    }

    /// Of y^(−2j).
    long double coefficient(std::size_t j) const {
        const auto twice = static_cast<int>(2 * j);
        if (order_ == 0) return bernoulli[j - 1] / twice;
        long double binomial = 1;
        for (int i = 1; i <= twice; ++i) binomial = binomial * (order_ - 1 + i) / i;
        return bernoulli[j - 1] * binomial;
    }

    /// (−1)^k direct − π^(k+1) P_k(c), where P_0 = c and P_{k+1} = −P_k' (1 + c²).
    Value reflect(Value c, Value direct) const {
        std::vector<long double> p{0, 1};
        for (int k = 0; k < order_; ++k) {
            std::vector<long double> next(p.size() + 1, 0);
            for (std::size_t m = 1; m < p.size(); ++m) {
                next[m - 1] -= static_cast<long double>(m) * p[m];
                next[m + 1] -= static_cast<long double>(m) * p[m];
            }
            p = std::move(next);
        }
        const long double scale = std::pow(3.14159265358979323846264338327950288L, order_ + 1);
        const Value square = ops_.mul(c, c);
        Value value = ops_.number(scale * p.back());
        for (std::size_t m = p.size() - 1; m >= 2;) {
            m -= 2;
            value = ops_.add(ops_.number(scale * p[m]), ops_.mul(value, square));
        }
        if (order_ % 2 == 0) value = ops_.mul(value, c);
        return order_ % 2 == 0 ? ops_.sub(direct, value)
                               : ops_.sub(ops_.sub(ops_.number(0), value), direct);
    }

    Ops& ops_;
    int order_;
};

}  // namespace nabla::ir
