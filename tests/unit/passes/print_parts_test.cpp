// Parts of arrays, blocks, Kronecker products, tensors and shares as they are spelled.
#include <catch2/catch.hpp>

#include "notation_symbols.hpp"

using namespace nabla;
using namespace nabla::test;
using ir::AxisPart;
using ir::Fn;

namespace {

AxisPart all() { return {}; }
AxisPart entry(ir::Dim offset) { return {AxisPart::Kind::entry, offset, {}, {}}; }
AxisPart range(ir::Dim offset, ir::Dim size) { return {AxisPart::Kind::range, offset, size, {}}; }

}  // namespace

TEST_CASE("slices and entries stand beside what they are taken from", "[print]") {
    Symbols k;
    ir::Context& c = k.context;
    AxisPart tail = range(c.dim(1), k.n - c.dim(1)), third = entry(c.dim(2));
    CHECK(text(ir::take(k.x, {tail})) == "x[2:n]");
    CHECK(text(ir::take(k.x, {third})) == "x[3]");
    CHECK(text(ir::take(k.A, {tail, all()})) == "A[2:n,:]");
    CHECK(text(ir::take(k.A, {tail, tail})) == "A[2:n,2:n]");
    CHECK(text(ir::take(k.A, {third, third})) == "A[3,3]");
    CHECK(text(ir::take(k.A, {all(), third})) == "A[:,3]");
    CHECK(text(chain({ir::take(k.A, {third, all()}), k.x})) == "(A x)[3]");
    CHECK(text(ir::inner(ir::take(k.x, {tail}), ir::take(k.x, {tail}))) == "||x[2:n]||^2");
    ir::Expr part = ir::take(k.x, {tail});
    CHECK(text(ir::place(part, {c.dim(1)}, {k.n})).starts_with("eye(n)[:,2:n] x[2:n]"));
    CHECK(text(ir::multiply(ir::take(k.x, {third}), k.x)) == "x[3] x");
    CHECK(latex(ir::take(k.A, {tail, all()})) == "A_{2:n, :}");
}

TEST_CASE("blocks are written as blocks", "[print]") {
    Symbols k;
    ir::Context& c = k.context;
    ir::Dim none = c.dim(0), one = c.dim(1);
    ir::Expr below = ir::place(k.x, {none}, {k.n + k.m}) + ir::place(k.y, {k.n}, {k.n + k.m});
    CHECK(text(below) == "[x; y]");
    CHECK(text(ir::scale(2, below)) == "[2 x; 2 y]");
    ir::Expr unit = ir::ones(c, {one});
    CHECK(text(ir::place(k.x, {none}, {k.n + one}) + ir::place(unit, {k.n}, {k.n + one})) ==
          "[x; 1]");
    ir::Shape shape{k.n + k.m, k.n + k.n};
    ir::Expr corner = ir::place(k.A, {none, none}, shape) + ir::place(k.X, {k.n, k.n}, shape);
    CHECK(text(corner) == "[A, zeros(n, n); zeros(m, n), X]");
    CHECK(latex(below) == "\\begin{bmatrix} x \\\\ y \\end{bmatrix}");
}

TEST_CASE("Kronecker products and vec", "[print]") {
    Symbols k;
    CHECK(text(ir::kronecker(t(k.B), k.A)) == "kron(B^T, A)");
    CHECK(unicode(ir::scale(2, ir::kronecker(t(k.B), k.A))) == "2 (Bᵀ ⊗ A)");
    CHECK(latex(ir::kronecker(k.A, k.B)) == "A \\otimes B");
    CHECK(text(ir::vec(k.X)) == "vec(X)");
    CHECK(text(ir::kronecker(k.x, k.y)) == "kron(x, y)");
}

TEST_CASE("functions that only derivatives make have names", "[print]") {
    Symbols k;
    CHECK(text(ir::reduce(ir::ReduceKind::max_share, k.x, {0})) == "max_share(x)");
    CHECK(text(ir::reduce(ir::ReduceKind::min_share, k.X, {1})) == "min_share(X, 2)");
    CHECK(text(ir::map(Fn::max_weight, {k.x, k.z})) == "max_weight(x, z)");
}
