// The grammar: what texts become as trees, and that no text crashes or hangs it.

#include <catch2/catch.hpp>

#include "frontend/lines.hpp"
#include "frontend/names.hpp"
#include "frontend/parser.hpp"

#include <random>
#include <string>
#include <vector>

using namespace nabla::syntax;

namespace {

const char* kind_name(ast::Kind kind) {
    constexpr const char* names[] = {"number", "name",  "+",       "*",      "-",    "()",
                                     "'",      "^",     ".^",      "[]",     ":",    "..",
                                     "call",   "apply", "keyword", "binder", "norm", "abs",
                                     "inner",  "block", "row",     "tensor", "?",    "nabla"};
    return names[static_cast<int>(kind)];
}

/// `(* A .x B)` for `A B`: the tree with the operators of chains.
std::string tree(const ast::Node& node) {
    std::string op;
    if (node.op == Op::juxtapose) op = "_";
    if (node.op != Op::juxtapose && node.op != Op::none && node.op != Op::plus) op = ascii(node.op);
    if (node.kind == ast::Kind::number || node.kind == ast::Kind::name) return op + node.text;
    std::string out = op + "(" + kind_name(node.kind);
    if (!node.text.empty()) out += ":" + node.text;
    for (const ast::Node& child : node.children) out += " " + tree(child);
    return out + ")";
}

std::string parsed(const std::string& text, const KnownNames& known = {}) {
    const Source source("<test>", text);
    Diagnostics diagnostics(source);
    const auto node = parse_expression(source, known, diagnostics);
    CHECK(node.has_value() != diagnostics.has_errors());
    return node ? tree(*node) : "error: " + diagnostics.all().front().message;
}

bool fails(const std::string& text) { return parsed(text).starts_with("error"); }

}  // namespace

TEST_CASE("products: juxtaposition and operators form one chain, left to right") {
    CHECK(parsed("1/2 x^T A x") == "(* 1 /2 _(' x) _A _x)");
    CHECK(parsed("A*B .* C \\ d") == "(* A *B .*C \\d)");
    CHECK(parsed("2 × 3 · x ⊙ y ⊘ z") == "(* 2 *3 *x .*y ./z)");
    CHECK(parsed("(x + y)(x - y)") == "(* (() (+ x y)) _(() (+ x -y)))");
    CHECK(parsed("a - -b") == "(+ a -(- b))");
    CHECK(parsed("-x^2") == "(- (^ x 2))");
    CHECK(parsed("-x y") == "(* (- x) _y)");
    CHECK(parsed("--x") == "x");
}

TEST_CASE("marks after an operand, in every spelling") {
    for (const char* text : {"x'", "x^T", "xᵀ", "x^⊤", "x^{T}", "x.'"})
        CHECK(parsed(text) == "(' x)");
    for (const char* text : {"X^-1", "X⁻¹", "X^{-1}", "X^(-1)"}) {
        CHECK(parsed(text) == "(^ X (- 1))");
    }
    CHECK(parsed("X^-T b'") == "(* (' (^ X (- 1))) _(' b))");
    CHECK(parsed("x²ᵀ") == "(' (^ x 2))");
    CHECK(parsed("X^T^2") == "(^ (' X) 2)");
    CHECK(parsed("X^-1^2") == "(^ (^ X (- 1)) 2)");
    CHECK(parsed("x.^2") == "(.^ x 2)");
    CHECK(parsed("x^TAx") == "(* (' x) _Ax)");
    CHECK(parsed("x^Tau") == "(^ x Tau)");
    CHECK(parsed("x^Tmax", {{}, {"Tmax"}}) == "(^ x Tmax)");
    CHECK(parsed("x^(T)") == "(^ x T)");
    CHECK(parsed("2^n[1]") == "(^ 2 ([] n 1))");
    CHECK(fails("2^3^2"));
    CHECK(fails("x^2.^3"));
    CHECK(parsed("(2^3)^2") == "(^ (() (^ 2 3)) 2)");
}

