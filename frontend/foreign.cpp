#include "frontend/foreign.hpp"

#include "frontend/builtins.hpp"
#include "frontend/names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace nabla::syntax {

namespace {

struct Meaning {
    std::string_view word;
    std::string_view instead;
};

// Looked up in lower case.
constexpr std::array<Meaning, 79> functions{{
    {"var", "mean((x - vector(mean(x))).^2)"},
    {"variance", "mean((x - vector(mean(x))).^2)"},
    {"std", "sqrt(mean((x - vector(mean(x))).^2))"},
    {"stddev", "sqrt(mean((x - vector(mean(x))).^2))"},
    {"crossprod", "X^T X"},
    {"log10", "log(x)/log(10)"},
    {"log2", "log(x)/log(2)"},
    {"lg", "log(x)/log(10)"},
    {"logb", "log(x)/log(b)"},
    {"exp2", "2^x"},
    {"exp10", "10^x"},
    {"matmul", "A B"},
    {"mul", "A B, or A .* B entry by entry"},
    {"mm", "A B"},
    {"mv", "A x"},
    {"bmm", "A B"},
    {"mtimes", "A B"},
    {"multiply", "x .* y"},
    {"times", "x .* y"},
    {"hadamard", "x .* y"},
    {"divide", "x ./ y"},
    {"rdivide", "x ./ y"},
    {"add", "x + y"},
    {"plus", "x + y"},
    {"subtract", "x - y"},
    {"minus", "x - y"},
    {"power", "x^k, or x.^k entry by entry"},
    {"fabs", "abs(x)"},
    {"sgn", "sign(x)"},
    {"sqr", "x^2, or x.^2 entry by entry"},
    {"tg", "tan(x)"},
    {"ctg", "1/tan(x)"},
    {"cot", "1/tan(x)"},
    {"sec", "1/cos(x)"},
    {"csc", "1/sin(x)"},
    {"sech", "1/cosh(x)"},
    {"csch", "1/sinh(x)"},
    {"coth", "1/tanh(x)"},
    {"arctg", "atan(x)"},
    {"heaviside", "step(x)"},
    {"expit", "sigmoid(x)"},
    {"logit", "log(p/(1 - p))"},
    {"sum_squares", "||x||^2"},
    {"sumsq", "||x||^2"},
    {"sumsqr", "||x||^2"},
    {"sum_square", "||x||^2"},
    {"quad_form", "x^T A x"},
    {"norm_1", "||x||_1"},
    {"norm_2", "||x||"},
    {"norm_inf", "||x||_inf"},
    {"norm_fro", "||X||_F"},
    {"norm_f", "||X||_F"},
    {"normf", "||X||_F"},
    {"frobenius", "||X||_F"},
    {"log_det", "logdet(X)"},
    {"slogdet", "logdet(X)"},
    {"log_sum_exp", "logsumexp(x)"},
    {"inverse", "X^-1 or inv(X)"},
    {"pinv", "(X^T X)^-1 X^T"},
    {"solve", "A \\ b"},
    {"mldivide", "A \\ b"},
    {"linsolve", "A \\ b"},
    {"identity", "eye(n)"},
    {"kronecker", "kron(A, B)"},
    {"hypot", "sqrt(x^2 + y^2)"},
    {"average", "mean(x)"},
    {"maximum", "max(x, y)"},
    {"minimum", "min(x, y)"},
    {"amax", "max(x)"},
    {"amin", "min(x)"},
    {"inner_product", "x^T y"},
    {"dotprod", "x^T y"},
    {"vdot", "x^T y"},
    {"size", "a dimension name: with `param x[n]` n is the size"},
    {"length", "a dimension name: with `param x[n]` n is the size"},
    {"len", "a dimension name: with `param x[n]` n is the size"},
    {"numel", "a dimension name: with `param X[m, n]` the number of entries is m n"},
    {"if", "where(condition, a, b)"},
    {"diff", "grad(f, x)"},
}};

constexpr std::array<std::string_view, 14> modules{"np",    "numpy",  "torch", "tf",    "jnp",
                                                   "jax",   "math",   "scipy", "sympy", "cp",
                                                   "cvxpy", "linalg", "anp",   "Base"};

constexpr std::array<Meaning, 14> members{{
    {"T", "{}^T"},
    {"t", "{}^T"},
    {"H", "{}^T"},
    {"mT", "{}^T"},
    {"I", "{}^-1"},
    {"transpose", "{}^T"},
    {"inv", "{}^-1"},
    {"inverse", "{}^-1"},
    {"dot", "{} y, the product"},
    {"matmul", "{} y, the product"},
    {"mm", "{} y, the product"},
    {"mul", "{} .* y, entry by entry"},
    {"pow", "{}^k"},
    {"norm", "||{}||"},
}};

constexpr std::array<Meaning, 34> latex{{
    {"frac", "write a/b, with parentheses around sums: (a + b)/(c + d)"},
    {"dfrac", "write a/b, with parentheses around sums: (a + b)/(c + d)"},
    {"tfrac", "write a/b, with parentheses around sums: (a + b)/(c + d)"},
    {"sqrt", "write sqrt(x)"},
    {"sum", "write sum(x), or sum(i in 1..n: …) over an index"},
    {"prod", "write prod(x), or prod(i in 1..n: …) over an index"},
    {"top", "write ^T for the transpose"},
    {"intercal", "write ^T for the transpose"},
    {"mathsf", "write ^T for the transpose, and names without fonts"},
    {"mathrm", "write ^T for the transpose, and names without fonts"},
    {"cdot", "write `*`, or nothing, for a product"},
    {"times", "write `*`, or nothing, for a product"},
    {"odot", "write `.*` for a product entry by entry"},
    {"circ", "write `.*` for a product entry by entry"},
    {"otimes", "write kron(A, B)"},
    {"left", "leave it out: brackets need no \\left and \\right"},
    {"right", "leave it out: brackets need no \\left and \\right"},
    {"big", "leave it out: brackets need no size"},
    {"mathbf", "leave it out: names have no fonts"},
    {"boldsymbol", "leave it out: names have no fonts"},
    {"bm", "leave it out: names have no fonts"},
    {"mathcal", "leave it out: names have no fonts"},
    {"text", "leave it out"},
    {"operatorname", "leave it out: write the function's name and its argument in parentheses"},
    {"lVert", "write ||x||"},
    {"rVert", "write ||x||"},
    {"Vert", "write ||x||"},
    {"vert", "write |x|"},
    {"langle", "write <x, y> for an inner product"},
    {"rangle", "write <x, y> for an inner product"},
    {"nabla", "write grad(f, x), or ∇_x f"},
    {"partial", "write grad(f, x) or jacobian(f, x)"},
    {"leq", "write <="},
    {"geq", "write >="},
}};

constexpr std::array<ForeignSign, 37> signs{{
    {"%*%", "the matrix product is written A B or A*B"},
    {"%o%", "the outer product is written x y^T"},
    {"@(", "a function is defined by `f(x) = EXPR`"},
    {"...", "a line goes on after an operator; leave the dots out"},
    {"/*", "comments begin with # or //"},
    {"@", "the matrix product is written A B or A*B"},
    {"%", "comments begin with # or //"},
    {"&&", "write constraints apart, with a comma between them"},
    {"&", "write constraints apart, with a comma between them"},
    {"!=", "an equation is written `==`; there is no `!=` here"},
    {"!", "there is no `!`: write the product, or exp(lgamma(n + 1)) for a factorial"},
    {"~=", "there is no `~=` here; an equation is written `==`"},
    {"~", "there is no `~` here"},
    {"$", "leave out the dollar signs of LaTeX"},
    {"`", "names are written without quotes"},
    {"\"", "names are written without quotes"},
    {"“", "names are written without quotes"},
    {"”", "names are written without quotes"},
    {"‘", "names are written without quotes; the transpose is ' or ^T"},
    {"?", "a choice is written where(condition, a, b)"},
    {":=", "a definition is written `=`"},
    {"∑", "write sum(x), or sum(i in 1..n: …) over an index"},
    {"∏", "write prod(x), or prod(i in 1..n: …) over an index"},
    {"√", "write sqrt(x)"},
    {"∂", "write grad(f, x) or jacobian(f, x)"},
    {"∫", "there are no integrals"},
    {"÷", "write / for a quotient"},
    {"∈", "sizes are declared in brackets: `param x[n]`"},
    {"ℝ", "sizes are declared in brackets: `param x[n]`"},
    {"–", "this is a dash; the minus sign is -"},
    {"—", "this is a dash; the minus sign is -"},
    {"½", "write 1/2"},
    {"¼", "write 1/4"},
    {"…", "write the rest out, or sum(i in 1..n: …)"},
    {"‐", "this is a hyphen; the minus sign is -"},
    {"→", "there are no arrows here"},
    {"†", "write ^T for the transpose"},
}};

template <std::size_t count>
std::string_view look_up(const std::array<Meaning, count>& table, std::string_view word) {
    const auto* row = std::find_if(table.begin(), table.end(),
                                   [&](const Meaning& meaning) { return meaning.word == word; });
    return row == table.end() ? std::string_view() : row->instead;
}

}  // namespace

