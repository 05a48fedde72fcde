#include "ir/functions.hpp"

#include <cmath>

#include "ir/build.hpp"
#include "ir/gamma.hpp"

namespace nabla::ir {
namespace {

using Args = std::span<const Expr>;
constexpr double inf = std::numeric_limits<double>::infinity();

Expr number(Args a, std::int64_t n) { return constant(a[0].context(), n); }
Expr one_plus(Expr e) { return add(e, constant(e.context(), 1)); }
Expr one_minus(Expr e) { return subtract(constant(e.context(), 1), e); }
Expr square(Expr e) { return power(e, Rational(2)); }
Expr reciprocal(Expr e) { return power(e, Rational(-1)); }
Expr inverse_root(Expr e) { return power(e, Rational(-1, 2)); }

// ∂f/∂x, in the form with the fewest operations that is also stable.
Expr d_exp(Args a) { return map(Fn::exp, a[0]); }
Expr d_log(Args a) { return reciprocal(a[0]); }
Expr d_log1p(Args a) { return reciprocal(one_plus(a[0])); }
Expr d_cbrt(Args a) { return scale(Rational(1, 3), power(map(Fn::cbrt, a[0]), Rational(-2))); }
Expr d_abs(Args a) { return map(Fn::sign, a[0]); }
Expr d_sin(Args a) { return map(Fn::cos, a[0]); }
Expr d_cos(Args a) { return negate(map(Fn::sin, a[0])); }
Expr d_tan(Args a) { return one_plus(square(map(Fn::tan, a[0]))); }
Expr d_asin(Args a) { return inverse_root(one_minus(square(a[0]))); }
Expr d_acos(Args a) { return negate(d_asin(a)); }
Expr d_atan(Args a) { return reciprocal(one_plus(square(a[0]))); }
Expr d_sinh(Args a) { return map(Fn::cosh, a[0]); }
Expr d_cosh(Args a) { return map(Fn::sinh, a[0]); }
Expr d_tanh(Args a) { return one_minus(square(map(Fn::tanh, a[0]))); }
Expr d_asinh(Args a) { return inverse_root(one_plus(square(a[0]))); }
Expr d_acosh(Args a) { return inverse_root(subtract(square(a[0]), number(a, 1))); }
Expr d_atanh(Args a) { return reciprocal(one_minus(square(a[0]))); }
/// σ(x) σ(−x): keeps its digits where 1 − σ(x) cancels.
Expr d_sigmoid(Args a) { return multiply(map(Fn::sigmoid, a[0]), map(Fn::sigmoid, negate(a[0]))); }
Expr d_softplus(Args a) { return map(Fn::sigmoid, a[0]); }
Expr d_relu(Args a) { return map(Fn::step, a[0]); }
Expr d_silu(Args a) { return add(map(Fn::sigmoid, a[0]), multiply(a[0], d_sigmoid(a))); }
/// φ(x) = exp(−x²/2)/√(2π)
Expr gauss_density(Expr x) {
    Context& c = x.context();
    Expr root = power(scale(2, pi(c)), Rational(-1, 2));
    return multiply(root, map(Fn::exp, scale(Rational(-1, 2), square(x))));
}
Expr d_gelu(Args a) {
    Context& c = a[0].context();
    Expr root = power(constant(c, 2), Rational(-1, 2));
    Expr cdf = scale(Rational(1, 2), map(Fn::erfc, negate(multiply(root, a[0]))));
    return add(cdf, multiply(a[0], gauss_density(a[0])));
}
/// 2/√π exp(−x²)
Expr d_erf(Args a) {
    Expr scale_factor = scale(2, power(pi(a[0].context()), Rational(-1, 2)));
    return multiply(scale_factor, map(Fn::exp, negate(square(a[0]))));
}
Expr d_erfc(Args a) { return negate(d_erf(a)); }
Expr d_pow_base(Args a) { return multiply(a[1], power(a[0], subtract(a[1], number(a, 1)))); }
Expr d_pow_exponent(Args a) { return multiply(power(a[0], a[1]), map(Fn::log, a[0])); }
Expr d_max_first(Args a) { return map(Fn::max_weight, {a[0], a[1]}); }
Expr d_max_second(Args a) { return map(Fn::max_weight, {a[1], a[0]}); }
/// −1/2 s^(−3/2) as rnorm(s)/s, which is NaN at s = 0: second derivatives of a norm there are
/// IEEE's (language.md, "Kinks"), and rnorm(s) stays a common factor of a Hessian's terms.
Expr d_rnorm(Args a) {
    return scale(Rational(-1, 2), multiply(map(Fn::rnorm, a[0]), reciprocal(a[0])));
}

/// where(c, a, b) is a where c, so that c itself is its derivative by a.
Expr d_where_first(Args a) { return a[0]; }
Expr d_where_second(Args a) { return complement(a[0]); }

double r_greater(const double* x) { return x[0] > x[1] ? 1 : 0; }
double r_not_greater(const double* x) { return x[0] > x[1] ? 0 : 1; }
double r_greater_equal(const double* x) { return x[0] >= x[1] ? 1 : 0; }
double r_not_greater_equal(const double* x) { return x[0] >= x[1] ? 0 : 1; }
double r_equal(const double* x) { return x[0] == x[1] ? 1 : 0; }
double r_not_equal(const double* x) { return x[0] == x[1] ? 0 : 1; }
double r_where(const double* x) { return x[0] != 0 ? x[1] : x[2]; }
Expr d_lgamma(Args a) { return map(Fn::digamma, a[0]); }
Expr d_digamma(Args a) { return map(Fn::polygamma, {number(a, 1), a[0]}); }
Expr d_polygamma(Args a) { return map(Fn::polygamma, {one_plus(a[0]), a[1]}); }
Expr d_strong_zero(Args a) { return constant(a[0].context(), 1); }

double r_step(const double* x) { return x[0] > 0 ? 1 : 0; }
double r_sign(const double* x) { return std::isnan(x[0]) ? x[0] : (x[0] > 0) - (x[0] < 0); }
double r_sigmoid(const double* x) {
    double e = std::exp(-std::abs(x[0]));
    return (x[0] >= 0 ? 1 : e) / (1 + e);
}
double r_softplus(const double* x) {
    return (x[0] > 0 || std::isnan(x[0]) ? x[0] : 0) + std::log1p(std::exp(-std::abs(x[0])));
}
double r_relu(const double* x) { return x[0] > 0 ? x[0] : (std::isnan(x[0]) ? x[0] : 0); }
double r_silu(const double* x) { return x[0] == -inf ? 0 : x[0] * r_sigmoid(x); }
double r_gelu(const double* x) {
    return x[0] == -inf ? 0 : x[0] * 0.5 * std::erfc(-x[0] * 0.70710678118654752440);
}
/// NaN if either is NaN.
double r_max(const double* x) {
    if (std::isnan(x[0]) || std::isnan(x[1])) return x[0] + x[1];
    return x[0] > x[1] ? x[0] : x[1];
}
double r_min(const double* x) {
    if (std::isnan(x[0]) || std::isnan(x[1])) return x[0] + x[1];
    return x[0] < x[1] ? x[0] : x[1];
}
double r_max_weight(const double* x) {
    if (std::isnan(x[0]) || std::isnan(x[1])) return x[0] + x[1];
    return x[0] > x[1] ? 1 : (x[0] == x[1] ? 0.5 : 0);
}
double r_rnorm(const double* x) { return x[0] == 0 ? 0 : 1 / std::sqrt(x[0]); }

template <double (*F)(double)>
double ref(const double* x) {
    return F(x[0]);
}
double r_pow(const double* x) { return std::pow(x[0], x[1]); }
double r_polygamma(const double* x) { return polygamma(x[0], x[1]); }
double r_itself(const double* x) { return x[0]; }

constexpr auto convex = Curvature::convex;
constexpr auto concave = Curvature::concave;
constexpr auto unknown = Curvature::unknown;
constexpr auto up = Trend::increasing;
constexpr auto down = Trend::decreasing;
constexpr auto flat = Trend::none;
constexpr auto sleef = LoweringKind::sleef;
constexpr auto builtin = LoweringKind::builtin;
constexpr auto expand = LoweringKind::expand;
constexpr auto odd = Parity::odd;
constexpr auto even = Parity::even;
constexpr Interval anywhere{};

// In the order of enum Fn. One compact row each, whatever the formatter would make of it.
// clang-format off
constexpr std::array<Function, fn_count> table{{
    {Fn::exp, "exp", {}, 1, {d_exp}, anywhere, Range::positive, up, convex, sleef, "exp",
     "\\exp(#1)", "\\exp", false, ref<std::exp>},
    {Fn::expm1, "expm1", {}, 1, {d_exp}, anywhere, Range::any, up, convex, sleef, "expm1",
     "\\operatorname{expm1}(#1)", "\\operatorname{expm1}", false, ref<std::expm1>},
    {Fn::log, "log", {"ln"}, 1, {d_log}, {0, inf}, Range::any, up, concave, sleef, "log",
     "\\log(#1)", "\\log", false, ref<std::log>},
    {Fn::log1p, "log1p", {}, 1, {d_log1p}, {-1, inf}, Range::any, up, concave, sleef, "log1p",
     "\\operatorname{log1p}(#1)", "\\operatorname{log1p}", false, ref<std::log1p>},
    {Fn::cbrt, "cbrt", {}, 1, {d_cbrt}, anywhere, Range::any, up, unknown, sleef, "cbrt",
     "\\sqrt[3]{#1}", "\\operatorname{cbrt}", false, ref<std::cbrt>, odd},
    {Fn::abs, "abs", {}, 1, {d_abs}, anywhere, Range::nonnegative, flat, convex, builtin, "",
     "\\lvert #1 \\rvert", "\\operatorname{abs}", false, ref<std::fabs>, even},
    {Fn::sign, "sign", {"sgn"}, 1, {}, anywhere, Range::sign_range, up, unknown, builtin, "",
     "\\operatorname{sign}(#1)", "\\operatorname{sign}", false, r_sign, odd},
    {Fn::step, "step", {}, 1, {}, anywhere, Range::unit_interval, up, unknown, builtin, "",
     "\\operatorname{step}(#1)", "\\operatorname{step}", true, r_step},
    {Fn::sin, "sin", {}, 1, {d_sin}, anywhere, Range::sign_range, flat, unknown, sleef, "sin",
     "\\sin(#1)", "\\sin", false, ref<std::sin>, odd},
    {Fn::cos, "cos", {}, 1, {d_cos}, anywhere, Range::sign_range, flat, unknown, sleef, "cos",
     "\\cos(#1)", "\\cos", false, ref<std::cos>, even},
    {Fn::tan, "tan", {}, 1, {d_tan}, anywhere, Range::any, flat, unknown, sleef, "tan",
     "\\tan(#1)", "\\tan", false, ref<std::tan>, odd},
    {Fn::asin, "asin", {"arcsin"}, 1, {d_asin}, {-1, 1}, Range::any, up, unknown, sleef, "asin",
     "\\arcsin(#1)", "\\arcsin", false, ref<std::asin>, odd},
    {Fn::acos, "acos", {"arccos"}, 1, {d_acos}, {-1, 1}, Range::nonnegative, down, unknown, sleef,
     "acos", "\\arccos(#1)", "\\arccos", false, ref<std::acos>},
    {Fn::atan, "atan", {"arctan"}, 1, {d_atan}, anywhere, Range::any, up, unknown, sleef, "atan",
     "\\arctan(#1)", "\\arctan", false, ref<std::atan>, odd},
    {Fn::sinh, "sinh", {}, 1, {d_sinh}, anywhere, Range::any, up, unknown, sleef, "sinh",
     "\\sinh(#1)", "\\sinh", false, ref<std::sinh>, odd},
    {Fn::cosh, "cosh", {}, 1, {d_cosh}, anywhere, Range::positive, flat, convex, sleef, "cosh",
     "\\cosh(#1)", "\\cosh", false, ref<std::cosh>, even},
    {Fn::tanh, "tanh", {}, 1, {d_tanh}, anywhere, Range::sign_range, up, unknown, sleef, "tanh",
     "\\tanh(#1)", "\\tanh", false, ref<std::tanh>, odd},
    {Fn::asinh, "asinh", {"arsinh"}, 1, {d_asinh}, anywhere, Range::any, up, unknown, sleef,
     "asinh", "\\operatorname{arsinh}(#1)", "\\operatorname{arsinh}", false, ref<std::asinh>, odd},
    {Fn::acosh, "acosh", {"arcosh"}, 1, {d_acosh}, {1, inf}, Range::nonnegative, up, concave,
     sleef, "acosh", "\\operatorname{arcosh}(#1)", "\\operatorname{arcosh}", false,
     ref<std::acosh>},
    {Fn::atanh, "atanh", {"artanh"}, 1, {d_atanh}, {-1, 1}, Range::any, up, unknown, sleef,
     "atanh", "\\operatorname{artanh}(#1)", "\\operatorname{artanh}", false, ref<std::atanh>, odd},
    {Fn::sigmoid, "sigmoid", {"logistic"}, 1, {d_sigmoid}, anywhere, Range::unit_interval, up,
     unknown, expand, "", "\\sigma(#1)", "\\sigma", false, r_sigmoid},
    {Fn::softplus, "softplus", {}, 1, {d_softplus}, anywhere, Range::nonnegative, up, convex,
     expand, "", "\\operatorname{softplus}(#1)", "\\operatorname{softplus}", false, r_softplus},
    {Fn::relu, "relu", {}, 1, {d_relu}, anywhere, Range::nonnegative, up, convex, builtin, "",
     "\\operatorname{relu}(#1)", "\\operatorname{relu}", true, r_relu},
    {Fn::silu, "silu", {"swish"}, 1, {d_silu}, anywhere, Range::any, flat, unknown, expand, "",
     "\\operatorname{silu}(#1)", "\\operatorname{silu}", false, r_silu},
    {Fn::gelu, "gelu", {}, 1, {d_gelu}, anywhere, Range::any, flat, unknown, expand, "",
     "\\operatorname{gelu}(#1)", "\\operatorname{gelu}", false, r_gelu},
    {Fn::erf, "erf", {}, 1, {d_erf}, anywhere, Range::sign_range, up, unknown, sleef, "erf",
     "\\operatorname{erf}(#1)", "\\operatorname{erf}", false, ref<std::erf>, odd},
    {Fn::erfc, "erfc", {}, 1, {d_erfc}, anywhere, Range::nonnegative, down, unknown, sleef, "erfc",
     "\\operatorname{erfc}(#1)", "\\operatorname{erfc}", false, ref<std::erfc>},
    {Fn::pow, "pow", {}, 2, {d_pow_base, d_pow_exponent}, {0, inf}, Range::any, flat, unknown,
     sleef, "pow", "{#1}^{#2}", "\\operatorname{pow}", false, r_pow},
    {Fn::max, "max", {}, 2, {d_max_first, d_max_second}, anywhere, Range::any, up, convex, builtin,
     "", "\\max(#1, #2)", "\\max", false, r_max},
    {Fn::min, "min", {}, 2, {d_max_second, d_max_first}, anywhere, Range::any, up, concave,
     builtin, "", "\\min(#1, #2)", "\\min", false, r_min},
    {Fn::max_weight, "max_weight", {}, 2, {}, anywhere, Range::unit_interval, flat, unknown,
     builtin, "", "\\operatorname{max\\_weight}(#1, #2)", "\\operatorname{max\\_weight}", true,
     r_max_weight},
    {Fn::rnorm, "rnorm", {}, 1, {d_rnorm}, {0, inf}, Range::nonnegative, flat, unknown, builtin,
     "", "\\operatorname{rnorm}(#1)", "\\operatorname{rnorm}", false, r_rnorm},
    {Fn::greater, "greater", {}, 2, {}, anywhere, Range::unit_interval, flat, unknown, builtin, "",
     "[#1 > #2]", "\\operatorname{greater}", true, r_greater},
    {Fn::not_greater, "not_greater", {}, 2, {}, anywhere, Range::unit_interval, flat, unknown,
     builtin, "", "[#1 \\not> #2]", "\\operatorname{not\\_greater}", true, r_not_greater},
    {Fn::greater_equal, "greater_equal", {}, 2, {}, anywhere, Range::unit_interval, flat, unknown,
     builtin, "", "[#1 \\ge #2]", "\\operatorname{greater\\_equal}", true, r_greater_equal},
    {Fn::not_greater_equal, "not_greater_equal", {}, 2, {}, anywhere, Range::unit_interval, flat,
     unknown, builtin, "", "[#1 \\not\\ge #2]", "\\operatorname{not\\_greater\\_equal}", true,
     r_not_greater_equal},
    {Fn::equal, "equal", {}, 2, {}, anywhere, Range::unit_interval, flat, unknown, builtin, "",
     "[#1 = #2]", "\\operatorname{equal}", true, r_equal},
    {Fn::not_equal, "not_equal", {}, 2, {}, anywhere, Range::unit_interval, flat, unknown, builtin,
     "", "[#1 \\ne #2]", "\\operatorname{not\\_equal}", true, r_not_equal},
    {Fn::where, "where", {}, 3, {nullptr, d_where_first, d_where_second}, anywhere, Range::any,
     flat, unknown, builtin, "", "\\operatorname{where}(#1, #2, #3)", "\\operatorname{where}",
     false, r_where},
    {Fn::lgamma, "lgamma", {"gammaln"}, 1, {d_lgamma}, {0, inf}, Range::any, flat, convex, sleef,
     "lgamma", "\\log\\Gamma(#1)", "\\log\\Gamma", false, ref<log_gamma>},
    {Fn::digamma, "digamma", {}, 1, {d_digamma}, {0, inf}, Range::any, flat, concave, expand, "",
     "\\psi(#1)", "\\psi", false, ref<digamma>},
    {Fn::polygamma, "polygamma", {}, 2, {nullptr, d_polygamma}, {0, inf}, Range::any, flat,
     unknown, expand, "", "\\psi^{(#1)}(#2)", "\\operatorname{polygamma}", false, r_polygamma},
    {Fn::strong_zero, "strong_zero", {}, 1, {d_strong_zero}, anywhere, Range::any, up,
     Curvature::affine, builtin, "", "#1", "\\operatorname{strong\\_zero}", true, r_itself, odd},
}};
// clang-format on

constexpr bool in_order() {
    for (std::size_t i = 0; i < table.size(); ++i)
        if (table[i].id != static_cast<Fn>(i)) return false;
    return true;
}
static_assert(in_order(), "one row for each Fn, in its order");

}  // namespace

Fn opposite(Fn f) {
    // They stand in pairs.
    const int offset = static_cast<int>(f) - static_cast<int>(Fn::greater);
    return static_cast<Fn>(static_cast<int>(Fn::greater) + (offset ^ 1));
}

const Function& function(Fn id) { return table[static_cast<std::size_t>(id)]; }

std::span<const Function> all_functions() { return table; }

std::optional<Fn> find_function(std::string_view name) {
    for (const Function& f : table) {
        if (f.name == name) return f.id;
        for (std::string_view alias : f.aliases)
            if (!alias.empty() && alias == name) return f.id;
    }
    return std::nullopt;
}

}  // namespace nabla::ir
