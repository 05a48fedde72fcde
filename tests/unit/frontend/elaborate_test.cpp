// From text to nodes: names, kinds, shapes, orientation, and what each construct means. Nodes are
// interned, so that equality of handles is equality of meaning.

#include <catch2/catch.hpp>

#include <fmt/format.h>

#include "frontend/frontend.hpp"
#include "ir/build.hpp"

#include <string>
#include <vector>

using namespace nabla;
using syntax::DeclarationText;
using syntax::elaborate_expression;
using syntax::Expression;
using syntax::Options;
using syntax::Source;

namespace {

struct Fixture {
    ir::Context context;
    Options options{.defaults = true, .data_shapes = {}, .declarations = {}, .wanted = {}};

    Expression read(const std::string& text) {
        return elaborate_expression(context, Source("<test>", text), options);
    }
    ir::Expr expr(const std::string& text) { return read(text).expr; }
    std::string shape(const std::string& text) { return ir::to_string(expr(text).shape()); }
    /// Name and shape of every symbol.
    std::string symbols(const std::string& text) {
        std::string out;
        for (ir::Expr symbol : read(text).symbols) {
            out += (out.empty() ? "" : ", ") + symbol.symbol().name + " " +
                   ir::to_string(symbol.shape());
        }
        return out;
    }
    std::string error(const std::string& text) {
        try {
            read(text);
        } catch (const InputError& error) {
            return error.diagnostics().front().message;
        }
        return "no error";
    }
    std::string help(const std::string& text) {
        try {
            read(text);
        } catch (const InputError& error) {
            return error.diagnostics().front().help;
        }
        return "no error";
    }
    /// Declares instead of using defaults.
    void declare(const std::vector<std::string>& declarations) {
        for (const std::string& text : declarations) options.declarations.push_back({text});
    }
};

ir::Module module_of(ir::Context& context, const std::string& text) {
    return syntax::elaborate_module(context, Source("test.nabla", text));
}

std::vector<std::string> messages(const std::string& text) {
    ir::Context context;
    try {
        module_of(context, text);
    } catch (const InputError& error) {
        std::vector<std::string> found;
        for (const Diagnostic& diagnostic : error.diagnostics())
            found.push_back(diagnostic.message);
        return found;
    }
    return {};
}

}  // namespace

TEST_CASE_METHOD(Fixture, "one-liners infer kinds and sizes") {
    CHECK(symbols("x^T A x") == "x n, A n×n");
    CHECK(symbols("A X B") == "A m×n, X n×p, B p×q");
    CHECK(symbols("tr(A X B)") == "A m×n, X n×p, B p×m");
    CHECK(symbols("||X w - y||^2") == "X m×n, w n, y m");
    CHECK(symbols("a x_1 + λ w2") == "a scalar, x_1 n, lambda scalar, w2 n");
    CHECK(symbols("log det X") == "X n×n");
    CHECK(symbols("sum(X, 1) - z'") == "X m×n, z n");
    CHECK(symbols("x^T ones(k)") == "x k");
    CHECK(symbols("A (B + I)") == "A m×n, B n×n");
}

TEST_CASE_METHOD(Fixture, "default scalars become vectors where a use makes them so") {
    CHECK(symbols("A x - b") == "A m×n, x n, b m");
    CHECK(symbols("b^T x") == "b n, x n");
    CHECK(symbols("A \\ b") == "A n×n, b n");
    CHECK(symbols("(x - mu)^T Sigma^-1 (x - mu)") == "x n, mu n, Sigma n×n");
    CHECK(symbols("y - X beta") == "y m, X m×n, beta n");
    CHECK(symbols("||y - X beta||^2 + lambda ||beta||^2") == "y m, X m×n, beta n, lambda scalar");
    CHECK(symbols("a^T X b") == "a m, X m×n, b n");
    CHECK(symbols("a^T b") == "a n, b n");
    CHECK(symbols("softmax(a)") == "a n");
    CHECK(symbols("X + c") == "X m×n, c scalar");
    CHECK(symbols("c x") == "c scalar, x n");
    CHECK(symbols("A x - 2 b") == "A m×n, x n, b m");
    const Expression read_as_vector = read("A x - b");
    REQUIRE(read_as_vector.notes.size() == 1);
    CHECK(read_as_vector.notes[0].severity == Severity::note);
    CHECK(read_as_vector.notes[0].message.starts_with("read `b` as a vector"));
}

