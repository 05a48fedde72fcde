"""Sizes beyond a vector register and beyond the point where BLAS and LAPACK take over."""

from arrays import (across, det, down, exp, eye, inv, log, logdet, logsumexp, matrix, max_of, mean,
                    norm2, outer, relu, sigmoid, sin, softmax, softplus, sqrt, square as squares,
                    tanh, total, trace)
from case import cases, mat, pd, pos, posmat, square, sym, vec

BOTH = (1, 2)
SIZES = (2, 5, 8, 13, 16, 33)


def entrywise():
    for n in SIZES:
        x = {"x": vec(n)}
        yield from cases(f"entrywise-{n}", ["exp(x) .* tanh(x) + softplus(x)"], x, "x",
                         lambda x: exp(x) * tanh(x) + softplus(x))
        yield from cases(f"sum-{n}", ["sum(sin(x) .* x.^2)"], x, "x",
                         lambda x: total(sin(x) * x * x), BOTH)
        yield from cases(f"softmax-{n}", ["softmax(x)"], x, "x", softmax)
        yield from cases(f"logsumexp-{n}", ["log(sum(exp(x)))"], x, "x", logsumexp, BOTH)
        yield from cases(f"norm-{n}", ["||x||"], x, "x", norm2, BOTH)
        yield from cases(f"max-{n}", ["max(x) + sum(relu(x))"], x, "x",
                         lambda x: max_of(x) + total(relu(x)))
    yield from cases("long-sum", ["sum(log(1 + exp(t*x)))"], {"t": 0.6, "x": vec(1000)}, "t",
                     lambda t, x: total(softplus(x * t)), BOTH)
    yield from cases("long-mean", ["mean((x - t).^2)"], {"t": 0.6, "x": vec(1003)}, "t",
                     lambda t, x: mean(squares(x - t)), BOTH)
    yield from cases("long-norm", ["norm2(t*x + ones(517))"], {"t": 0.6, "x": vec(517)}, "t",
                     lambda t, x: norm2(x * t + 1.0), BOTH)


def products():
    for m, n in ((3, 20), (20, 3), (17, 17), (50, 8)):
        data = {"A": mat(m, n), "x": vec(n), "b": vec(m, "b")}
        yield from cases(f"least-squares-{m}x{n}", ["||A x - b||^2"], data, "x b",
                         lambda A, x, b: total(squares(A @ x - b)), BOTH)
        yield from cases(f"logistic-{m}x{n}", ["sum(log(1 + exp(-b .* (A*x))))"], data, "x",
                         lambda A, x, b: total(softplus(-(b * (A @ x)))), BOTH)
        yield from cases(f"poisson-{m}x{n}", ["sum(exp(A*x)) - b'*A*x"], data, "x",
                         lambda A, x, b: total(exp(A @ x / 1.0)) - b @ (A @ x), BOTH)
        yield from cases(f"map-{m}x{n}", ["tanh(A x)"], data, "x",
                         lambda A, x, b: tanh(A @ x))
    yield from cases("long-product-40", ["tr(A*(B + t*C)*A')"],
                     {"A": mat(40, 40), "B": mat(40, 40, "B"), "t": 0.3, "C": mat(40, 40, "C")},
                     "t", lambda A, B, t, C: trace(A @ B @ A.T) + t * trace(A @ C @ A.T),
                     check=False)
    yield from cases("quadratic-30", ["x'*A*x"], {"x": vec(30), "A": mat(30, 30)}, "x",
                     lambda x, A: x @ A @ x, BOTH, check=False)
    yield from cases("gram-20x4", ["tr((X'*X)*B)", "tr(B X^T X)"],
                     {"X": mat(20, 4, "X"), "B": mat(4, 4, "B")}, "X B",
                     lambda X, B: trace(X.T @ X @ B), check=False)
    yield from cases("weighted-gram", ["X'*diag(w)*X", "X^T diag(w) X"],
                     {"X": mat(30, 4, "X"), "w": pos(30)}, "w",
                     lambda X, w: X.T @ matrix(30, 4, lambda i, j: w[i] * X[i, j]), check=False)
    yield from cases("row-softmax-20x7", ["-sum(Y .* log(softmax(X*W, 2)))"],
                     {"X": mat(20, 3, "X"), "W": mat(3, 4, "W"), "Y": posmat(20, 4, "Y")}, "W",
                     lambda X, W, Y: total(across(total, Y) * across(logsumexp, X @ W))
                     - total(Y * (X @ W)), BOTH)
    yield from cases("outer-20", ["sum(exp(x*y'/10))"], {"x": vec(20), "y": vec(18, "y")}, "x y",
                     lambda x, y: total(exp(outer(x, y) / 10)))
    yield from cases("column-means-40", ["mean(X, 1)*w", "mean(X, 1) w"],
                     {"X": mat(40, 3, "X"), "w": vec(3, "w")}, "w",
                     lambda X, w: down(mean, X) @ w)
    yield from cases("network-10", ["||V tanh(W x + b) - y||^2"],
                     {"V": mat(3, 10, "V"), "W": mat(10, 6, "W"), "x": vec(6), "b": vec(10, "b"),
                      "y": vec(3, "y")}, "x b V", lambda V, W, x, b, y:
                     total(squares(V @ tanh(W @ x + b) - y)), BOTH)


