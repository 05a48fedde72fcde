"""Indices, slices, blocks, sums over an index, tensors, choices, Kronecker products, other shapes."""

from arrays import (Arr, absolute, add_up, det, exp, eye, inv, log, matrix, max_of, norm1, ones,
                    outer, sqrt, total, trace, vec as columns, vector)
from case import cases, mat, pd, pos, square, vec

BOTH = (1, 2)
V = {"x": vec(5)}
XY = {"x": vec(5), "y": vec(5, "y")}
A = {"A": mat(3, 4)}


def kron(a, b):
    m, n = b.shape
    return matrix(a.shape[0] * m, a.shape[1] * n,
                  lambda i, j: a[i // m, j // n] * b[i % m, j % n])


def part(x, first, last):
    return vector(last - first + 1, lambda i: x[first - 1 + i])


def block(a, rows, columns_):
    return matrix(len(rows), len(columns_), lambda i, j: a[rows[i], columns_[j]])


def joined(*parts):
    return Arr((sum(p.shape[0] for p in parts),), [e for p in parts for e in p.entries])


def stacked(*parts):
    return Arr((sum(p.shape[0] for p in parts), parts[0].shape[1]),
               [e for p in parts for e in p.entries])


def indices():
    yield from cases("entry", ["x[3]", "x[2+1]", "unit(3, 5)^T x"], V, "x", lambda x: x[2], BOTH)
    yield from cases("entry-square", ["x[2]^2 x[4]", "x[2] x[2] x[4]"], V, "x",
                     lambda x: x[1] * x[1] * x[3], BOTH)
    yield from cases("entry-of-exp", ["exp(x)[2]", "exp(x[2])"], V, "x",
                     lambda x: exp(x)[1], BOTH)
    yield from cases("matrix-entry", ["A[2,3]", "A[2,:][3]", "A[:,3][2]", "unit(2,3)' A unit(3,4)"],
                     A, "A", lambda A: A[1, 2], BOTH)
    yield from cases("matrix-row", ["A[2,:]"], A, "A", lambda A: A.row(1), orientation="row")
    yield from cases("matrix-column", ["A[:,2]", "A unit(2, 4)"], A, "A", lambda A: A.column(1))
    yield from cases("row-times", ["A[2,:] x", "(A x)[2]"], {**A, "x": vec(4)}, "A x",
                     lambda A, x: A.row(1) @ x, BOTH)
    yield from cases("slice", ["x[2:4]", "x[2..4]", "[x[2]; x[3]; x[4]]"], V, "x",
                     lambda x: part(x, 2, 4))
    yield from cases("slice-norm", ["sum(x[2:4].^3)", "sum(i in 2..4: x[i]^3)"], V, "x",
                     lambda x: total(part(x, 2, 4) ** 3), BOTH)
    yield from cases("submatrix", ["A[1:2, 2:4]"], A, "A",
                     lambda A: block(A, [0, 1], [1, 2, 3]))
    yield from cases("submatrix-det", ["det(A[1:2, 3:4])", "A[1,3] A[2,4] - A[1,4] A[2,3]"], A, "A",
                     lambda A: det(block(A, [0, 1], [2, 3])), BOTH)
    yield from cases("slice-of-slice", ["x[2:5][2:3]", "x[3:4]"], V, "x", lambda x: part(x, 3, 4))
    yield from cases("differences", ["sum((x[2:5] - x[1:4]).^2)",
                                     "sum(i in 1..4: (x[i+1] - x[i])^2)",
                                     "sum(i in 2..5: (x[i] - x[i-1])^2)",
                                     "||x[2:5] - x[1:4]||^2"], V, "x",
                     lambda x: total((part(x, 2, 5) - part(x, 1, 4)) ** 2), BOTH)
    yield from cases("solve-entry", ["(A \\ b)[2]", "(A^-1 b)[2]"],
                     {"A": square(3), "b": vec(3, "b")}, "A b",
                     lambda A, b: (inv(A) @ b)[1], BOTH)
    yield from cases("solve-slice", ["(A \\ b)[2:3]"], {"A": square(3), "b": vec(3, "b")}, "A b",
                     lambda A, b: part(inv(A) @ b, 2, 3))
    yield from cases("diagonal-entry", ["A[2,2]", "diag(A)[2]"], {"A": square(3)}, "A",
                     lambda A: A[1, 1], BOTH)


def sums():
    yield from cases("index-sum", ["sum(i in 1..5: x[i] y[i])", "x^T y"], XY, "x y",
                     lambda x, y: x @ y, BOTH)
    yield from cases("index-weights", ["sum(i in 1..5: i x[i]^2)", "iota(5)^T x.^2"], V, "x",
                     lambda x: add_up([x[i] * x[i] * (i + 1.0) for i in range(5)]), BOTH)
    yield from cases("logistic-sum", ["sum(i in 1..3: log(1 + exp(-y[i] A[i,:] w)))",
                                      "sum(log(1 + exp(-y .* (A w))))"],
                     {**A, "y": vec(3, "y"), "w": vec(4, "w")}, "w A y",
                     lambda A, y, w: total(log(exp(-(y * (A @ w))) + 1.0)), BOTH)
    yield from cases("double-sum", ["sum(i in 1..5: sum(j in 1..5: (x[i] - y[j])^2))"], XY, "x y",
                     lambda x, y: add_up([(x[i] - y[j]) * (x[i] - y[j])
                                          for i in range(5) for j in range(5)]), BOTH)
    yield from cases("trace-sum", ["sum(i in 1..3: A[i,i])", "tr(A)"], {"A": square(3)}, "A",
                     trace, BOTH)
    yield from cases("index-product", ["prod(i in 1..5: x[i])", "prod(x)"], V, "x",
                     lambda x: x[0] * x[1] * x[2] * x[3] * x[4], BOTH)
    yield from cases("index-max", ["max(i in 1..5: x[i]^2 + i)"], V, "x",
                     lambda x: max_of(vector(5, lambda i: x[i] * x[i] + (i + 1.0))), BOTH)
    yield from cases("vector-sum", ["sum(i in 1..3: y[i] A[i,:])", "y^T A"],
                     {**A, "y": vec(3, "y")}, "A y", lambda A, y: A.T @ y, orientation="row")
    yield from cases("gaussian-mixture", ["sum(i in 1..5: log(sum(k in 1..2: p[k] "
                                          "exp(-(x[i] - m[k])^2))))"],
                     {**V, "p": pos(2), "m": vec(2, "m")}, "m p x",
                     lambda x, p, m: add_up([log(add_up([
                         p[k] * exp(-((x[i] - m[k]) * (x[i] - m[k]))) for k in range(2)]))
                         for i in range(5)]), BOTH)
    yield from cases("conditional-sum", ["sum(i in 1..5: sum(j in 1..5: "
                                         "where(i < j, x[i] x[j]^2, 0)))"], V, "x",
                     lambda x: add_up([x[i] * x[j] * x[j] for i in range(5)
                                       for j in range(5) if i < j]), BOTH)


def tensors():
    AB = {"A": mat(3, 4), "B": mat(4, 2, "B")}
    yield from cases("tensor-product", ["[i, j: A[i,k] B[k,j]]", "A B"], AB, "A B",
                     lambda A, B: A @ B)
    yield from cases("tensor-transpose", ["[i, j: A[j,i]]", "A^T"], A, "A", lambda A: A.T)
    yield from cases("tensor-trace", ["[: A[i,i]]", "tr(A)"], {"A": square(3)}, "A", trace, BOTH)
    yield from cases("tensor-terms", ["[i: x[i] + A[i,k] y[k]]", "x + A y"],
                     {"A": mat(3, 4), "x": vec(3), "y": vec(4, "y")}, "A x y",
                     lambda A, x, y: x + A @ y)
    yield from cases("tensor-function", ["[i: exp(A[i,k] x[k])]", "sum(exp(A diag(x)), 2)"],
                     {"A": mat(3, 4), "x": vec(4)}, "A x",
                     lambda A, x: vector(3, lambda i: add_up([exp(A[i, k] * x[k])
                                                              for k in range(4)])))
    yield from cases("tensor-rank3", ["sum([i, j, k: A[i,k] x[j] x[k]])"],
                     {"A": mat(3, 4), "x": vec(4)}, "A x",
                     lambda A, x: add_up([A[i, k] * x[j] * x[k] for i in range(3)
                                          for j in range(4) for k in range(4)]), BOTH)
    yield from cases("tensor-entry", ["[i, j, k: A[i,k] x[j]][2,3,1]", "A[2,1] x[3]"],
                     {"A": mat(3, 4), "x": vec(4)}, "A x", lambda A, x: A[1, 0] * x[2], BOTH)


def blocks():
    yield from cases("list", ["[x[1], x[2]^2, 3]", "[x[1]; x[2]^2; 3]"], V, "x",
                     lambda x: Arr((3,), [x[0], x[1] * x[1], x[0] * 0.0 + 3.0]))
    yield from cases("append", ["[x; 1]", "[x; 1; x[1] - x[1]][1:6]"], V, "x",
                     lambda x: joined(x, Arr((1,), [1.0])))
    yield from cases("two-columns", ["[x, y]"], XY, "x y",
                     lambda x, y: matrix(5, 2, lambda i, j: (x, y)[j][i]))
    yield from cases("two-rows", ["[x'; y']", "[x, y]'"], XY, "x y",
                     lambda x, y: matrix(2, 5, lambda i, j: (x, y)[i][j]))
    yield from cases("row-and-number", ["[x', 1]"], V, "x",
                     lambda x: joined(x, Arr((1,), [1.0])), orientation="row")
    yield from cases("bordered", ["[A, b; b', 1]"], {"A": square(3), "b": vec(3, "b")}, "A b",
                     lambda A, b: matrix(4, 4, lambda i, j: A[i, j] if i < 3 and j < 3 else
                                         b[min(i, j)] if min(i, j) < 3 else 1.0))
    yield from cases("bordered-det", ["det([A, b; b', 1])"], {"A": square(3), "b": vec(3, "b")},
                     "A b",
                     lambda A, b: det(matrix(4, 4, lambda i, j: A[i, j] if i < 3 and j < 3 else
                                             b[min(i, j)] if min(i, j) < 3 else 1.0)), BOTH)
    yield from cases("stack", ["[A; 2 A]"], A, "A", lambda A: stacked(A, A * 2.0))
    yield from cases("literal-form", ["x' [1, 2; 3, 4] x", "x' [[1, 2], [3, 4]] x"],
                     {"x": vec(2)}, "x",
                     lambda x: x @ (matrix(2, 2, lambda i, j: [[1.0, 2.0], [3.0, 4.0]][i][j]) @ x),
                     BOTH)
    yield from cases("block-norm", ["||[x; y]||^2", "x'x + y'y"], XY, "x y",
                     lambda x, y: x @ x + y @ y, BOTH)


def choices():
    yield from cases("where-square", ["where(x > 0, x.^2, -x)", "where(x <= 0, -x, x.^2)",
                                      "where(0 < x, x.*x, -x)"], V, "x",
                     lambda x: vector(5, lambda i: x[i] * x[i] if getattr(
                         x[i], "value", x[i]) > 0 else -x[i]), BOTH)
    yield from cases("huber", ["sum(where(abs(x) <= 1, x.^2/2, abs(x) - 1/2))"], V, "x",
                     lambda x: add_up([v * v * 0.5 if abs(getattr(v, "value", v)) <= 1 else
                                       absolute(v) - 0.5 for v in x.entries]), BOTH)
    yield from cases("where-scalar", ["where(sum(x) > 100, x, 2 x)"], V, "x", lambda x: x * 2.0)
    yield from cases("where-equal", ["where(x == x, x, 0)", "where(x != x, 0, x)"], V, "x",
                     lambda x: x)
    yield from cases("where-safe", ["sum(where(x > 0, log(x), 0))"], V, "x",
                     lambda x: add_up([log(v) for v in x.entries
                                       if getattr(v, "value", v) > 0]), BOTH)


def shapes():
    ab = {"A": mat(2, 3), "B": mat(3, 2, "B")}
    yield from cases("kron", ["A ⊗ B", "kron(A, B)"], ab, "A B",
                     lambda A, B: kron(A, B))
    yield from cases("kron-vectors", ["kron(x, y)", "x ⊗ y", "vec(y x^T)"],
                     {"x": vec(3), "y": vec(2, "y")}, "x y",
                     lambda x, y: vector(6, lambda i: x[i // 2] * y[i % 2]))
    yield from cases("kron-trace", ["tr(A ⊗ B)", "tr(A) tr(B)"],
                     {"A": square(2), "B": square(3, "T")}, "A B",
                     lambda A, B: trace(A) * trace(B), BOTH)
    yield from cases("kron-form", ["x' (A ⊗ B) x"], {"A": mat(2, 2), "B": mat(2, 2, "B"),
                                                     "x": vec(4)}, "A B x",
                     lambda A, B, x: x @ (kron(A, B) @ x), BOTH)
    yield from cases("kron-product", ["(A ⊗ B) (B ⊗ A)", "(A B) ⊗ (B A)"], ab, "A B",
                     lambda A, B: kron(A @ B, B @ A))
    yield from cases("vec", ["vec(A)"], ab, "A", lambda A, B: columns(A))
    yield from cases("vec-product", ["vec(A B)", "(B' ⊗ eye(2)) vec(A)"], ab, "A B",
                     lambda A, B: columns(A @ B))
    yield from cases("vec-inner", ["vec(A)' vec(B')", "tr(A B)", "<A, B'>"], ab, "A B",
                     lambda A, B: trace(A @ B), BOTH)
    yield from cases("reshape", ["reshape(vec(A), 3, 2)", "reshape(A, 3, 2)"], ab, "A",
                     lambda A, B: matrix(3, 2, lambda i, j: columns(A)[i + 3 * j]))
    yield from cases("reshape-back", ["reshape(vec(A), 2, 3) B", "A B"], ab, "A B",
                     lambda A, B: A @ B)
    yield from cases("reshape-det", ["det(reshape(x, 2, 2))"], {"x": vec(4)}, "x",
                     lambda x: x[0] * x[3] - x[1] * x[2], BOTH)
    yield from cases("exp-vec", ["sum(exp(vec(A)))", "sum(exp(A))", "sum(vec(exp(A)))"], ab, "A",
                     lambda A, B: total(exp(A)), BOTH)


def operators():
    yield from cases("gradient-entry", ["grad(sum(x.^3), x)[2]", "3 x[2]^2"], V, "x",
                     lambda x: x[1] * x[1] * 3.0, BOTH)
    yield from cases("taylor-exp", ["taylor(exp(x[1] + x[2]), x, 0, 2)",
                                    "1 + x[1] + x[2] + (x[1] + x[2])^2/2"], V, "x",
                     lambda x: (x[0] + x[1]) * (x[0] + x[1]) * 0.5 + x[0] + x[1] + 1.0, BOTH)
    yield from cases("taylor-point", ["taylor(sum(x.^3), x, y, 1)"], XY, "x y",
                     lambda x, y: total(y ** 3) + total(y * y * 3.0 * (x - y)), BOTH)
    yield from cases("vec-jacobian", ["jacobian(vec(A X B), vec(X)) vec(X)", "vec(A X B)"],
                     {"A": mat(2, 3), "X": mat(3, 2, "X"), "B": mat(2, 2, "B")}, "A B",
                     lambda A, X, B: columns(A @ X @ B))
    yield from cases("vec-gradient", ["grad(tr(X' X), vec(X))", "2 vec(X)"],
                     {"X": mat(3, 2, "X")}, "X", lambda X: columns(X) * 2.0)
    yield from cases("sum-of-gradients", ["sum(i in 1..5: grad(x[i]^3, x)[i])", "3 x^T x"], V, "x",
                     lambda x: x @ x * 3.0, BOTH)


def all_cases():
    for group in (indices, sums, tensors, blocks, choices, shapes, operators):
        yield from group()
