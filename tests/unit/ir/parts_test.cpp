// Slices, blocks, other shapes and sums over an index: canonical forms and values.
#include <catch2/catch.hpp>

#include "ir/batch.hpp"
#include "ir/build.hpp"
#include "ir/interpret.hpp"
#include "ir/traverse.hpp"

using namespace nabla::ir;

namespace {

struct Fixture {
    Context c;
    Dim n = c.dim("n"), m = c.dim("m"), one = c.dim(1), zero = c.dim(0);
    Expr x = c.symbol("x", {n}), y = c.symbol("y", {n});
    Expr A = c.symbol("A", {m, n}), B = c.symbol("B", {n, m});

    AxisPart range(Dim offset, Dim size) const {
        AxisPart part;
        part.kind = AxisPart::Kind::range;
        part.offset = offset;
        part.size = size;
        return part;
    }
    AxisPart entry(Dim offset) const {
        AxisPart part;
        part.kind = AxisPart::Kind::entry;
        part.offset = offset;
        return part;
    }
    AxisPart marked(Dim offset, Expr one_hot) const {
        AxisPart part;
        part.kind = AxisPart::Kind::marked;
        part.offset = offset;
        part.one_hot = one_hot;
        return part;
    }
};

Bindings values(const Fixture& f) {
    Bindings b;
    b.dims = {{"n", 3}, {"m", 2}};
    b.symbols[f.x] = {{3}, {1, 2, 3}};
    b.symbols[f.y] = {{3}, {4, 5, 6}};
    b.symbols[f.A] = {{2, 3}, {1, 2, 3, 4, 5, 6}};
    b.symbols[f.B] = {{3, 2}, {1, 0, 2, 1, 0, 3}};
    return b;
}

}  // namespace

TEST_CASE_METHOD(Fixture, "a slice of a slice is one slice", "[parts]") {
    Expr outer = take(x, {range(one, n - one)});
    Expr both = take(outer, {range(one, one)});
    CHECK(both == take(x, {range(c.dim(2), one)}));
    CHECK(take(x, {range(zero, n)}) == x);
}

TEST_CASE_METHOD(Fixture, "parts that do not meet are orthogonal", "[parts]") {
    Expr first = place(ones(c, {one}), {zero}, {n});
    Expr second = place(ones(c, {one}), {one}, {n});
    CHECK(is_zero(inner(first, second)));
    CHECK(is_one(inner(first, first)));
}

TEST_CASE_METHOD(Fixture, "what is outside of a slice does not reach it, not even NaN", "[parts]") {
    Bindings b = values(*this);
    b.symbols[x].data[0] = NAN;
    Expr rest = take(x, {range(one, n - one)});
    CHECK(interpret(rest, b).data == std::vector<double>{2, 3});
}

TEST_CASE_METHOD(Fixture, "vec and reshape count column by column", "[parts]") {
    Bindings b = values(*this);
    CHECK(interpret(vec(A), b).data == std::vector<double>{1, 4, 2, 5, 3, 6});
    CHECK(reshape_by_columns(vec(A), {m, n}) == A);
    CHECK(inner(vec(A), vec(A)) == inner(A, A));
    CHECK(vec(add(A, A)) == scale(2, vec(A)));
    CHECK(map(Fn::exp, vec(A)) == vec(map(Fn::exp, A)));
}

TEST_CASE_METHOD(Fixture, "Kronecker products multiply factor by factor", "[parts]") {
    Expr k = kronecker(A, B);
    CHECK(matmul(k, kronecker(B, A)) == kronecker(matmul(A, B), matmul(B, A)));
    CHECK(transpose(k) == kronecker(transpose(A), transpose(B)));
    Expr square = c.symbol("S", {n, n}), other = c.symbol("T", {m, m});
    CHECK(trace(kronecker(square, other)) == multiply(trace(square), trace(other)));
    // (B^T ⊗ A) vec(X) = vec(A X B)
    Expr X = c.symbol("X", {n, n});
    CHECK(matmul(kronecker(transpose(B), A), vec(X)) == vec(matmul(matmul(A, X), B)));
}

TEST_CASE_METHOD(Fixture, "splitting an axis goes down to what carries it", "[parts]") {
    Expr eye = identity(m * n);
    Expr split = reshape(eye, {m * n, m, n});
    Bindings b = values(*this);
    Tensor t = interpret(split, b);
    for (std::size_t k = 0; k < 36; ++k) CHECK(t.data[k] == (k % 7 == 0 ? 1 : 0));
    CHECK(reshape(split, {m * n, m * n}) == eye);
}

TEST_CASE_METHOD(Fixture, "a sum over an index is the plain product", "[batch]") {
    Expr e = c.fresh_symbol("i", {n}, Fact::nonnegative);
    Expr xi = take(x, {marked(zero, e)}), yi = take(y, {marked(zero, e)});
    CHECK(batch(xi, e) == x);
    CHECK(batch(multiply(xi, yi), e) == multiply(x, y));
    CHECK(sum_axes(batch(multiply(xi, yi), e), {0}) == inner(x, y));
    CHECK(batch(map(Fn::exp, xi), e) == map(Fn::exp, x));
    // What does not depend on the index is repeated.
    CHECK(sum_axes(batch(y, e), {0}) == multiply(dim_value(n), y));
    // A row of a matrix for each value.
    Expr row = c.fresh_symbol("r", {m}, Fact::nonnegative);
    Expr row_r = take(A, {marked(zero, row), AxisPart{}});
    CHECK(batch(matmul(row_r, x), row) == matmul(A, x));
    CHECK(batch(reduce(ReduceKind::logsumexp, row_r, {0}), row) ==
          reduce(ReduceKind::logsumexp, A, {1}));
}

TEST_CASE_METHOD(Fixture, "a matrix function of an index has no batched form", "[batch]") {
    Expr e = c.fresh_symbol("i", {n}, Fact::nonnegative);
    Expr S = c.symbol("S", {m, m});
    Expr shifted = add(S, multiply(take(x, {marked(zero, e)}), identity(m)));
    CHECK_THROWS_AS(batch(inverse(shifted), e), NotBatched);
    CHECK_NOTHROW(batch(inverse(S), e));
}

TEST_CASE_METHOD(Fixture, "where() picks, and its derivative is the comparison", "[choice]") {
    Expr zero_number = constant(c, 0), unit = constant(c, 1);
    Expr above = map(Fn::greater, {x, zero_number});
    CHECK(map(Fn::where, {above, broadcast(unit, {n}), broadcast(zero_number, {n})}) == above);
    CHECK(map(Fn::where, {above, zero_number, unit}) == map(Fn::not_greater, {x, zero_number}));
    CHECK(map(Fn::where, {above, x, x}) == x);
    CHECK(map(Fn::where, {unit, x, y}) == x);
    CHECK(complement(complement(above)) == above);
    CHECK(map(Fn::greater, {constant(c, 2), unit}) == unit);
    Bindings b = values(*this);
    b.symbols[x].data = {-1, NAN, 2};
    CHECK(interpret(map(Fn::where, {above, x, y}), b).data == std::vector<double>{4, 5, 2});
}
