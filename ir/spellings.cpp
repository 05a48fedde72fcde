#include "ir/spellings.hpp"

#include <array>

namespace nabla::ir {
namespace {

// In the order of enum Fn. One row each, whatever the formatter would make of it.
// clang-format off
constexpr std::array<Spellings, fn_count> table{{
    {Fn::exp, "np.exp", "jnp.exp", "torch.exp", "exp", "exp", "exp"},
    {Fn::expm1, "np.expm1", "jnp.expm1", "torch.expm1", "expm1", "expm1", "expm1"},
    {Fn::log, "np.log", "jnp.log", "torch.log", "log", "log", "log"},
    {Fn::log1p, "np.log1p", "jnp.log1p", "torch.log1p", "log1p", "log1p", "log1p"},
    {Fn::cbrt, "np.cbrt", "jnp.cbrt", "cbrt", "cbrt", "cube_root", "cbrt"},
    {Fn::abs, "np.abs", "jnp.abs", "torch.abs", "abs", "abs", "fabs"},
    {Fn::sign, "np.sign", "jnp.sign", "torch.sign", "sign", "sign", "sign"},
    {Fn::step, "step", "step", "step", "step", "step_function", "step"},
    {Fn::sin, "np.sin", "jnp.sin", "torch.sin", "sin", "sin", "sin"},
    {Fn::cos, "np.cos", "jnp.cos", "torch.cos", "cos", "cos", "cos"},
    {Fn::tan, "np.tan", "jnp.tan", "torch.tan", "tan", "tan", "tan"},
    {Fn::asin, "np.arcsin", "jnp.arcsin", "torch.asin", "asin", "asin", "asin"},
    {Fn::acos, "np.arccos", "jnp.arccos", "torch.acos", "acos", "acos", "acos"},
    {Fn::atan, "np.arctan", "jnp.arctan", "torch.atan", "atan", "atan", "atan"},
    {Fn::sinh, "np.sinh", "jnp.sinh", "torch.sinh", "sinh", "sinh", "sinh"},
    {Fn::cosh, "np.cosh", "jnp.cosh", "torch.cosh", "cosh", "cosh", "cosh"},
    {Fn::tanh, "np.tanh", "jnp.tanh", "torch.tanh", "tanh", "tanh", "tanh"},
    {Fn::asinh, "np.arcsinh", "jnp.arcsinh", "torch.asinh", "asinh", "asinh", "asinh"},
    {Fn::acosh, "np.arccosh", "jnp.arccosh", "torch.acosh", "acosh", "acosh", "acosh"},
    {Fn::atanh, "np.arctanh", "jnp.arctanh", "torch.atanh", "atanh", "atanh", "atanh"},
    {Fn::sigmoid, "sigmoid", "jax.nn.sigmoid", "torch.sigmoid", "sigmoid", "sigmoid", "sigmoid"},
    {Fn::softplus, "softplus", "jax.nn.softplus", "softplus", "softplus", "softplus", "softplus"},
    {Fn::relu, "relu", "jax.nn.relu", "torch.relu", "relu", "relu", "relu"},
    {Fn::silu, "silu", "jax.nn.silu", "torch.nn.functional.silu", "silu", "silu", "silu"},
    {Fn::gelu, "gelu", "gelu", "torch.nn.functional.gelu", "gelu", "gelu", "gelu"},
    {Fn::erf, "special.erf", "special.erf", "torch.erf", "erf", "erf", "erf"},
    {Fn::erfc, "special.erfc", "special.erfc", "torch.erfc", "erfc", "erfc", "erfc"},
    {Fn::pow, "np.power", "jnp.power", "torch.pow", "^", "power", "pow"},
    {Fn::max, "np.maximum", "jnp.maximum", "torch.maximum", "max", "larger", "larger"},
    {Fn::min, "np.minimum", "jnp.minimum", "torch.minimum", "min", "smaller", "smaller"},
    {Fn::max_weight, "max_weight", "max_weight", "max_weight", "max_weight", "max_weight",
     "max_weight"},
    {Fn::rnorm, "rnorm", "rnorm", "rnorm", "rnorm", "rnorm", "rnorm"},
    {Fn::greater, "np.greater", "jnp.greater", "torch.gt", ">", "gt", ">"},
    {Fn::not_greater, "np.greater", "jnp.greater", "torch.gt", ">", "gt", ">"},
    {Fn::greater_equal, "np.greater_equal", "jnp.greater_equal", "torch.ge", ">=", "ge", ">="},
    {Fn::not_greater_equal, "np.greater_equal", "jnp.greater_equal", "torch.ge", ">=", "ge", ">="},
    {Fn::equal, "np.equal", "jnp.equal", "torch.eq", "==", "eq", "=="},
    {Fn::not_equal, "np.equal", "jnp.equal", "torch.eq", "==", "eq", "=="},
    {Fn::where, "np.where", "jnp.where", "where", "ifelse", "where", "?:"},
    {Fn::lgamma, "special.gammaln", "special.gammaln", "torch.lgamma", "log_gamma", "gammaln",
     "lgamma"},
    {Fn::digamma, "special.digamma", "special.digamma", "torch.digamma", "digamma", "psi",
     "digamma"},
    {Fn::polygamma, "special.polygamma", "special.polygamma", "polygamma", "polygamma", "psi",
     "polygamma"},
    {Fn::strong_zero, "+", "+", "+", "+", "+", "+"},
}};
// clang-format on

constexpr bool complete() {
    for (std::size_t i = 0; i < table.size(); ++i) {
        const Spellings& s = table[i];
        if (s.id != static_cast<Fn>(i)) return false;
        for (std::string_view name : {s.numpy, s.jax, s.torch, s.julia, s.matlab, s.c})
            if (name.empty()) return false;
    }
    return true;
}
static_assert(complete(), "one row for each Fn, in its order, with a name in each language");

}  // namespace

const Spellings& spellings(Fn id) { return table[static_cast<std::size_t>(id)]; }

}  // namespace nabla::ir
