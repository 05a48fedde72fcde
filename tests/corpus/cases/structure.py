"""Reductions along axes, norms, rows and diagonals, declared structure, Jacobians of matrices."""

from arrays import (absolute, across, det, diag, down, exp, eye, inv, log_softmax, logdet,
                    logsumexp, matrix, max_of, mean, min_of, norm1, norm2, norm_inf, ones, outer,
                    softmax, softmax_rows, sqrt, total, trace, vector)
from case import cases, mat, pd, pos, simplex, square, sym, vec

BOTH = (1, 2)
X = {"X": mat(3, 2, "X")}


def reductions():
    yield from cases("sum-down", ["sum(X, 1)", "sum(X, axis=1)", "ones(3)' X"], X, "X",
                     lambda X: down(total, X), orientation="row")
    yield from cases("sum-across", ["sum(X, 2)", "sum(X, axis=2)", "X ones(2)"], X, "X",
                     lambda X: across(total, X))
    yield from cases("mean-down", ["mean(X, 1)", "mean(X, axis=1)", "sum(X, 1)/3"], X, "X",
                     lambda X: down(mean, X), orientation="row")
    yield from cases("mean-across", ["mean(X, 2)", "sum(X, 2)/2"], X, "X",
                     lambda X: across(mean, X))
    yield from cases("mean-all", ["mean(X)", "sum(X)/6"], X, "X", mean, BOTH)
    yield from cases("sum-of-row-norms", ["sum(sqrt(sum(X.^2, 2)))"], X, "X",
                     lambda X: total(across(norm2, X)), BOTH)
    yield from cases("product-of-sums", ["sum(X, 1)*sum(X, 1)'", "||sum(X, 1)||^2"], X, "X",
                     lambda X: down(total, X) @ down(total, X), BOTH)
    yield from cases("row-times-column", ["sum(X, 1)*y", "sum(X, 1) y"], {**X, "y": vec(2, "y")},
                     "X y", lambda X, y: down(total, X) @ y)
    yield from cases("softmax", ["softmax(x)", "exp(x)/sum(exp(x))"], {"x": vec(4)}, "x", softmax,
                     BOTH)
    yield from cases("log-of-softmax", ["log(softmax(x))", "x - logsumexp(x)"], {"x": vec(4)}, "x",
                     log_softmax, BOTH)
    yield from cases("softmax-inner", ["a'*softmax(x)", "a^T softmax(x)"],
                     {"a": vec(4, "a"), "x": vec(4)}, "x a", lambda a, x: a @ softmax(x), BOTH)
    yield from cases("softmax-rows", ["softmax(X, 2)"], X, "X", softmax_rows)
    yield from cases("logsumexp", ["logsumexp(x)", "log(sum(exp(x)))"], {"x": vec(4)}, "x",
                     logsumexp, BOTH)
    yield from cases("logsumexp-matrix", ["logsumexp(X)", "log(sum(exp(X)))"], X, "X", logsumexp,
                     BOTH)
    yield from cases("logsumexp-across", ["logsumexp(X, 2)", "logsumexp(X, axis=2)",
                                          "log(sum(exp(X), 2))"], X, "X",
                     lambda X: across(logsumexp, X))
    yield from cases("logsumexp-down", ["logsumexp(X, 1)", "log(sum(exp(X), 1))"], X, "X",
                     lambda X: down(logsumexp, X), orientation="row")
    yield from cases("max", ["max(x)"], {"x": vec(5)}, "x", max_of)
    yield from cases("min", ["min(x)"], {"x": vec(5)}, "x", min_of)
    yield from cases("max-across", ["sum(max(X, axis=2))"], X, "X",
                     lambda X: total(across(max_of, X)))
    yield from cases("min-down", ["sum(min(X, axis=1).^2)"], X, "X",
                     lambda X: total(down(min_of, X) ** 2), BOTH)
    yield from cases("max-of-form", ["max(A*x)", "max(A x)"], {"A": mat(4, 3), "x": vec(3)}, "x A",
                     lambda A, x: max_of(A @ x))
    yield from cases("range", ["max(x) - min(x)"], {"x": vec(5)}, "x",
                     lambda x: max_of(x) - min_of(x))


