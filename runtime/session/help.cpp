#include "runtime/session/help.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>

#include <fmt/format.h>

#include "frontend/builtins.hpp"
#include "frontend/methods.hpp"
#include "ir/build.hpp"
#include "ir/context.hpp"
#include "ir/functions.hpp"
#include "passes/pipeline.hpp"
#include "runtime/formula.hpp"
#include "runtime/optimize/minimize.hpp"

namespace nabla::runtime {
namespace {

struct Entry {
    std::string_view word;
    std::string_view usage;
    std::string_view text;
};

constexpr Entry entries[] = {
    {"dim", "dim n = 4    dim n >= 1    dim m = n - 1",
     "fixes, bounds or ties a dimension name. Without it a dimension is any size."},
    {"param", "param X[m, n] symmetric    param lambda > 0",
     "declares a name whose value is given: a scalar, a vector `[n]` or a matrix `[m, n]`, with "
     "facts behind it."},
    {"var", "var w[n]    var p[n] simplex    var t in [0, 1]",
     "declares a name that problems are solved for, with facts and bounds behind it."},
    {"minimize", "minimize EXPR over x, Y [subject to C, C] [using METHOD(options)]",
     "finds the values that make EXPR least; they become the values of the names. A value that a "
     "name has been given is where the search starts."},
    {"maximize", "maximize EXPR over x, Y [subject to C, C] [using METHOD(options)]",
     "as minimize, for the greatest value."},
    {"solve", "solve EXPR == 0 for x", "the solution as a formula, where one exists."},
    {"assert", "assert EXPR == EXPR", "is it an identity?"},
    {"show", "show EXPR", "prints it, as typing the expression alone does."},
    {"export", "export EXPR, EXPR as NAME",
     "kept for :save; `nabla compile` makes a function of it."},
    {"import", "import \"other.nabla\"", "the definitions of another file."},
    {"over", "minimize EXPR over x", "names what a problem is solved for."},
    {"using", "minimize EXPR over x using newton(tol=1e-10)", "chooses the method."},
    {"subject", "minimize EXPR over x subject to x >= 0, sum(x) == 1",
     "conditions, with commas between them: ==, <= and >=."},
    {"for", "solve EXPR == 0 for x", "names what an equation is solved for."},
    {"as", "export EXPR, EXPR as NAME", "the name of the function that is made."},
    {"in", "sum(i in 1..m: x[i])    var t in [0, 1]", "the range of an index; bounds of a name."},
    {"T", "X^T    X'", "after `^`, the transpose; elsewhere a name like any other."},
    {"∇", "∇_x f    ∇f", "the gradient by x: grad(f, x). `grad` writes it in letters."},
    {"symmetric", "param A[n, n] symmetric",
     "A^T is A. A fact; others are antisymmetric, diagonal, lower, upper, orthogonal, psd, pd, "
     "invertible, full_rank, simplex, integer, > 0, >= 0, in [lo, hi]."},
    {"antisymmetric", "param A[n, n] antisymmetric", "a fact: A^T is -A."},
    {"diagonal", "param D[n, n] diagonal", "a fact: zero outside of the diagonal."},
    {"lower", "param L[n, n] lower", "a fact: zero above the diagonal."},
    {"upper", "param U[n, n] upper", "a fact: zero below the diagonal."},
    {"orthogonal", "param Q[n, n] orthogonal", "a fact: Q^T Q is the identity."},
    {"psd", "param P[n, n] psd",
     "a fact: symmetric and positive semidefinite, x^T P x >= 0 for every x."},
    {"pd", "param P[n, n] pd",
     "a fact: symmetric and positive definite, x^T P x > 0 for every x but 0."},
    {"invertible", "param W[n, n] invertible", "a fact: it has an inverse."},
    {"full_rank", "param X[m, n] full_rank",
     "a fact: the columns are independent if it is tall, the rows if it is wide."},
    {"simplex", "var p[n] simplex", "a fact: entries that are not negative and sum to 1."},
    {"integer", "var k integer", "a fact: whole numbers."},
    {"pi", "pi", "the number."},
    {"I", "I    eye(n)", "the identity matrix; its size is found from where it stands."},
    {"sum", "sum(X)    sum(X, 1)    sum(i in 1..m: x[i])",
     "of all entries; down the rows; over an index."},
    {"mean", "mean(X)    mean(X, 2)", "of all entries, or along an axis."},
    {"prod", "prod(x)", "the product of all entries, or along an axis."},
    {"max", "max(x)    max(a, b)    max(X, axis=1)",
     "the largest entry; entry by entry the larger; along an axis."},
    {"min", "min(x)    min(a, b)    min(X, axis=1)",
     "the smallest entry; entry by entry the smaller; along an axis."},
    {"norm1", "norm1(x)    ||x||_1", "the sum of the absolute values of the entries."},
    {"norm2", "norm2(x)    ||x||", "the root of the sum of squares (Frobenius for a matrix)."},
    {"norminf", "norminf(x)    ||x||_inf", "the largest absolute value of an entry."},
    {"logsumexp", "logsumexp(x)", "log(sum(exp(x))), without overflow."},
    {"dot", "dot(x, y)    <x, y>", "the inner product: x^T y, tr(X^T Y)."},
    {"outer", "outer(x, y)    x y^T", "the matrix of all products of entries."},
    {"kron", "kron(A, B)    A ⊗ B", "the Kronecker product."},
    {"tr", "tr(X)", "the sum of the diagonal."},
    {"det", "det(X)", "the determinant."},
    {"logdet", "logdet(X)    log det X", "the logarithm of the determinant."},
    {"inv", "inv(X)    X^-1", "the inverse."},
    {"transpose", "transpose(X)    X^T    X'", "rows become columns."},
    {"diag", "diag(x)    diag(X)", "a vector as a diagonal matrix; a matrix's diagonal."},
    {"vec", "vec(X)", "the columns of a matrix, one below the other."},
    {"reshape", "reshape(vec(X), m, n)", "fills another shape, by columns."},
    {"adj", "adj(X)", "the adjugate: X adj(X) = det(X) I."},
    {"chol", "chol(A)", "the lower factor L of A = L L^T."},
    {"expm", "expm(A)", "the matrix exponential."},
    {"lambda_max", "lambda_max(A)", "the largest eigenvalue of a symmetric matrix."},
    {"softmax", "softmax(x)    softmax(X, 2)", "exp(x)/sum(exp(x)); row by row."},
    {"log_softmax", "log_softmax(x)", "the logarithm of softmax(x), without loss of digits."},
    {"cross_entropy", "cross_entropy(p, q)", "-sum(p .* log(q)), entries with p = 0 counting 0."},
    {"ones", "ones(n)    ones(m, n)", "a vector or matrix of ones."},
    {"zeros", "zeros(n)    zeros(m, n)", "a vector or matrix of zeros."},
    {"eye", "eye(n)", "the identity matrix."},
    {"unit", "unit(i, n)", "the vector with 1 at place i and zeros elsewhere."},
    {"vector", "vector(1)", "a vector of that number; its size is found from where it stands."},
    {"matrix", "matrix(1)", "a matrix of that number; its size is found from where it stands."},
    {"where", "where(x > 0, a, b)", "entry by entry a where the comparison holds, else b."},
    {"clamp", "clamp(x, lo, hi)", "entry by entry the nearest number in [lo, hi]."},
    {"sqrt", "sqrt(x)    x.^(1/2)", "entry by entry the square root."},
    {"square", "square(x)    x.^2", "entry by entry the square."},
    {"grad", "grad(f, x)    ∇_x f", "the gradient of a scalar: it has the shape of x."},
    {"jacobian", "jacobian(F, x)", "the derivative: axes of F, then axes of x."},
    {"hessian", "hessian(f, x)    hessian(f, x, y)", "second derivatives; a mixed block."},
    {"hvp", "hvp(f, x, v)", "the Hessian times v, without the Hessian."},
    {"directional", "directional(F, x, v)", "the derivative along v, without the Jacobian."},
    {"vjp", "vjp(F, x, u)", "u times the Jacobian, without the Jacobian."},
    {"taylor", "taylor(f, x, x0, k)", "the expansion at x0 up to order k."},
};

std::string aliases(std::span<const std::string_view> names) {
    std::string text;
    for (const std::string_view name : names) {
        if (!name.empty()) text += fmt::format("{}{}", text.empty() ? " (also " : ", ", name);
    }
    return text.empty() ? text : text + ")";
}

// An entrywise function tells its own derivative and domain.
std::string entrywise_help(const ir::Function& row) {
    ir::Context context;
    std::vector<ir::Expr> arguments;
    std::vector<std::string> names{"x"};
    if (row.arity > 1) names = {"a", "b"};
    if (row.arity > 2) names = {"a", "b", "c"};
    for (const std::string& name : names) arguments.push_back(context.symbol(name, {}));
    std::string text = fmt::format("{}({}){}: entry by entry.\n", row.name, fmt::join(names, ", "),
                                   aliases(row.aliases));
    const ir::Interval domain = row.domain;
    if (std::isfinite(domain.low) || std::isfinite(domain.high)) {
        text += fmt::format("  defined from {} to {}\n", domain.low, domain.high);
    }
    for (std::size_t i = 0; i < names.size() && i < row.partial.size(); ++i) {
        const ir::Expr derivative = row.partial[i] == nullptr
                                        ? ir::constant(context, 0)
                                        : passes::finish(row.partial[i](arguments));
        text += fmt::format("  derivative by {}: {}\n", names[i], format_formula(derivative).text);
    }
    return text;
}

// A method is known by the table of those that are built, or only by its name.
std::string method_help(std::string_view word) {
    if (!syntax::is_method(word)) return {};
    const MethodInfo* info = find_method(word);
    const std::string_view title = info == nullptr ? "not available yet" : info->title;
    return fmt::format("minimize EXPR over x using {}\n  a method: {}.\n  options: {}\n", word,
                       title, fmt::join(syntax::method_options(word), ", "));
}

const Entry* find_entry(std::string_view word) {
    const auto found = std::find_if(std::begin(entries), std::end(entries),
                                    [&](const Entry& entry) { return entry.word == word; });
    return found == std::end(entries) ? nullptr : found;
}

}  // namespace

std::string help_text(std::string_view word) {
    const syntax::BuiltinRow* row = syntax::find_builtin(word);
    const Entry* entry = find_entry(row == nullptr ? word : row->name);
    if (entry != nullptr) {
        return fmt::format("{}{}\n  {}\n", entry->usage,
                           row == nullptr ? std::string() : aliases(row->aliases), entry->text);
    }
    if (const auto function = ir::find_function(word)) {
        return entrywise_help(ir::function(*function));
    }
    if (row == nullptr) return method_help(word);
    return fmt::format("{}(…){}: a function of {}{} argument{}\n", row->name, aliases(row->aliases),
                       row->min_arguments,
                       row->max_arguments == row->min_arguments
                           ? std::string()
                           : fmt::format(" to {}", row->max_arguments),
                       row->max_arguments == 1 ? "" : "s");
}

std::vector<std::string> help_words() {
    std::vector<std::string> words = syntax::function_names();
    for (const Entry& entry : entries) words.emplace_back(entry.word);
    for (const std::string_view name : syntax::method_names()) words.emplace_back(name);
    std::sort(words.begin(), words.end());
    words.erase(std::unique(words.begin(), words.end()), words.end());
    return words;
}

}  // namespace nabla::runtime
