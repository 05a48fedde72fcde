#include <catch2/catch.hpp>

#include "notation_symbols.hpp"

using namespace nabla;
using namespace nabla::test;
using ir::Fn;
using ir::Number;
using ir::Rational;

TEST_CASE("terms come in the order a person writes them", "[print]") {
    Symbols k;
    CHECK(text(chain({k.X, k.w}) - k.y) == "X w - y");
    CHECK(text(k.y - chain({k.X, k.w})) == "y - X w");
    CHECK(text(t(k.A) + k.A) == "A + A^T");
    CHECK(text(k.S + t(k.S)) == "2 S");
    CHECK(text(k.a * k.a + ir::scale(2, k.a * k.b) + k.b * k.b) == "a^2 + 2 a b + b^2");
    CHECK(text(f(Fn::exp, k.a) + k.number(1)) == "1 + exp(a)");
    CHECK(text(k.number(1) - ir::power(f(Fn::tanh, k.a), Rational(2))) == "1 - tanh(a)^2");
    CHECK(text(chain({k.x, k.A, k.x}) + ir::inner(k.z, k.x) + k.a) == "x^T A x + x^T z + a");
    CHECK(text(ir::negate(chain({k.A, k.x}) + k.z)) == "-A x - z");
}

TEST_CASE("parentheses stand only where they are needed", "[print]") {
    Symbols k;
    ir::Expr margin = k.y * chain({k.X, k.w});
    CHECK(text(margin) == "y .* (X w)");
    CHECK(text(ir::negate(chain({t(k.X), k.y * f(Fn::sigmoid, ir::negate(margin))}))) ==
          "-X^T (y .* sigmoid(-y .* (X w)))");
    CHECK(text(ir::scale(2, k.x * k.z)) == "2 x .* z");
    CHECK(text(ir::inner(k.x, k.z) * chain({k.A, k.w})) == "(x^T z) A w");
    CHECK(text(chain({k.A + k.B, k.x})) == "(A + B) x");
    CHECK(text(ir::power(k.x, Rational(1, 3))) == "x.^(1/3)");
    CHECK(text(ir::power(chain({k.x, k.A, k.z}), Rational(2))) == "(x^T A z)^2");
    CHECK(text(ir::power(k.a, k.b + k.number(1))) == "a^(b + 1)");
    CHECK(text(ir::power(k.number(2), k.a) * f(Fn::exp, k.a)) == "2^a exp(a)");
}

TEST_CASE("numbers are exact", "[print]") {
    Symbols k;
    CHECK(text(half(k.x)) == "x/2");
    CHECK(text(ir::scale(Rational(2, 3), k.x)) == "2 x/3");
    CHECK(text(ir::scale(Rational(1, 10), k.x)) == "0.1 x");
    CHECK(text(ir::scale(Rational(-3, 20), k.x)) == "-0.15 x");
    CHECK(text(k.number(Rational(-3, 4))) == "-3/4");
    CHECK(text(k.number(Number::from_double(0.1) * Number::from_double(1e-300))) == "1e-301");
    CHECK(text(k.number(0)) == "0");
}

TEST_CASE("norms inside norms are written as functions", "[print]") {
    Symbols k;
    ir::Expr inner = ir::power(ir::inner(k.z, k.z), Rational(1, 2)) * k.x + k.w;
    CHECK(text(ir::power(ir::inner(inner, inner), Rational(1, 2))) == "||norm2(z) x + w||");
    CHECK(unicode(ir::inner(inner, inner)) == "‖norm2(z) x + w‖²");
}

TEST_CASE("Unicode has letters, superscripts and operators", "[print]") {
    Symbols k;
    CHECK(unicode(k.lambda * k.x) == "λ x");
    CHECK(unicode(chain({t(k.X), k.X, k.w}) - chain({t(k.X), k.y})) == "Xᵀ X w − Xᵀ y");
    CHECK(unicode(t(ir::inverse(k.A))) == "A⁻ᵀ");
    CHECK(unicode(ir::inverse(k.A)) == "A⁻¹");
    CHECK(unicode(ir::inner(k.x, k.x)) == "‖x‖²");
    CHECK(unicode(k.x * k.z / k.w) == "x ⊙ z ⊘ w");
    CHECK(unicode(ir::pi(k.context) * k.scalar("sigma_2")) == "π σ_2");
    CHECK(unicode(k.scalar("lambdas")) == "lambdas");
}

TEST_CASE("LaTeX is set as in a textbook", "[print]") {
    Symbols k;
    ir::Expr residual = chain({k.X, k.w}) - k.y;
    CHECK(latex(ir::scale(2, chain({t(k.X), residual})) / ir::dim_value(k.m)) ==
          "\\frac{2}{m} X^{\\top} (X w - y)");
    CHECK(latex(half(k.x)) == "\\frac{x}{2}");
    CHECK(latex(k.x * f(Fn::rnorm, ir::inner(k.x, k.x))) == "\\frac{x}{\\lVert x \\rVert}");
    CHECK(latex(ir::trace(chain({k.A, k.B}))) == "\\operatorname{tr}(A B)");
    CHECK(latex(f(Fn::log, ir::det(k.A))) == "\\log\\det(A)");
    CHECK(latex(k.lambda * k.scalar("w_2") * k.scalar("x1")) == "\\lambda w_{2} x_{1}");
    CHECK(latex(ir::inner(k.A, k.A)) == "\\lVert A \\rVert_{F}^{2}");
    CHECK(latex(ir::power(k.a, Rational(1, 2))) == "\\sqrt{a}");
    CHECK(latex(f(Fn::exp, k.a / k.b)) == "\\exp\\left(\\frac{a}{b}\\right)");
    CHECK(latex(ir::permute(ir::outer(k.A, k.B), {0, 3, 1, 2})) ==
          "\\left[A_{i k} B_{l j}\\right]_{i j k l}");
}

TEST_CASE("rows are written as rows", "[print]") {
    Symbols k;
    auto row = [](ir::Expr e) { return codegen::print(e, codegen::TextStyle::ascii, true); };
    CHECK(row(k.x) == "x^T");
    CHECK(row(chain({t(k.A), k.x})) == "x^T A");
    CHECK(row(chain({t(k.X), chain({k.X, k.w}) - k.y})) == "(X w - y)^T X");
}