TEST_CASE_METHOD(Fixture, "dimension names are declared too") {
    declare({"dim k", "dim p = 3", "x[p]"});
    CHECK(symbols("k x") == "x 3");
    CHECK(expr("k + 1") == ir::dim_value(context.dim("k") + context.dim(1)));
}

TEST_CASE_METHOD(Fixture, "shares of an extremum have names") {
    CHECK(expr("max_share(x)") == ir::reduce(ir::ReduceKind::max_share, expr("x"), {0}));
    CHECK(expr("min_share(X, 2)") == ir::reduce(ir::ReduceKind::min_share, expr("X"), {1}));
    CHECK(shape("max_share(X, 1)") == shape("X"));
}

TEST_CASE_METHOD(Fixture, "words are split into names") {
    CHECK(expr("AXB") == expr("A X B"));
    CHECK(expr("tr(AXB)") == expr("tr(A X B)"));
    CHECK(expr("x^TAx") == expr("x^T A x"));
    CHECK(expr("AB^-1") == expr("A B^-1"));
    CHECK(expr("AX^T") == expr("A X^T"));
    CHECK(symbols("xi x") == "xi scalar, x n");
    CHECK(expr("2pi") == expr("2 pi"));
    CHECK(error("1/AB").find("could mean two things") != std::string::npos);
    CHECK(error("foo(x)") == "unknown function `foo`");
    CHECK(error("DET(A)") == "unknown function `DET`");
    CHECK(error("sigma(x)").find("could mean two things") != std::string::npos);
    CHECK(error("e^x").find("could mean two things") != std::string::npos);
    declare({"AX[n, n]", "b[n]"});
    CHECK(symbols("AXb") == "AX n×n, b n");
}

TEST_CASE_METHOD(Fixture, "a function and its argument in one word are no product") {
    CHECK(error("sinx") == "`sinx` could mean two things");
    CHECK(help("sinx") == "write `sin x` for the function, or `s i n x` for a product");
    CHECK(help("xTx").ends_with("did you mean x^T x?"));
    CHECK(help("var(x)").starts_with("write mean("));
    CHECK(shape("mean((x - vector(mean(x))).^2)") == "scalar");
    CHECK(help("solve(A, b)") == "write A \\ b");
    CHECK(help("pinv(A) x") == "write (A^T A)^-1 A^T");
}

TEST_CASE_METHOD(Fixture, "data decide before defaults") {
    options.data_shapes = {{"x", {5}}, {"A", {3, 5}}, {"b", {3}}, {"m", {}}, {"K", {5, 1}}};
    CHECK(symbols("(A x - b)/m") == "A 3×5, b 3, m scalar, x 5");
    CHECK(shape("A x") == "3");
    CHECK(shape("K^T K") == "1×1");
    CHECK(shape("grad(K^T K, K)") == "5×1");
    CHECK(shape("x + K^T K") == "5");
    CHECK(symbols("X x") == "x 5, X n×5");
    CHECK(error("A b") == "cannot multiply A (3×5) by b (3): the inner dimensions 5 and 3 differ");
    declare({"A[m, n]"});
    options.data_shapes.erase("m");
    CHECK(expr("sum(A)/m") == expr("sum(A)/3"));
}

TEST_CASE_METHOD(Fixture, "data that do not fit a declaration are an error") {
    declare({"A[n, n] symmetric"});
    options.data_shapes = {{"A", {3, 4}}};
    CHECK(error("A") ==
          "the data for `A` have shape 3×4, but it is declared as n×n: 3 and 4 cannot both be n");
    options.data_shapes = {{"A", {3, 3}}, {"b", {4}}};
    declare({"b[n]", "c", "d[2 n]"});
    CHECK(error("A b") ==
          "the data for `b` have shape 4, but it is declared as n: n is 3 by the "
          "data for `A`");
    options.data_shapes = {{"c", {4}}};
    CHECK(error("c") == "the data for `c` have shape 4, but it is declared as a scalar");
}

TEST_CASE_METHOD(Fixture, "only sizes that are used matter") {
    options.data_shapes = {{"x", {2}}, {"y", {0}}, {"A", {0, 3}}};
    CHECK(symbols("x^T x") == "x 2");
    CHECK(error("y^T y") == "a size of `y` is 0: sizes are at least 1");
    declare({"y[n]"});
    CHECK(symbols("x^T x") == "x 2");
}