def factorisations():
    for n in (5, 8, 17):
        A, b = square(n, "A"), vec(n, "b")
        yield from cases(f"inverse-form-{n}", ["b'*inv(A)*b"], {"A": A, "b": b}, "b",
                         lambda A, b: b @ inv(A) @ b, BOTH)
        yield from cases(f"inverse-map-{n}", ["inv(A)*b"], {"A": A, "b": b}, "b",
                         lambda A, b: inv(A) @ b)
        yield from cases(f"logdet-{n}", ["logdet(A + t*B)", "log(det(A + t*B))"],
                         {"A": pd(n, "A"), "t": 0.1, "B": pd(n, "B")}, "t",
                         lambda A, t, B: logdet(A + B * t), BOTH)
        yield from cases(f"det-{n}", ["det(A + t*B)"], {"A": A, "t": 0.1, "B": mat(n, n, "B")},
                         "t", lambda A, t, B: det(A + B * t), BOTH)
        yield from cases(f"pd-form-{n}", ["x'*inv(A)*x + logdet(A)"],
                         {"x": b, "A": pd(n, "A")}, "x", lambda x, A: x @ inv(A) @ x + logdet(A),
                         BOTH, declare=["A[n,n] pd"])
        yield from cases(f"shifted-{n}", ["y'*inv(A + s*I)*y + logdet(A + s*I)"],
                         {"y": b, "A": pd(n, "A"), "s": 0.4}, "s", lambda y, A, s, n=n:
                         y @ inv(A + eye(n) * s) @ y + logdet(A + eye(n) * s), BOTH,
                         check=n < 17)
    yield from cases("logdet-by-matrix-5", ["logdet(A)", "log det A"], {"A": pd(5, "A")}, "A",
                     logdet)
    yield from cases("inverse-by-matrix-5", ["b'*inv(A)*b", "b^T A^-1 b"],
                     {"A": square(5, "A"), "b": vec(5, "b")}, "A", lambda A, b: b @ inv(A) @ b)
    yield from cases("det-by-matrix-5", ["det(A)"], {"A": square(5, "A")}, "A", det)
    yield from cases("logdet-gram-8x5", ["logdet(X^T X)"], {"X": mat(8, 5, "X")}, "X",
                     lambda X: logdet(X.T @ X), check=False)
    yield from cases("gaussian-6", ["1/2 (x - m)^T S^-1 (x - m) + 1/2 logdet(S)"],
                     {"x": vec(6), "m": vec(6, "m"), "S": pd(6, "S")}, "S x",
                     lambda x, m, S: (x - m) @ inv(S) @ (x - m) / 2 + logdet(S) / 2, check=False)
    yield from cases("symmetric-inverse-5", ["tr(B A^-1)"],
                     {"A": pd(5, "A"), "B": mat(5, 5, "B")}, "A",
                     lambda A, B: trace(B @ inv(A)), declare=["A[n,n] symmetric"],
                     project="symmetric")
    yield from cases("needs-pivoting-6", ["inv(A)*b", "A^-1 b"],
                     {"A": [[0, 1, 0, 0, 0, 2], [1, 0, 3, 0, 0, 0], [0, 0, 0, 1, 0, 0],
                            [0, 2, 0, 0, 1, 0], [0, 0, 1, 0, 0, 0], [5, 0, 0, 0, 0, 1]],
                      "b": vec(6, "b")}, "A b", lambda A, b: inv(A) @ b, check=False)
    yield from cases("symmetric-form-9", ["x'*A*x"], {"x": vec(9), "A": sym(9, "A")}, "x",
                     lambda x, A: x @ A @ x, BOTH, declare=["A[n,n] symmetric"])
    yield from cases("kernel-sum-12", ["sum(exp(-(x*ones(12)' - ones(12)*x').^2))"],
                     {"x": vec(12)}, "x", lambda x:
                     total(exp(-squares(outer(x, x * 0.0 + 1.0) - outer(x * 0.0 + 1.0, x)))), BOTH)
    yield from cases("sigmoid-weights-25", ["X'*(sigmoid(X*w) - y)", "X^T (sigmoid(X w) - y)"],
                     {"X": mat(25, 6, "X"), "w": vec(6, "w"), "y": vec(25, "y")}, "w",
                     lambda X, w, y: X.T @ (sigmoid(X @ w) - y))
    yield from cases("root-rows-15", ["sum(sqrt(1 + (A x).^2) + log(1 + (A x).^2))"],
                     {"A": mat(15, 7), "x": vec(7)}, "x", lambda A, x:
                     total(sqrt(squares(A @ x) + 1.0) + log(squares(A @ x) + 1.0)), BOTH)


def all_cases():
    for group in (entrywise, products, factorisations):
        yield from group()