TEST_CASE("numbers leave dots and e to what follows") {
    CHECK(parsed("1./x") == "(* 1 ./x)");
    CHECK(parsed("2.*x") == "(* 2 .*x)");
    CHECK(parsed("2e3") == "2e3");
    CHECK(parsed("2 e") == "(* 2 _e)");
    CHECK(parsed("2e") == "(* 2 _e)");
    CHECK(parsed("2.5e-3x") == "(* 2.5e-3 _x)");
    CHECK(parsed(".5 x") == "(* .5 _x)");
    CHECK(parsed("x[1..3]") == "([] x (.. 1 3))");
    CHECK(fails("x 2"));
    CHECK(fails("[1 2 3]"));
}

TEST_CASE("functions without parentheses take one operand") {
    CHECK(parsed("log det X") == "(apply:log (apply:det X))");
    CHECK(parsed("log det X / 2") == "(* (apply:log (apply:det X)) /2)");
    CHECK(parsed("exp -x + 1") == "(+ (apply:exp (- x)) 1)");
    CHECK(parsed("2 tr A^T") == "(* 2 _(apply:tr (' A)))");
    CHECK(parsed("sum (x) y") == "(* (call:sum x) _y)");
    CHECK(parsed("sin^2 x") == "(^ (apply:sin x) 2)");
    CHECK(parsed("sin^2(x) y") == "(* (^ (call:sin x) 2) _y)");
    CHECK(fails("tr A B"));
    CHECK(fails("sin x y"));
    CHECK(fails("log det X^T X"));
    CHECK(fails("sin^-1 x"));
    CHECK(fails("sin"));
    CHECK(parsed("f x", {{"f"}, {}}) == "(apply:f x)");
    CHECK(parsed("f(x)", {{}, {"f"}}) == "(* f _(() x))");
    CHECK(parsed("step x", {{}, {"step"}}) == "(* step _x)");
}

TEST_CASE("bars open where an operand is expected and close after one") {
    CHECK(parsed("lambda/2 ||w||^2") == "(* lambda /2 _(^ (norm w) 2))");
    CHECK(parsed("|a| b |c|") == "(* (abs a) _b _(abs c))");
    CHECK(parsed("|x||y|") == "(* (abs x) _(abs y))");
    CHECK(parsed("||x||_1 + ||X||_F + ||x||_inf + ‖x‖_2") ==
          "(+ (norm:1 x) (norm:F X) (norm:inf x) (norm:2 x))");
    CHECK(fails("|||x| - y||"));
    CHECK(parsed("|| |x| - y||") == "(norm (+ (abs x) -y))");
    CHECK(parsed("|x + (|y|)|") == "(abs (+ x (() (abs y))))");
    CHECK(fails("||a|b||"));
    CHECK(fails("||x||_3"));
    CHECK(fails("||x"));
}

TEST_CASE("angles are inner products except where a comparison may stand") {
    CHECK(parsed("1/2 <x, A x>") == "(* 1 /2 _(inner x (* A _x)))");
    CHECK(parsed("⟨x, y⟩") == "(inner x y)");
    CHECK(parsed("where(x < 0, a, b)") == "(call:where (? x <0) a b)");
    CHECK(parsed("where(x ≥ 0, <a, b>, b)") == "(call:where (? x >=0) (inner a b) b)");
    CHECK(fails("a == b"));
    CHECK(fails("where(a, x < 0, b)"));
}

TEST_CASE("the rest of the language has trees too") {
    CHECK(parsed("sum(i in 1..m: y[i] X[i,:])") ==
          "(call:sum (binder:i 1 m (* ([] y i) _([] X i (:::)))))");
    CHECK(parsed("[a, b; c, d]") == "(block (row a b) (row c d))");
    CHECK(parsed("[i, j: A[i,k]]") == "(tensor i j ([] A i k))");
    CHECK(parsed("[: x[i]]") == "(tensor ([] x i))");
    CHECK(parsed("∇_x f g") == "(nabla:x (* f _g))");
    CHECK(parsed("∇_{w_1} f") == "(nabla:w_1 f)");
    CHECK(parsed("sum(X, axis=1)") == "(call:sum X (keyword:axis 1))");
    CHECK(parsed("A ⊗ B") == "(* A ⊗B)");
    CHECK(parsed("x[2:5]") == "([] x (.. 2 5))");
}

