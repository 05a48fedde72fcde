// What cannot be infinite or NaN.
#include "passes/finite.hpp"

namespace nabla::passes {

using namespace ir;

namespace {

/// What is looked into below a node; deeper ones count as possibly infinite.
constexpr int finite_depth = 6;

bool finite_function(Fn f) {
    switch (f) {
        case Fn::expm1:
        case Fn::exp:
        case Fn::abs:
        case Fn::sign:
        case Fn::step:
        case Fn::sin:
        case Fn::cos:
        case Fn::atan:
        case Fn::tanh:
        case Fn::asinh:
        case Fn::sinh:
        case Fn::cosh:
        case Fn::sigmoid:
        case Fn::softplus:
        case Fn::relu:
        case Fn::silu:
        case Fn::gelu:
        case Fn::erf:
        case Fn::erfc:
        case Fn::max:
        case Fn::min:
        case Fn::max_weight:
        case Fn::strong_zero:
        case Fn::greater:
        case Fn::not_greater:
        case Fn::greater_equal:
        case Fn::not_greater_equal:
        case Fn::equal:
        case Fn::not_equal:
        case Fn::where:
            return true;
        case Fn::log:
        case Fn::log1p:
        case Fn::tan:
        case Fn::asin:
        case Fn::acos:
        case Fn::acosh:
        case Fn::atanh:
        case Fn::pow:
        case Fn::cbrt:
        case Fn::rnorm:
        case Fn::lgamma:
        case Fn::digamma:
        case Fn::polygamma:
            return false;
    }
    return false;
}

/// A root is finite itself, and its derivative is not.
bool is_finite_power(const Rational& exponent, Finite finite) {
    return exponent.num > 0 && (exponent.is_integer() || finite == Finite::in_value);
}

/// Finite for every finite value of the symbols, but for overflow.
bool is_finite(Expr e, int depth, Finite finite) {
    if (depth == 0) return false;
    switch (e.op()) {
        case Op::constant:
        case Op::pi:
        case Op::dim_value:
        case Op::symbol:
        case Op::identity:
        case Op::trimask:
        case Op::selection:
        case Op::iota:
            return true;
        case Op::map:
            if (e.map().function == Fn::rnorm && finite == Finite::in_value) break;
            if (!finite_function(e.map().function)) return false;
            break;
        case Op::einsum:
            for (const Factor& f : e.einsum().factors)
                if (!is_finite_power(f.exponent, finite)) return false;
            break;
        case Op::sum:
        case Op::reduce:
        case Op::det:
        case Op::adjugate:
        case Op::eigenvalue:
        case Op::eigenvector:
        case Op::expm:
        case Op::reshape:
            break;
        case Op::inverse:
        case Op::chol:
        case Op::shifted_pinv:
        case Op::derivative:
            return false;
    }
    for (int i = 0; i < e.child_count(); ++i)
        if (!is_finite(e.child(i), depth - 1, finite)) return false;
    return true;
}

}  // namespace

bool others_finite(const EinsumData& data, std::size_t k, Finite finite) {
    for (std::size_t j = 0; j < data.factors.size(); ++j) {
        const Factor& f = data.factors[j];
        bool whole = is_finite_power(f.exponent, finite);
        if (j != k && (!whole || !is_finite(f.base, finite_depth, finite))) return false;
    }
    return true;
}

}  // namespace nabla::passes
