// Symbolic sizes. A Dim is a polynomial with integer coefficients in dimension names (`n`, `2n+1`,
// `m n`), interned in a Context, so that equality is equality of handles. A Shape is a list of
// them:
// [] is a scalar, [n] a vector (its orientation is not part of it), [m, n] a matrix.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace nabla::ir {

class Context;

/// A product of dimension names, sorted (`m n` is {"m","n"}), and its coefficient.
struct DimTerm {
    std::vector<std::string> names;
    std::int64_t coefficient = 0;
    friend bool operator==(const DimTerm&, const DimTerm&) = default;
};

struct DimNode {
    Context* context = nullptr;
    std::vector<DimTerm> terms;  ///< sorted by names; no zero coefficients; the empty list is 0
    std::uint64_t hash = 0;      ///< of the structure
};

/// Handle to an interned polynomial; valid while its Context lives. A default one is null.
class Dim {
public:
    Dim() = default;
    explicit Dim(const DimNode* node) : node_(node) {}

    const std::vector<DimTerm>& terms() const { return node_->terms; }
    std::uint64_t hash() const { return node_->hash; }
    Context& context() const { return *node_->context; }
    explicit operator bool() const { return node_ != nullptr; }
    /// The value, if the polynomial is a number.
    std::optional<std::int64_t> constant() const;
    bool is(std::int64_t value) const { return constant() == value; }
    /// `n`, `2n+1`, `m n`, `5`.
    std::string str() const;
    /// All names that occur.
    std::vector<std::string> names() const;

    friend bool operator==(Dim a, Dim b) { return a.node_ == b.node_; }
    /// Ring operations; throw InputError("… too large") if a coefficient leaves 64 bits.
    friend Dim operator+(Dim a, Dim b);
    friend Dim operator-(Dim a, Dim b);
    friend Dim operator*(Dim a, Dim b);

private:
    const DimNode* node_ = nullptr;
};

using Shape = std::vector<Dim>;

/// Sizes for dimension names.
using DimValues = std::map<std::string, std::int64_t>;
/// Polynomials for dimension names.
using DimSubstitution = std::map<std::string, Dim>;

Dim substitute(Dim dim, const DimSubstitution& with);
/// The value under `sizes`; empty if a name has none (or on overflow).
std::optional<std::int64_t> evaluate(Dim dim, const DimValues& sizes);

/// `m×n`, `n` for a vector, `scalar`.
std::string to_string(const Shape& shape);

/// Total order independent of addresses.
bool less(Dim a, Dim b);

}  // namespace nabla::ir
