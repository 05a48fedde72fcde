#include "passes/erfc_tail.hpp"

#include "ir/build.hpp"

namespace nabla::passes {

using namespace ir;

/// 1/(x √π) (1 − 1/(2x²) (1 − 3/(2x²) (1 − …))); seven terms
/// leave less than a rounding error there.
Expr scaled_erfc(Expr x) {
    constexpr int terms = 7;
    Expr half = scale(Rational(1, 2), power(x, Rational(-2)));
    Expr one = ones(x.context(), x.shape());
    Expr series = one;
    for (int k = terms; k > 0; --k)
        series = subtract(one, scale(2 * k - 1, multiply(half, series)));
    Expr root_pi = power(pi(x.context()), Rational(-1, 2));
    return multiply(multiply(power(x, Rational(-1)), root_pi), series);
}

}  // namespace nabla::passes