def norms():
    x = {"x": vec(4)}
    yield from cases("norm1", ["norm1(x)", "||x||_1", "sum(abs(x))", "‖x‖_1"], x, "x", norm1)
    yield from cases("norm1-matrix", ["norm1(X)", "sum(abs(X))"], X, "X", norm1)
    yield from cases("norm2", ["norm2(x)", "||x||", "||x||_2", "sqrt(x'*x)", "sqrt(x^T x)"], x, "x",
                     norm2, BOTH)
    yield from cases("norm2-matrix", ["norm2(X)", "||X||_F", "||X||"], X, "X", norm2, BOTH)
    yield from cases("norm-inf", ["||x||_inf", "max(abs(x))", "max(|x|)"], x, "x", norm_inf)
    yield from cases("norm-of-map", ["norm2(A*x - b)", "||A x - b||", "||Ax - b||_2"],
                     {"A": mat(4, 3), "x": vec(3), "b": vec(4, "b")}, "x A",
                     lambda A, x, b: norm2(A @ x - b), BOTH)
    yield from cases("norm-product", ["norm2(x)*norm1(x)", "||x|| ||x||_1"], x, "x",
                     lambda x: norm2(x) * norm1(x), BOTH)
    yield from cases("norm-of-vectors", ["norm2(x - y)*norm2(x + y)", "||x - y|| ||x + y||"],
                     {"x": vec(3), "y": vec(3, "y")}, "x y",
                     lambda x, y: norm2(x - y) * norm2(x + y), BOTH)
    yield from cases("norm-fourth", ["norm2(x)^4", "||x||^4", "(x^T x)^2"], x, "x",
                     lambda x: (x @ x) * (x @ x), BOTH)


def rows_and_diagonals():
    data = {"x": vec(3), "A": mat(3, 2)}
    yield from cases("row", ["x'", "x^T", "xᵀ"], data, "x", lambda x, A: x, orientation="row")
    yield from cases("row-times-matrix", ["x'*A", "x^T A", "(A^T x)^T"], data, "x A",
                     lambda x, A: x @ A, orientation="row")
    yield from cases("row-function", ["exp(x')", "exp(x)'", "exp(x^T)"], data, "x",
                     lambda x, A: exp(x), orientation="row")
    yield from cases("row-sum", ["x' + y'", "(x + y)'"], {"x": vec(3), "y": vec(3, "y")}, "x",
                     lambda x, y: x + y, orientation="row")
    yield from cases("row-of-rows", ["x'*A*A'", "x^T A A^T"], data, "x A",
                     lambda x, A: x @ A @ A.T, orientation="row")
    yield from cases("double-transpose", ["(x')'", "x''"], data, "x", lambda x, A: x)
    yield from cases("outer", ["x*y'", "x y^T"], {"x": vec(3), "y": vec(2, "y")}, "x y", outer)
    yield from cases("outer-self", ["x*x'", "x x^T"], {"x": vec(3)}, "x", lambda x: outer(x, x),
                     BOTH)
    yield from cases("transpose", ["A'", "A^T", "Aᵀ", "A^{T}", "A^⊤"], data, "A",
                     lambda x, A: A.T)
    yield from cases("diag-of-vector", ["diag(x)"], data, "x", lambda x, A: diag(x))
    yield from cases("diag-of-matrix", ["diag(Y)"], {"Y": square(3, "Y")}, "Y",
                     lambda Y: diag(Y))
    yield from cases("diag-of-product", ["diag(A*B)", "diag(A B)", "sum(A .* B^T, 2)"],
                     {"A": mat(3, 2), "B": mat(2, 3, "B")}, "A B", lambda A, B: diag(A @ B))
    yield from cases("diag-of-diag", ["diag(diag(x))", "x"], data, "x", lambda x, A: x)
    yield from cases("diag-scaling", ["diag(x)*A*diag(y)", "diag(x) A diag(y)",
                                      "(x y^T) .* A"], {**data, "y": vec(2, "y")}, "x A y",
                     lambda x, A, y: outer(x, y) * A)
    yield from cases("trace-of-diag", ["tr(diag(x)*Y)", "tr(diag(x) Y)", "x^T diag(Y)"],
                     {"x": vec(3), "Y": square(3, "Y")}, "x Y", lambda x, Y: x @ diag(Y))
    yield from cases("sum-of-diag", ["sum(diag(Y))", "tr(Y)", "tr(Y^T)"], {"Y": square(3, "Y")},
                     "Y", trace)
    yield from cases("matrix-sum", ["A + 2*B - C/3", "A + 2 B - 1/3 C"],
                     {"A": mat(2, 2), "B": mat(2, 2, "B"), "C": mat(2, 2, "C")}, "A B C",
                     lambda A, B, C: A + B * 2.0 - C / 3)
    yield from cases("identity-sum", ["A + t*I", "A + t I"], {"A": square(3), "t": 0.7}, "t A",
                     lambda A, t: A + eye(3) * t)
    yield from cases("scalar-plus-matrix", ["A + t"], {"A": mat(2, 3), "t": 0.7}, "t A",
                     lambda A, t: A + t)
    yield from cases("ones-form", ["ones(3)'*A*ones(2)", "sum(A)", "ones(3)^T A ones(2)"], data,
                     "A", lambda x, A: total(A))
    yield from cases("rank-one-update", ["A + t*x*y'", "A + t x y^T"],
                     {**data, "y": vec(2, "y"), "t": 0.7}, "t x y",
                     lambda x, A, y, t: A + outer(x, y) * t)


