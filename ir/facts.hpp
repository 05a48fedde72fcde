// What is known of an expression's value whatever its symbols are: declared for symbols, derived
// bottom-up for nodes when they are made. A bit that is not set means "not known".
#pragma once

#include <cstdint>

namespace nabla::ir {

enum class Fact : std::uint32_t {
    symmetric = 1u << 0,
    antisymmetric = 1u << 1,
    diagonal = 1u << 2,
    lower = 1u << 3,
    upper = 1u << 4,
    orthogonal = 1u << 5,
    psd = 1u << 6,
    pd = 1u << 7,
    invertible = 1u << 8,
    full_rank = 1u << 9,
    simplex = 1u << 10,      ///< a vector >= 0 that sums to 1
    nonnegative = 1u << 11,  ///< every entry
    positive = 1u << 12,
    nonpositive = 1u << 13,
    negative = 1u << 14,
    integer = 1u << 15,
};

/// A set of facts, closed under implication (pd ⇒ psd, symmetric, invertible; positive ⇒
/// nonnegative …).
class Facts {
public:
    constexpr Facts() = default;
    constexpr Facts(Fact fact) : bits_(static_cast<std::uint32_t>(fact)) { close(); }  // NOLINT

    constexpr bool has(Fact fact) const { return (bits_ & static_cast<std::uint32_t>(fact)) != 0; }
    constexpr Facts& add(Facts other) {
        bits_ |= other.bits_;
        close();
        return *this;
    }
    constexpr Facts& remove(Fact fact) {
        bits_ &= ~static_cast<std::uint32_t>(fact);
        return *this;
    }
    constexpr std::uint32_t bits() const { return bits_; }
    constexpr bool nonzero() const { return has(Fact::positive) || has(Fact::negative); }
    friend constexpr Facts operator|(Facts a, Facts b) { return a.add(b); }
    friend constexpr bool operator==(Facts, Facts) = default;

private:
    constexpr void set(Fact fact) { bits_ |= static_cast<std::uint32_t>(fact); }
    constexpr void close() {
        if (has(Fact::pd)) set(Fact::psd), set(Fact::invertible);
        if (has(Fact::psd)) set(Fact::symmetric);
        if (has(Fact::orthogonal)) set(Fact::invertible);
        if (has(Fact::invertible)) set(Fact::full_rank);
        if (has(Fact::diagonal)) set(Fact::symmetric), set(Fact::lower), set(Fact::upper);
        if (has(Fact::lower) && has(Fact::upper)) set(Fact::diagonal), set(Fact::symmetric);
        if (has(Fact::simplex)) set(Fact::nonnegative);
        if (has(Fact::positive)) set(Fact::nonnegative);
        if (has(Fact::negative)) set(Fact::nonpositive);
    }
    std::uint32_t bits_ = 0;
};

}  // namespace nabla::ir