TEST_CASE("Greek letters are their spelled names") {
    CHECK(parsed("λ Σ σ2") == "(* lambda _Sigma _sigma2)");
    CHECK(canonical_name("xλ_1") == "xlambda_1");
    CHECK(default_kind("xi") == DefaultKind::scalar);
    CHECK(default_kind("x_i") == DefaultKind::vector);
    CHECK(default_kind("A12") == DefaultKind::matrix);
    CHECK(default_kind("g") == DefaultKind::scalar);
    CHECK(default_kind("h") == DefaultKind::vector);
    CHECK_FALSE(default_kind("Ax"));
    CHECK_FALSE(default_kind("x1y"));
}

TEST_CASE("logical lines go on inside brackets, after operators, and before continuing words") {
    const auto lines = [](const std::string& text) {
        const Source source("<test>", text);
        std::vector<std::string> found;
        for (nabla::Span span : logical_lines(source)) found.emplace_back(source.text(span));
        return found;
    };
    CHECK(lines("a = 1 # one\n\n// two\nb = 2").size() == 2);
    CHECK(lines("a = (1 +\n 2)\nb = 2").size() == 2);
    CHECK(lines("a = 1 +  # more\n 2\nb = 2").size() == 2);
    CHECK(lines("minimize f\n  over x\n  subject to x >= 0,\n  x <= 1\nshow x").size() == 2);
    CHECK(lines("a = x^T\nb = x'\nc = |x|\n").size() == 3);
    CHECK(lines("a = (1\nshow x\nb = (2)").size() == 3);
    CHECK(lines("a = (1\nb = 2").size() == 2);
}

TEST_CASE("deep, long and broken texts are answered") {
    const auto repeated = [](const std::string& part, int times) {
        std::string text;
        for (int i = 0; i < times; ++i) text += part;
        return text;
    };
    for (const char* part : {"(", "[", "{", "<", "|", "||", "log ", "∇_x ", "x^(", "f(", "[i,",
                             "-(", "x[", "2^{", "sum(i in 1..", "where(", "<x,"}) {
        INFO(part);
        CHECK(fails(repeated(part, 100000)));
    }
    CHECK(fails("x" + repeated("'", 100000)));
    CHECK(fails("x" + repeated("^T", 100000)));
    CHECK(fails(repeated("x", 100000)));
    CHECK(fails(repeated("1", 100000)));
    CHECK_FALSE(fails(repeated("x + ", 50000) + "x"));
    CHECK_FALSE(fails(repeated("x ", 50000)));
    CHECK_FALSE(fails(repeated("-", 50000) + "x"));
    CHECK_FALSE(fails(repeated("(", 250) + "x" + repeated(")", 250)));
    CHECK(fails(std::string("x\0y", 3)));
    CHECK(fails("x \xFF y"));
    CHECK(fails(""));
}

TEST_CASE("random texts never do anything but parse or report") {
    const std::vector<std::string> pieces{
        "x",   "A",  "log", "sum", "(",    ")",      "[",     "]",    "|",    "||",   "<",  ">",
        ",",   ";",  ":",   "..",  "+",    "-",      "*",     ".*",   "./",   "^",    "^T", "'",
        "^-1", "_1", "{",   "}",   "∇_x ", "1",      "2.5",   "e",    "=",    "==",   " ",  "\n",
        "#",   "λ",  "²",   "⊗",   "‖",    "where(", "i in ", "over", "\xC3", "\x01", "T",  "\\"};
    std::mt19937 random(7);
    for (int round = 0; round < 5000; ++round) {
        std::string text;
        const auto length = random() % 14;
        for (unsigned i = 0; i < length; ++i) text += pieces[random() % pieces.size()];
        const Source source("<test>", text);
        Diagnostics expression(source);
        const auto node = parse_expression(source, {}, expression);
        CHECK(node.has_value() != expression.has_errors());
        Diagnostics file(source);
        parse_file(source, {}, file);
    }
}