def declared():
    Y, P = sym(3, "Y"), pd(3, "P")
    symmetric = {"declare": ["A[n,n] symmetric"], "project": "symmetric"}
    yield from cases("symmetric-form", ["x'*A*x", "x^T A x"], {"x": vec(3), "A": Y}, "A",
                     lambda x, A: x @ A @ x, BOTH, **symmetric)
    yield from cases("symmetric-bilinear", ["x^T A y"], {"x": vec(3), "A": Y, "y": vec(3, "y")},
                     "A", lambda x, A, y: x @ A @ y, **symmetric)
    yield from cases("symmetric-trace", ["tr(A B)"], {"A": Y, "B": mat(3, 3, "B")}, "A",
                     lambda A, B: trace(A @ B), **symmetric)
    yield from cases("symmetric-square", ["tr(A^2 B)", "tr(A*A*B)"],
                     {"A": Y, "B": mat(3, 3, "B")}, "A", lambda A, B: trace(A @ A @ B), BOTH,
                     **symmetric)
    yield from cases("symmetric-jacobian", ["A x"], {"A": Y, "x": vec(3)}, "A",
                     lambda A, x: A @ x, **symmetric)
    yield from cases("symmetric-itself", ["A"], {"A": sym(2, "Y")}, "A", lambda A: A, **symmetric)
    yield from cases("symmetric-logdet", ["logdet(A)", "log det A"], {"A": P}, "A", logdet, BOTH,
                     **symmetric)
    yield from cases("pd-inverse", ["b^T A^-1 b", "b'*inv(A)*b"], {"A": P, "b": vec(3, "b")}, "A",
                     lambda A, b: b @ inv(A) @ b, BOTH, declare=["A[n,n] pd"], project="symmetric")
    yield from cases("pd-parameter", ["x^T A^-1 x + logdet(A)"], {"A": P, "x": vec(3)}, "x",
                     lambda A, x: x @ inv(A) @ x + logdet(A), BOTH, declare=["A[n,n] pd"])
    yield from cases("symmetric-parameter", ["(A + A^T) x", "2 A x"], {"A": Y, "x": vec(3)}, "x",
                     lambda A, x: (A + A.T) @ x, declare=["A[n,n] symmetric"])
    yield from cases("symmetric-quadratic", ["x^T A x"], {"A": Y, "x": vec(3)}, "x",
                     lambda A, x: x @ A @ x, BOTH, declare=["A[n,n] symmetric"])
    yield from cases("diagonal-form", ["x^T A x"],
                     {"x": vec(3), "A": [[0.5, 0, 0], [0, -1.2, 0], [0, 0, 0.7]]}, "A x",
                     lambda x, A: x @ A @ x, declare=["A[n,n]"])
    yield from cases("diagonal-projected", ["x^T A y"],
                     {"x": vec(3), "y": vec(3, "y"), "A": [[0.5, 0, 0], [0, -1.2, 0],
                                                           [0, 0, 0.7]]}, "A",
                     lambda x, A, y: x @ A @ y, declare=["A[n,n] diagonal"], project="diagonal")
    yield from cases("simplex-sum", ["sum(p) logsumexp(x)", "logsumexp(x)"],
                     {"p": simplex(4), "x": vec(4)}, "x", lambda p, x: logsumexp(x), BOTH,
                     declare=["p[n] simplex"])
    yield from cases("simplex-gradient", ["sum(p)"], {"p": simplex(4)}, "p", lambda p: total(p),
                     declare=["p[n] simplex"])
    yield from cases("positive-scalar", ["sqrt(t^2) x"], {"t": 0.6, "x": vec(3)}, "t",
                     lambda t, x: x * t, declare=["t > 0"])
    yield from cases("positive-vector", ["sum(sqrt(p.^2))"], {"p": pos(3)}, "p",
                     lambda p: total(p), BOTH, declare=["p[n] > 0"])
    yield from cases("shared-dimension", ["x^T X y"],
                     {"x": vec(3), "X": mat(3, 2, "X"), "y": vec(2, "y")}, "X",
                     lambda x, X, y: x @ X @ y, declare=["X[m,n]", "x[m]", "y[n]"])