TEST_CASE_METHOD(Fixture, "products mean what the shapes say") {
    declare({"A[m, n]", "S[n, n]", "x[n]", "y[m]", "z[n]", "a"});
    const ir::Expr A = expr("A");
    const ir::Expr S = expr("S");
    const ir::Expr x = expr("x");
    const ir::Expr y = expr("y");
    const ir::Expr z = expr("z");
    CHECK(expr("A x") == ir::matmul(A, x));
    CHECK(expr("y^T A x") == ir::inner(y, ir::matmul(A, x)));
    CHECK(expr("x z^T") == ir::outer(x, z));
    CHECK(expr("x' z") == ir::inner(x, z));
    CHECK(expr("<x, z>") == ir::inner(x, z));
    CHECK(expr("x .* z") == ir::multiply(x, z));
    CHECK(expr("S \\ x") == ir::matmul(ir::inverse(S), x));
    CHECK(expr("x' / S") == ir::matmul(x, ir::inverse(S)));
    CHECK(expr("S^3") == ir::matrix_power(S, 3));
    CHECK(expr("S^-T") == ir::transpose(ir::inverse(S)));
    CHECK(expr("S.^2") == ir::power(S, ir::Rational(2)));
    CHECK(expr("1 ./ x") == ir::power(x, ir::Rational(-1)));
    CHECK(expr("||x||") == ir::power(ir::inner(x, x), ir::Rational(1, 2)));
    CHECK(expr("||x||^2") == ir::inner(x, x));
    CHECK(expr("||A||_F^2") == ir::inner(A, A));
    CHECK(expr("||x||_1") == ir::sum_entries(ir::map(ir::Fn::abs, x)));
    CHECK(expr("mean(x)") == ir::divide(ir::sum_entries(x), expr("n")));
    CHECK(expr("a/n") == ir::divide(expr("a"), ir::dim_value(context.dim("n"))));
    CHECK(expr("log det S") == ir::map(ir::Fn::log, ir::det(S)));
    CHECK(expr("tr S") == ir::trace(S));
    CHECK(expr("diag(x) z") == ir::multiply(x, z));
    CHECK(expr("softmax(A, 2)") == ir::softmax(A, {1}));
    CHECK(expr("S + 2 I") == ir::add(S, ir::scale(2, ir::identity(context.dim("n")))));
    CHECK(expr("max(x, 0)") == ir::map(ir::Fn::max, {x, ir::constant(context, 0)}));
    CHECK(expr("max(x)") == ir::reduce(ir::ReduceKind::max, x, {0}));
    CHECK(expr("0.1 a") == ir::scale(ir::Rational(1, 10), expr("a")));
}

TEST_CASE_METHOD(Fixture, "rows and columns are kept apart") {
    declare({"A[m, n]", "x[n]", "y[m]"});
    CHECK(read("x'").orientation == ir::Orientation::row);
    CHECK(read("y' A").orientation == ir::Orientation::row);
    CHECK(read("sum(A, 1)").orientation == ir::Orientation::row);
    CHECK(read("sum(A, 2)").orientation == ir::Orientation::column);
    CHECK(read("exp(x')").orientation == ir::Orientation::row);
    CHECK(read("A x").orientation == ir::Orientation::column);
    CHECK(error("x' + x").find("one is a row, the other a column") != std::string::npos);
    CHECK(error("x .* x'").find("one is a row, the other a column") != std::string::npos);
    CHECK(error("x A'").find("a column stands on the left of a matrix") != std::string::npos);
    CHECK(error("x x").find("both are columns") != std::string::npos);
}

TEST_CASE_METHOD(Fixture, "derivatives are requests with the right shapes") {
    declare({"A[m, n]", "S[n, n]", "x[n]", "v[n]", "u[m]", "s"});
    const auto mode = [&](const std::string& text) { return expr(text).derivative().mode; };
    CHECK(mode("grad(x' S x, x)") == ir::DerivativeMode::gradient);
    CHECK(expr("∇_x x' S x") == expr("grad(x' S x, x)"));
    CHECK(shape("grad(x' S x, S)") == "n×n");
    CHECK(shape("jacobian(A x, x)") == "m×n");
    CHECK(shape("jacobian(A x, A)") == "m×m×n");
    CHECK(shape("hessian(x' S x, x)") == "n×n");
    CHECK(shape("hessian(u' A x, x, u)") == "n×m");
    CHECK(shape("hvp(x' S x, x, v)") == "n");
    CHECK(shape("directional(A x, x, v)") == "m");
    CHECK(shape("vjp(A x, x, u)") == "n");
    CHECK(shape("grad(grad(x' S x, x)' v, x)") == "n");
    CHECK(read("jacobian(s x', s)").orientation == ir::Orientation::row);
    CHECK(error("grad(A x, x)") == "the function in `grad` must be a scalar, but A x has shape m");
    CHECK(error("grad(x' x, 2 x)") == "cannot differentiate by 2 x");
}