namespace {

/// The letter x or X that stands for the only argument, replaced by what the user has there.
std::string with_argument(std::string_view instead, std::string_view argument) {
    if (argument.empty() || name_length(argument) != argument.size() ||
        instead.find("name") != std::string_view::npos) {
        return std::string(instead);
    }
    std::string out;
    for (std::size_t at = 0; at < instead.size();) {
        const std::size_t length = name_length(instead.substr(at));
        const std::string_view word = instead.substr(at, length);
        if (length == 1 && word != "x" && word != "X" && word != "T") return std::string(instead);
        out += word == "x" || word == "X" ? argument
                                          : instead.substr(at, std::max<std::size_t>(1, length));
        at += std::max<std::size_t>(1, length);
    }
    return out;
}

}  // namespace

std::string foreign_function(std::string_view name, std::string_view argument) {
    std::string lower(name);
    for (char& c : lower) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    const std::string_view instead = look_up(functions, lower);
    return instead.empty() ? std::string()
                           : fmt::format("write {}", with_argument(instead, argument));
}

bool is_foreign_module(std::string_view name) noexcept {
    return std::find(modules.begin(), modules.end(), name) != modules.end();
}

std::string foreign_member(std::string_view owner, std::string_view member) {
    const std::string_view instead = look_up(members, member);
    if (!instead.empty()) return "write " + fmt::format(fmt::runtime(instead), owner);
    if (is_function_name(member)) return fmt::format("write {}({})", member, owner);
    const std::string other = foreign_function(member);
    return other.empty() ? "names have no members: a function is written f(x)" : other;
}

std::string latex_command(std::string_view word) {
    if (const std::string_view help = look_up(latex, word); !help.empty()) return std::string(help);
    if (is_greek_name(std::string(word)) || is_function_name(word))
        return fmt::format("write {} without the backslash", word);
    return {};
}

const ForeignSign* foreign_sign(std::string_view text) noexcept {
    const auto* row = std::find_if(signs.begin(), signs.end(), [&](const ForeignSign& entry) {
        return text.starts_with(entry.sign);
    });
    return row == signs.end() ? nullptr : row;
}

}  // namespace nabla::syntax