def matrix_jacobians():
    S = {"X": square(2, "X"), "A": mat(2, 2)}
    yield from cases("identity-map", ["X"], {"X": mat(2, 3, "X")}, "X", lambda X: X)
    yield from cases("gram-twice", ["X'*X", "X^T X"], {"X": mat(2, 2, "X")}, "X",
                     lambda X: X.T @ X, BOTH)
    yield from cases("left", ["A*X", "A X"], S, "X A", lambda X, A: A @ X)
    yield from cases("similarity", ["X^-1*A*X", "inv(X) A X"], S, "X A",
                     lambda X, A: inv(X) @ A @ X)
    yield from cases("inverse-twice", ["inv(X)", "X^-1"], S, "X", lambda X, A: inv(X), BOTH)
    yield from cases("congruence", ["X*A*X'", "X A X^T"], S, "X A", lambda X, A: X @ A @ X.T, BOTH)
    yield from cases("determinant-scaled", ["det(X)*A", "det(X) A"], S, "X",
                     lambda X, A: A * det(X), BOTH)
    yield from cases("entrywise", ["exp(X)", "exp(X) .* ones(2,2)"], S, "X", lambda X, A: exp(X),
                     BOTH)
    yield from cases("function-of-product", ["exp(A*X)", "exp(A X)"], S, "X A",
                     lambda X, A: exp(A @ X), BOTH)
    yield from cases("row-scaling", ["diag(sum(X, 2))*X", "diag(X ones(2)) X"], S, "X",
                     lambda X, A: matrix(2, 2, lambda i, j: total(X.row(i)) * X[i, j]))
    yield from cases("trace-times", ["tr(X)*X", "tr(X) X"], S, "X", lambda X, A: X * trace(X),
                     BOTH)
    yield from cases("normalised", ["X/norm2(X)", "X/||X||_F"], S, "X",
                     lambda X, A: X / norm2(X), BOTH)
    yield from cases("scalar-times-matrix", ["t*A", "t A"], {"t": 0.4, "A": mat(2, 3)}, "t A",
                     lambda t, A: A * t)
    yield from cases("quadratic-rows", ["diag(X*A*X')", "diag(X A X^T)", "sum((X A) .* X, 2)"], S,
                     "X", lambda X, A: vector(2, lambda i: X.row(i) @ A @ X.row(i)))
    yield from cases("projection", ["X*inv(X'*X)*X'", "X (X^T X)^-1 X^T"],
                     {"X": mat(3, 2, "gx")}, "X", lambda X: X @ inv(X.T @ X) @ X.T)
    yield from cases("correlation", ["x'*y/sqrt((x'*x)*(y'*y))"],
                     {"x": vec(4), "y": vec(4, "y")}, "x", lambda x, y:
                     (x @ y) / sqrt((x @ x) * (y @ y)), BOTH)
    yield from cases("abs-sum-rows", ["sum(abs(X), 2)"], S, "X",
                     lambda X, A: across(norm1, X))
    yield from cases("broadcast-ones", ["x*ones(2)'", "x ones(2)^T"], {"x": vec(3)}, "x",
                     lambda x: outer(x, ones(2)))
    yield from cases("abs-matrix", ["abs(X - A)", "|X - A|"], S, "X",
                     lambda X, A: absolute(X - A))


def all_cases():
    for group in (reductions, norms, rows_and_diagonals, declared, matrix_jacobians):
        yield from group()