TEST_CASE_METHOD(Fixture, "names that the text does not use can be asked for") {
    options.wanted = {"x", "A"};
    const Expression result = read("x^T x");
    REQUIRE(result.wanted.size() == 2);
    CHECK(result.wanted[0] == result.symbols[0]);
    CHECK(result.wanted[1].symbol().name == "A");
    CHECK(result.symbols.size() == 1);
}

TEST_CASE("a file becomes a module") {
    ir::Context context;
    const ir::Module module = module_of(context, R"(# regression
param X[m, n]
param y[m]
param lambda > 0
var   w[n] in [-1, inf]
margin = y .* (X w)      # before its use
loss = sum(log(1 + exp(-margin)))/m + penalty
penalty = lambda/2 ||w||^2
minimize loss over w
  subject to sum(w) == 1, w >= 0
  using lbfgs(memory=5, tol=1e-9)
show grad(loss, w)'
export loss, grad(loss, w) as fit
assert X^T X == (X^T X)^T
)");
    REQUIRE(module.declarations.size() == 4);
    CHECK(module.declarations[0].text == "X[m, n]");
    CHECK(module.declarations[2].symbol.has(ir::Fact::positive));
    CHECK(module.declarations[3].symbol.symbol().is_variable);
    CHECK(module.declarations[3].lower == -1);
    CHECK(module.definitions.size() == 3);
    CHECK(module.find_definition("margin")->text == "y .* (X w)");
    REQUIRE(module.requests.size() == 4);
    const auto& problem = std::get<ir::Problem>(module.requests[0]);
    CHECK(problem.objective == module.find_definition("loss")->expr);
    CHECK(problem.variables == std::vector{module.find_declaration("w")->symbol});
    REQUIRE(problem.constraints.size() == 2);
    CHECK(problem.constraints[1].relation == ir::Relation::greater_equal);
    CHECK(problem.method == "lbfgs");
    CHECK(problem.method_options.size() == 2);
    CHECK(std::get<ir::Show>(module.requests[1]).orientation == ir::Orientation::row);
    const auto& exported = std::get<ir::Export>(module.requests[2]);
    CHECK(exported.name == "fit");
    CHECK(exported.outputs.size() == 2);
    CHECK(exported.inputs.size() == 4);
    const auto& claim = std::get<ir::Assert>(module.requests[3]);
    CHECK(claim.relation == ir::Relation::equal);
    CHECK(claim.left_text == "X^T X");
    CHECK(claim.right_text == "(X^T X)^T");
    CHECK(claim.inputs == std::vector{module.find_declaration("X")->symbol});

    const Expression more =
        elaborate_expression(context, Source("<test>", "hessian(loss, w)"), {}, &module);
    CHECK(more.expr.derivative().arguments[0] == module.find_definition("loss")->expr);
}

TEST_CASE("functions are their bodies, and sizes are fixed and tied by dim") {
    ir::Context context;
    const ir::Module module = module_of(context, R"(dim n = 4
dim m = n - 1
param D[m, n]
var x[4]
quad(u, M) = u^T M^T M u
f = quad(x, D) + quad(2 x, D)
slope = grad(quad(x, D), x)
)");
    CHECK(ir::to_string(module.declarations[0].symbol.shape()) == "3×4");
    CHECK(module.dims.at("m").is(3));
    CHECK(module.definitions.size() == 2);
    const ir::Expr x = module.find_declaration("x")->symbol;
    const ir::Expr Dx = ir::matmul(module.find_declaration("D")->symbol, x);
    CHECK(module.find_definition("slope")->expr ==
          ir::derivative(ir::DerivativeMode::gradient, ir::inner(Dx, Dx), {x}));
}

