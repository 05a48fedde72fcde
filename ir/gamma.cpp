#include "ir/gamma.hpp"

#include <math.h>

namespace nabla::ir {
namespace {

/// Extended precision: the reference is right to the last place of a double.
struct Extended {
    using Value = long double;
    using Condition = bool;
    Value number(long double x) const { return x; }
    Value add(Value a, Value b) const { return a + b; }
    Value sub(Value a, Value b) const { return a - b; }
    Value mul(Value a, Value b) const { return a * b; }
    Value div(Value a, Value b) const { return a / b; }
    bool less(Value a, Value b) const { return a < b; }
    bool equal(Value a, Value b) const { return a == b; }
    Value choose(bool c, Value a, Value b) const { return c ? a : b; }
    Value log(Value a) const { return std::log(a); }
    Value round(Value a) const { return std::nearbyint(a); }
    Value cot_pi(Value r) const { return 1 / std::tan(3.14159265358979323846264338327950288L * r); }
};

}  // namespace

double log_gamma(double x) {
    int sign = 0;
    return ::lgamma_r(x, &sign);  // std::lgamma writes a global
}

double digamma(double x) { return polygamma(0, x); }

double polygamma(double order, double x) {
    constexpr double most = 1000;  // beyond, k! is no number
    if (!(order >= 0) || order != std::floor(order) || order > most) return std::nan("");
    Extended ops;
    return static_cast<double>(Polygamma<Extended>(ops, static_cast<int>(order))(x));
}

}  // namespace nabla::ir
