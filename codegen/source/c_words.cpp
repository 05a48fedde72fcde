#include "codegen/source/c_words.hpp"

#include <array>

namespace nabla::codegen {
namespace {

constexpr std::array<std::string_view, 130> words{
    "alignas", "alignof",   "and",      "and_eq",   "asm",      "auto",     "bitand",   "bitor",
    "bool",    "break",     "case",     "catch",    "char",     "class",    "compl",    "concept",
    "const",   "constexpr", "continue", "decltype", "default",  "delete",   "do",       "double",
    "else",    "enum",      "explicit", "export",   "extern",   "false",    "float",    "for",
    "friend",  "goto",      "if",       "inline",   "int",      "long",     "mutable",  "namespace",
    "new",     "noexcept",  "not",      "not_eq",   "nullptr",  "operator", "or",       "or_eq",
    "private", "protected", "public",   "register", "requires", "restrict", "return",   "short",
    "signed",  "sizeof",    "static",   "struct",   "switch",   "template", "this",     "throw",
    "true",    "try",       "typedef",  "typeid",   "typename", "union",    "unsigned", "using",
    "virtual", "void",      "volatile", "while",    "xor",      "xor_eq",   "Eigen",    "std",
    "exp",     "log",       "log1p",    "expm1",    "sqrt",     "cbrt",     "fabs",     "pow",
    "sin",     "cos",       "tan",      "asin",     "acos",     "atan",     "sinh",     "cosh",
    "tanh",    "asinh",     "acosh",    "atanh",    "erf",      "erfc",     "lgamma",   "tgamma",
    "gamma",   "y0",        "y1",       "yn",       "j0",       "j1",       "jn",       "main",
    "malloc",  "free",      "size_t",   "out",      "work",     "abs",      "div",      "index",
    "select",  "NAN",       "INFINITY", "M_PI",     "a",        "s",        "t",        "v",
    "signgam", "status",
};

constexpr std::array helpers{
    Helper{"square", "static double square(double x) { return x * x; }\n"},
    Helper{"selected",
           "static double selected(double mask, double x) { return mask == 0 ? 0 : mask * x; }\n"},
    Helper{"sign", "static double sign(double x) { return x > 0 ? 1 : x < 0 ? -1 : 0 * x; }\n"},
    Helper{"step", "static double step(double x) { return x > 0 ? 1 : 0; }\n"},
    Helper{"sigmoid", R"(static double sigmoid(double x) {
    const double e = exp(-fabs(x));
    return (x >= 0 ? 1 : e) / (1 + e);
}
)"},
    Helper{"softplus", R"(static double softplus(double x) {
    return (x > 0 ? x : 0 * x) + log1p(exp(-fabs(x)));
}
)"},
    Helper{"relu", "static double relu(double x) { return x <= 0 ? 0 : x; }\n"},
    Helper{"silu", "static double silu(double x) { return x * sigmoid(x); }\n", "sigmoid"},
    Helper{"gelu", R"(static double gelu(double x) {
    return 0.5 * x * erfc(-0.7071067811865475244 * x);
}
)"},
    Helper{"larger", R"(static double larger(double a, double b) {
    return a != a || b != b ? a + b : a > b ? a : b;
}
)"},
    Helper{"smaller", R"(static double smaller(double a, double b) {
    return a != a || b != b ? a + b : a < b ? a : b;
}
)"},
    Helper{"max_weight", R"(static double max_weight(double a, double b) {
    return a != a || b != b ? a + b : a > b ? 1 : a == b ? 0.5 : 0;
}
)"},
    Helper{"rnorm", "static double rnorm(double s) { return s == 0 ? 0 : 1 / sqrt(s); }\n"},
    Helper{"digamma", "static double digamma(double x) { return polygamma(0, x); }\n", "polygamma"},
    Helper{
        "polygamma",
        R"(/* The k-th derivative of digamma, k up to 100: Abramowitz & Stegun 6.4.11 after stepping x up,
   6.4.7 for negative x. */
static double polygamma(double order, double x) {
    static const double bernoulli[] = {1.0 / 6,  -1.0 / 30,     1.0 / 42, -1.0 / 30,
                                       5.0 / 66, -691.0 / 2730, 7.0 / 6,  -3617.0 / 510};
    const int k = (int)order;
    if (x < 0) {
        const double pi = 3.141592653589793238, r = x - floor(x + 0.5);
        const double direct = polygamma(order, 1 - x), c = 1 / tan(pi * r);
        double p[104] = {0, 1}, next[104], value = 0;
        if (k % 2 == 0 && r == 0) return NAN;
        for (int d = 0; d < k; ++d) {
            for (int m = 0; m < 104; ++m) next[m] = 0;
            for (int m = 1; m <= d + 1; ++m) {
                next[m - 1] -= m * p[m];
                next[m + 1] -= m * p[m];
            }
            for (int m = 0; m < 104; ++m) p[m] = next[m];
        }
        for (int m = k + 1; m >= 0; --m) value = value * c + p[m];
        return (k % 2 == 0 ? direct : -direct) - pow(pi, k + 1) * value;
    }
    double sum = 0;
    for (const double threshold = 10 + (13 * k + 9) / 10; x < threshold; x += 1)
        sum += tgamma(k + 1.0) / pow(x, k + 1);
    const double w = 1 / (x * x);
    double series = 0;
    for (int j = 8; j >= 1; --j) {
        double factor = bernoulli[j - 1] / (2 * j);
        if (k > 0) {
            factor = bernoulli[j - 1];
            for (int i = 1; i <= 2 * j; ++i) factor *= (k - 1.0 + i) / i;
        }
        series = (series + factor) * w;
    }
    if (k == 0) return log(x) - 0.5 / x - series - sum;
    sum += tgamma((double)k) / pow(x, k) * (1 + 0.5 * k / x + series);
    return k % 2 == 0 ? -sum : sum;
}
)"},
};

}  // namespace

std::span<const std::string_view> cpp_words() { return words; }

std::span<const Helper> scalar_helpers() { return helpers; }

}  // namespace nabla::codegen
