// Third derivatives over the whole language stay short and read back: every function of the table,
// and every kind of node. A tensor in index notation holds no other tensor.
#include <catch2/catch.hpp>

#include <string>

#include "codegen/source/text.hpp"
#include "ir/functions.hpp"
#include "tests/golden/blocks.hpp"
#include "tests/golden/values.hpp"

namespace {

using namespace nabla;
using namespace golden;
using codegen::TextStyle;

/// Longer than any of these answers has reason to be.
constexpr std::size_t longest = 4000;

void check(const Block& block) {
    INFO(value_of(block, "expr") << "  by  " << value_of(block, "wrt"));
    ir::Context context;
    Answer answer = answer_of(context, block);
    std::string text = codegen::print(answer.expr, TextStyle::ascii);
    INFO(text);
    CHECK(text.size() < longest);
    Sample sample(answer.expr, answer.symbols);
    sample.check_value(codegen::print(sample.sized(), TextStyle::ascii));
    sample.check_value(codegen::print(sample.sized(), TextStyle::unicode));
}

Block block_of(const std::string& expr, const std::string& wrt, const std::string& declare,
               const std::string& order = "3") {
    return {{"expr", expr}, {"wrt", wrt}, {"declare", declare}, {"order", order}};
}

}  // namespace

TEST_CASE("third derivatives of every function read back", "[golden]") {
    int count = 0;
    for (const ir::Function& f : ir::all_functions()) {
        // rnorm is the language's 1/||x|| and has no name of its own there.
        if (f.arity != 1 || f.id == ir::Fn::rnorm) continue;
        ++count;
        std::string inside = f.id == ir::Fn::acosh ? "1 + (A x)/9" : "(A x)/9";
        check(block_of("sum(" + std::string(f.name) + "(" + inside + "))", "x", "A[m,n]; x[n]"));
    }
    CHECK(count > 25);
}

TEST_CASE("third derivatives of every kind of node read back", "[golden]") {
    const std::string square = "X[n,n]; x[n]", wide = "A[m,n]; b[m]; x[n]";
    for (const char* expr :
         {"det X", "logdet X", "tr(inv(X))", "x^T inv(X) x", "tr(X^3)", "||X||_F^3", "sum(exp(X))",
          "log(sum(exp(X)))", "tr(kron(X, X) kron(X, X))", "sum(softmax(X, 2).^2)", "prod(diag(X))",
          "tr(tril(X)^3)"})
        check(block_of(expr, "X", square));
    for (const char* expr : {"logsumexp(A x)", "||A x - b||", "prod(x)", "max(x)^3", "x[1] x[2]^2",
                             "||[x; x.^2]||^2", "sum(i in 1..m: exp(A[i,:] x))", "1/(x^T x)",
                             "sum(where(x > 0.5, x.^3, x))", "log(1 + exp(b^T A x))", "sum(x)^3",
                             "sum(max(A x, b).^3)", "sum(x.^x[1])", "sum((A x)[1:2].^4)"})
        check(block_of(expr, "x", wide));
    check(block_of("lambda_max(X)", "X", "X[n,n] symmetric"));
    check(block_of("tr(chol(X))", "X", "X[n,n] pd", "2"));
    check(block_of("tr(expm(X))", "X", square, "2"));
    check(block_of("softmax(A x)", "x", wide));
    check(block_of("vec(inv(X))", "X", square, "2"));
}