TEST_CASE("functions that call functions too deeply are not said to be circular") {
    std::string text = "f0(x) = x\n";
    for (int i = 1; i < 100; ++i) {
        text += fmt::format("f{}(x) = f{}(x) + 1\n", i, i - 1);
    }
    const auto found = messages(text + "show f99(2)\n");
    REQUIRE(found.size() == 1);
    CHECK(found[0] == "functions call functions too deeply (more than 64 levels)");
}

TEST_CASE("independent mistakes are reported in one run, consequences are not") {
    const auto found = messages(R"(param X[m, n]
param y[m]
a = X y
b = a + 1
c = undeclared + 1
d = (1 + 2
e = d + c
show X^T + X
)");
    REQUIRE(found.size() == 4);
    CHECK(found[0].starts_with("cannot multiply X (m×n) by y (m)"));
    CHECK(found[1] == "unknown name `undeclared`");
    CHECK(found[2] == "`(` is never closed");
    CHECK(found[3].starts_with("cannot add X^T (n×m) and X (m×n)"));
}

TEST_CASE("places are lines and code points, and a suggestion was tried first") {
    ir::Context context;
    try {
        module_of(context, "param X[m, n]\nparam y[m]\nvar w[n]\nλ = 2\nloss = λ ||X y - w||^2\n");
        FAIL("no error");
    } catch (const InputError& error) {
        REQUIRE(error.diagnostics().size() == 1);
        const Diagnostic& diagnostic = error.diagnostics()[0];
        CHECK(diagnostic.where.line == 5);
        CHECK(diagnostic.where.column == 12);
        CHECK(diagnostic.where.end_column == 15);
        CHECK(diagnostic.help == "X^T y has shape n; did you mean λ ||X^T y - w||^2?");
    }
}

TEST_CASE("marks on nested brackets count as nesting") {
    std::string text = "param x[n]\nf = ";
    for (int i = 0; i < 250; ++i) text += "(";
    text += "x";
    for (int i = 0; i < 250; ++i) text += ")'''''''";
    const auto found = messages(text + "\n");
    REQUIRE(found.size() == 1);
    CHECK(found[0] == "the expression is nested too deeply");
}

TEST_CASE("large files are read in time") {
    std::string text = "var x\nf0 = x\n";
    for (int i = 1; i < 3000; ++i) {
        text += "f" + std::to_string(i) + " = f" + std::to_string(i - 1) + " + sin(f" +
                std::to_string(i - 1) + ")\n";
    }
    ir::Context context;
    CHECK(module_of(context, text).definitions.size() == 3000);
    std::string nested = "var x\ng0(y) = y\n";
    for (int i = 1; i < 40; ++i) {
        const std::string before = "g" + std::to_string(i - 1);
        nested += "g" + std::to_string(i) + "(y) = " + before + "(y) + " + before + "(y)\n";
    }
    CHECK(module_of(context, nested + "f = g39(x)\n").definitions.size() == 1);
}

TEST_CASE("an expression's symbols follow the definitions that it names") {
    ir::Context context;
    const ir::Module module = module_of(context, R"(param a
param X[m, n]
param y[m]
var w[n]
residual = X w - y
nothing = a - a
loss = ||residual||^2 + nothing
same = loss
alone = a
show loss
show nothing
)");
    const auto names = [](const std::vector<ir::Expr>& symbols) {
        std::string text;
        for (ir::Expr symbol : symbols) text += (text.empty() ? "" : " ") + symbol.symbol().name;
        return text;
    };
    const auto symbols_of = [&](const std::string& text) {
        return names(elaborate_expression(context, Source("<test>", text), {}, &module).symbols);
    };
    CHECK(symbols_of("loss") == "a X y w");
    CHECK(symbols_of("hessian(loss, w)") == "a X y w");
    CHECK(symbols_of("w' w + nothing") == "a w");
    CHECK(symbols_of("y - y") == "y");
    CHECK(names(module.find_definition("loss")->symbols).empty());
    CHECK(module.find_definition("loss")->definitions == std::vector<std::size_t>{0, 1});
    CHECK(names(module.find_definition("residual")->symbols) == "X y w");
    CHECK(module.find_definition("same")->definitions == std::vector<std::size_t>{2});
    CHECK(names(module.find_definition("alone")->symbols) == "a");
    CHECK(symbols_of("same + alone") == "a X y w");
    CHECK(names(std::get<ir::Show>(module.requests[1]).inputs) == "a");
}

TEST_CASE("a module knows where everything stands") {
    ir::Context context;
    const ir::Module module = module_of(context, R"(param X[m, n] >= 0
var   w[n]
loss = ||X w||^2
minimize loss over w subject to sum(w) == 1 using gd(tol=1e-3)
show 2 loss
export loss as f
solve X w == 0 for w
)");
    const auto place = [](const Location& where) {
        return where.file + ":" + std::to_string(where.line) + ":" + std::to_string(where.column) +
               "-" + std::to_string(where.end_column);
    };
    CHECK(place(module.declarations[0].where) == "test.nabla:1:7-8");
    CHECK(place(module.declarations[1].where) == "test.nabla:2:7-8");
    CHECK(place(module.definitions[0].where) == "test.nabla:3:1-5");
    const auto& problem = std::get<ir::Problem>(module.requests[0]);
    CHECK(place(problem.where) == "test.nabla:4:1-63");
    CHECK(place(problem.constraints[0].where) == "test.nabla:4:33-44");
    CHECK(place(problem.method_where) == "test.nabla:4:51-53");
    REQUIRE(problem.option_wheres.size() == 1);
    CHECK(place(problem.option_wheres[0]) == "test.nabla:4:54-62");
    CHECK(place(std::get<ir::Show>(module.requests[1]).where) == "test.nabla:5:6-12");
    CHECK(place(std::get<ir::Export>(module.requests[2]).where) == "test.nabla:6:1-17");
    const auto& solve = std::get<ir::Solve>(module.requests[3]);
    CHECK(place(solve.where) == "test.nabla:7:7-15");
    CHECK(solve.unknown == problem.variables[0]);
    CHECK(solve.text == "solve X w == 0 for w");
    CHECK(problem.where.line_text.starts_with("minimize loss"));
}

TEST_CASE_METHOD(Fixture, "symbols of an expression know their first use") {
    const Expression read_one = read("2 + y^T X y");
    REQUIRE(read_one.symbols.size() == read_one.first_uses.size());
    CHECK(read_one.first_uses[0].column == 5);
    CHECK(read_one.first_uses[1].column == 9);
}

TEST_CASE_METHOD(Fixture,
                 "numbers that no double holds are errors, and those at its ends are not") {
    CHECK(error("1e999 s").starts_with("the number is too large"));
    CHECK(error(std::string(400, '9') + " s").starts_with("the number is too large"));
    CHECK(error("1e99999999999999999999 s").starts_with("the number is too large"));
    CHECK(error("1e-999 s").starts_with("the number is too small"));
    CHECK(error("0." + std::string(390, '0') + "1 s").starts_with("the number is too small"));
    CHECK(error("0." + std::string(390, '0') + "1e20 s").starts_with("the number is too small"));
    CHECK(error("0." + std::string(390, '0') + "1e100 s") == "no error");
    CHECK(error(std::string(350, '9') + "e-340 s") == "no error");
    CHECK(error("1.7976931348623157e308 + 4.9e-324 + 0e999 + 0.000") == "no error");
    CHECK(error("1e308 * 1e308 s").starts_with("the number is too large"));
    CHECK(error("1e-308 * 1e-308 s + 1e308 s / 1e-10") == "no error");
    CHECK(error("1e308 / 1e-10 s").starts_with("the number is too large"));
    CHECK(error("x^T ones(99999999999999999999)").starts_with("the size is too large"));
    CHECK(error("x^T ones(1.5)") == "a size is a whole number");
    declare({"t > 1e999"});
    CHECK(error("t").starts_with("the number is too large"));
}

TEST_CASE_METHOD(Fixture, "a function is no name to differentiate by, and no value") {
    options.wanted = {"sin"};
    CHECK(error("x") == "`sin` is a function, and no name to differentiate by");
    options.wanted = {};
    CHECK(error("x + sin") == "`sin` is a function and needs an argument");
    CHECK(error("minimise x over x") ==
          "`minimise` begins a statement of a file; here one expression is expected");
    CHECK(error("max (x, over)").starts_with("`over` is a reserved word"));
    CHECK(error("minimize x over x") ==
          "`minimize` begins a statement of a file; here one expression is expected");
}

TEST_CASE_METHOD(Fixture, "messages name the pieces of a split word") {
    CHECK(error("A^{foo} x") == "cannot multiply fo (p) by o (p): both are columns");
    CHECK(error("xαx") == "cannot multiply xα (n) by x (n): both are columns");
}
