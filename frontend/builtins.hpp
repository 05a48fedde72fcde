// The functions of the language that are not entrywise rows of ir/functions: reductions, matrix
// functions, constructors of arrays, and the derivative operators. One row each: names, numbers of
// arguments, and whether the later stages can carry it out.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace nabla::syntax {

enum class Builtin : std::uint8_t {
    sum,
    mean,
    prod,
    max,
    min,
    norm1,
    norm2,
    norminf,
    logsumexp,
    max_share,
    min_share,
    dot,
    outer,
    kron,
    tr,
    det,
    logdet,
    inv,
    transpose,
    diag,
    vec,
    reshape,
    adj,
    chol,
    expm,
    lambda_max,
    softmax,
    log_softmax,
    cross_entropy,
    ones,
    zeros,
    eye,
    unit,
    iota,
    vector,
    matrix,
    where,
    clamp,
    sqrt,
    square,
    grad,
    jacobian,
    hessian,
    hvp,
    directional,
    vjp,
    taylor,
    tril,
    triu,
    lambda_max_vector,
    lambda_max_pinv,
    dexpm,
    sylvester,
    lyap,
    dlyap,
};
inline constexpr int builtin_count = static_cast<int>(Builtin::dlyap) + 1;

struct BuiltinRow {
    Builtin id;
    std::string_view name;
    std::array<std::string_view, 2> aliases{};
    std::uint8_t min_arguments = 1;
    std::uint8_t max_arguments = 1;  ///< without the `axis=` option
    bool axis = false;               ///< takes `axis=` (or a number as its second argument)
    bool supported = true;
};

/// The row with this name or alias, or nullptr.
const BuiltinRow* find_builtin(std::string_view name) noexcept;
const BuiltinRow& builtin(Builtin id) noexcept;

/// A builtin or a row of ir/functions.
bool is_function_name(std::string_view name) noexcept;

/// Every name and alias of every function, for suggestions.
std::vector<std::string> function_names();

}  // namespace nabla::syntax
