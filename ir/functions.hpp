// THE table of entrywise functions: one row each, and everything that the rest of Nabla knows of a
// scalar function is in its row. `sqrt`, `square`, reciprocals and constant powers are not rows:
// they are exponents of Einsum factors (see expr.hpp); the frontend spells them.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string_view>

namespace nabla::ir {

class Expr;

enum class Fn : std::uint8_t {
    exp,
    expm1,
    log,
    log1p,
    cbrt,
    abs,
    sign,
    step,
    sin,
    cos,
    tan,
    asin,
    acos,
    atan,
    sinh,
    cosh,
    tanh,
    asinh,
    acosh,
    atanh,
    sigmoid,
    softplus,
    relu,
    silu,
    gelu,
    erf,
    erfc,
    pow,
    max,
    min,
    max_weight,   ///< ∂max(a,b)/∂a: 1 if a > b, 1/2 at a tie, 0 if a < b
    rnorm,        ///< s^(-1/2), and 0 at s = 0: what the derivative of a norm needs
    greater,      ///< 1 if a > b, else 0 (and 0 if either is NaN)
    not_greater,  ///< 1 − greater: 1 if either is NaN
    greater_equal,
    not_greater_equal,
    equal,
    not_equal,
    where,        ///< where(c, a, b): a if c is not 0, else b
    lgamma,       ///< log |Γ(x)|
    digamma,      ///< its derivative
    polygamma,    ///< polygamma(k, x): the k-th derivative of digamma, k a constant
    strong_zero,  ///< x itself; where it is 0 its product is 0, whatever the other factors are
};
inline constexpr int fn_count = static_cast<int>(Fn::strong_zero) + 1;

/// One of the six comparisons above.
constexpr bool is_comparison(Fn f) { return f >= Fn::greater && f <= Fn::not_equal; }
/// The comparison that is 1 exactly where `f` is 0.
Fn opposite(Fn f);

/// Builds an expression from a function's arguments (a node knows its context).
using Rule = Expr (*)(std::span<const Expr>);

enum class Range : std::uint8_t { any, nonnegative, positive, unit_interval, sign_range };
enum class Trend : std::uint8_t { none, increasing, decreasing };
enum class Curvature : std::uint8_t { unknown, convex, concave, affine };

/// f(−x) is −f(x), or f(x).
enum class Parity : std::uint8_t { none, odd, even };

struct Interval {
    double low = -std::numeric_limits<double>::infinity();
    double high = std::numeric_limits<double>::infinity();
};

/// How native code computes it: an LLVM intrinsic; a SLEEF function (`sleef` = "exp" →
/// Sleef_expd8_u10avx512f …); or in terms of other functions (`expand`), which codegen inlines.
enum class LoweringKind : std::uint8_t {
    sleef,    ///< vector library function named `symbol`
    builtin,  ///< the emitter has it in instructions: abs, sign, step, max, min, relu, max_weight,
              ///< rnorm, comparisons, where, strong_zero
    expand,   ///< stable composite: sigmoid, softplus, silu, gelu, digamma, polygamma (emitted from
              ///< their parts)
};

struct Function {
    Fn id;
    std::string_view name;
    std::array<std::string_view, 3> aliases{};
    std::uint8_t arity = 1;
    std::array<Rule, 3> partial{};  ///< ∂f/∂argument i; nullptr: zero (sign, step)
    Interval domain{};              ///< of each argument: sampling in tests, notes in errors
    Range range = Range::any;
    Trend trend = Trend::none;
    Curvature curvature = Curvature::unknown;
    LoweringKind lowering = LoweringKind::sleef;
    std::string_view symbol;      ///< SLEEF base name where lowering is sleef: "exp", "log1p"
    std::string_view latex;       ///< with #1, #2: "\\exp(#1)"
    std::string_view latex_name;  ///< "\\exp" or "\\operatorname{erf}"
    bool selects = false;         ///< a factor of this function that is 0 makes its product 0
    double (*reference)(const double* arguments) = nullptr;
    Parity parity = Parity::none;
};

const Function& function(Fn id);
std::span<const Function> all_functions();
/// By name or alias.
std::optional<Fn> find_function(std::string_view name);

}  // namespace nabla::ir
