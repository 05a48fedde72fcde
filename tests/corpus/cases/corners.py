"""Awkward corners: sizes of one, kinks, ties, large arguments, names that do not occur."""

from arrays import (absolute, add_up, det, exp, eye, inv, larger, log, logdet, logsumexp, matrix,
                    matrix_power, max_of, mean, min_of, norm1, norm2, outer, relu, sigmoid, sign,
                    sin, smaller, softmax, softplus, sqrt, tanh, total, trace)
from case import cases, mat, pd, pos, square, vec

BOTH = (1, 2)
KINK = {"check": False}


def sizes_of_one():
    one = {"x": [0.7], "A": [[1.3]]}
    yield from cases("one-form", ["x'*A*x", "x^T A x"], one, "x A", lambda x, A: x @ A @ x, BOTH)
    yield from cases("one-inverse", ["inv(A)", "A^-1"], one, "A", lambda x, A: inv(A), BOTH)
    yield from cases("one-det", ["det(A)", "tr(A)"], one, "A", lambda x, A: det(A), BOTH)
    yield from cases("one-logdet", ["logdet(A)", "log(det(A))"], one, "A", lambda x, A: logdet(A),
                     BOTH)
    yield from cases("one-outer", ["x*x'", "x x^T"], one, "x", lambda x, A: outer(x, x), BOTH)
    yield from cases("one-softmax", ["softmax(x)"], one, "x", lambda x, A: softmax(x), BOTH)
    yield from cases("one-logsumexp", ["logsumexp(x)", "sum(x)"], one, "x", lambda x, A: x[0], BOTH)
    yield from cases("one-product", ["A*A", "A^2"], one, "A", lambda x, A: A @ A, BOTH)
    yield from cases("one-vector", ["x.^2"], one, "x", lambda x, A: x * x, BOTH)
    yield from cases("one-mean", ["mean(x) + sum(x)"], one, "x", lambda x, A: x[0] * 2)
    yield from cases("one-norm", ["norm2(x)", "||x||_1"], one, "x", lambda x, A: norm1(x))
    yield from cases("one-column", ["X'*X", "X^T X"], {"X": [[1], [2], [-1]]}, "X",
                     lambda X: X.T @ X, BOTH)
    yield from cases("one-row", ["X*y", "X y"], {"X": [[1, 2, -1]], "y": vec(3)}, "X y",
                     lambda X, y: X @ y)
    yield from cases("one-row-gram", ["logdet(X*X')", "logdet(X X^T)"], {"X": [[1, 2, -1]]}, "X",
                     lambda X: logdet(X @ X.T), BOTH)
    yield from cases("scalar", ["t"], {"t": 0.4}, "t", lambda t: t, BOTH)
    yield from cases("scalar-polynomial", ["3*t^2 + 2*t + 1", "3 t^2 + 2 t + 1"], {"t": 0.4}, "t",
                     lambda t: 3 * t * t + 2 * t + 1, BOTH)


def names_that_do_not_occur():
    yield from cases("unused-scalar", ["x'*x"], {"x": vec(3), "t": 2.0}, "t",
                     lambda x, t: x @ x, BOTH)
    yield from cases("unused-vector", ["tr(A)"], {"A": mat(2, 2), "x": vec(3)}, "x",
                     lambda A, x: trace(A), BOTH)
    yield from cases("unused-matrix", ["x"], {"A": mat(2, 2), "x": vec(3)}, "A", lambda A, x: x)
    yield from cases("cancelled", ["x - x + y", "y + 0 x"], {"x": vec(3), "y": vec(3, "y")}, "x",
                     lambda x, y: y)
    yield from cases("cancelled-product", ["x'*A*x - x'*A'*x", "x^T A x - x^T A^T x"],
                     {"x": vec(3), "A": mat(3, 3)}, "x A", lambda x, A: 0.0 * (x @ A @ x))
    yield from cases("zero-times", ["0*x", "0 x"], {"x": vec(3)}, "x", lambda x: 0.0 * x)
    yield from cases("constant-power", ["sum(x.^0)", "3"], {"x": vec(3)}, "x",
                     lambda x: 3.0 + 0.0 * total(x))
    yield from cases("number", ["2*3 + 1/4", "25/4"], {"t": 1.0}, "t", lambda t: 6.25 + 0.0 * t)


def kinks():
    zero = {"x": [0, 1.5, -0.5]}
    yield from cases("abs-at-zero", ["abs(x)", "|x|"], zero, "x", absolute, **KINK)
    yield from cases("norm1-at-zero", ["norm1(x)"], zero, "x", norm1, **KINK)
    yield from cases("relu-at-zero", ["relu(x)", "max(x, 0)", "max(0, x)"], zero, "x", relu, **KINK)
    yield from cases("min-at-zero", ["min(x, 0)"], zero, "x", lambda x: -relu(-x), **KINK)
    yield from cases("sign-at-zero", ["sign(x)"], zero, "x", sign, **KINK)
    yield from cases("norm-at-zero", ["norm2(x)", "||x||", "sqrt(x'*x)", "sqrt(sum(x.^2))"],
                     {"x": [0, 0, 0]}, "x", norm2, **KINK)
    yield from cases("norm-of-matrix-at-zero", ["norm2(X)", "||X||_F"], {"X": [[0, 0], [0, 0]]},
                     "X", norm2, **KINK)
    yield from cases("norm-of-difference-at-zero", ["norm2(A*x - b)"],
                     {"A": [[1, 2], [3, 4]], "x": [1, 1], "b": [3, 7]}, "x A",
                     lambda A, x, b: norm2(A @ x - b), **KINK)
    yield from cases("max-tie", ["max(x, y)"], {"x": [1, 2, 3], "y": [1, 3, 2]}, "x y",
                     lambda x, y: larger(x, y), **KINK)
    yield from cases("min-tie", ["min(x, y)"], {"x": [1, 2, 3], "y": [1, 3, 2]}, "x y",
                     lambda x, y: smaller(x, y), **KINK)
    yield from cases("max-tie-reduction", ["max(x)"], {"x": [2, 1, 2, -1]}, "x", max_of, **KINK)
    yield from cases("min-tie-reduction", ["min(x)"], {"x": [2, -1, 2, -1]}, "x", min_of, **KINK)
    yield from cases("max-with-itself", ["max(x, x)", "x"], {"x": vec(3)}, "x", lambda x: x)
    yield from cases("norm-inf-tie", ["||x||_inf"], {"x": [2, -2, 1]}, "x",
                     lambda x: max_of(absolute(x)), **KINK)
    yield from cases("square-at-zero", ["sum(x.^2)", "norm2(x)^2", "||x||^2"], {"x": [0, 0, 0]},
                     "x", lambda x: x @ x, BOTH)
    yield from cases("cube-at-zero", ["sum(x.^3)"], {"x": [0, 1, -1]}, "x",
                     lambda x: total(x * x * x), BOTH)
    yield from cases("hinge-on-the-edge", ["sum(relu(1 - x))"], {"x": [1, 0.5, 2]}, "x",
                     lambda x: total(relu(1.0 - x)), **KINK)
    yield from cases("negative-base", ["sum(x.^2 + x.^3)"], {"x": [-1.5, 0.5, -2]}, "x",
                     lambda x: total(x * x + x * x * x), BOTH)
    yield from cases("negative-root-squared", ["sqrt(t^2)", "abs(t)"], {"t": -0.8}, "t", absolute)
    yield from cases("root-at-zero", ["sum(sqrt(x))"], {"x": [0, 1, 4]}, "x",
                     lambda x: total(sqrt(x)), **KINK)
    yield from cases("log-at-zero", ["sum(log(x))"], {"x": [0, 1, 4]}, "x",
                     lambda x: total(log(x)), **KINK)


def large_and_small():
    wide = {"x": [800, -800, 0, 40, -40, 1e-9]}
    yield from cases("softplus-wide", ["softplus(x)", "log(1 + exp(x))"], wide, "x", softplus, BOTH,
                     **KINK)
    yield from cases("sigmoid-wide", ["sigmoid(x)", "1 ./ (1 + exp(-x))"], wide, "x", sigmoid, BOTH,
                     **KINK)
    yield from cases("tanh-wide", ["tanh(x)"], wide, "x", tanh, BOTH, **KINK)
    yield from cases("logistic-wide", ["sum(log(1 + exp(-y .* (X*w))))",
                                       "sum(softplus(-y .* (X w)))"],
                     {"y": [1, -1, 1], "X": [[900, 0], [900, 10], [-900, 3]], "w": [1, -2]}, "w",
                     lambda y, X, w: total(softplus(-(y * (X @ w)))), BOTH, **KINK)
    yield from cases("log-sigmoid-wide", ["sum(log(sigmoid(x)))", "-sum(softplus(-x))"], wide, "x",
                     lambda x: -total(softplus(-x)), BOTH, **KINK)
    big = {"x": [1000, 1001, 999, -1000]}
    yield from cases("logsumexp-big", ["logsumexp(x)", "log(sum(exp(x)))"], big, "x", logsumexp,
                     BOTH, **KINK)
    yield from cases("softmax-big", ["softmax(x)", "exp(x)/sum(exp(x))"], big, "x", softmax, BOTH,
                     **KINK)
    yield from cases("cross-entropy-big", ["-y'*log(softmax(x))", "-y^T log(softmax(x))"],
                     {**big, "y": [0.25, 0.25, 0.25, 0.25]}, "x", lambda x, y:
                     total(y) * logsumexp(x) - y @ x, BOTH, **KINK)
    yield from cases("logsumexp-minus", ["logsumexp(x)"], {"x": [-1000, -1001, -1002]}, "x",
                     logsumexp, BOTH, **KINK)
    yield from cases("log-ratio-big", ["log(sum(exp(x))) - log(sum(exp(y)))"],
                     {"x": [1000, 1001], "y": [1002, 1000]}, "x y",
                     lambda x, y: logsumexp(x) - logsumexp(y), **KINK)
    yield from cases("large-quadratic", ["x'*A*x", "x^T A x"],
                     {"x": [1e5, -2e5], "A": [[1e6, 3], [2, 1e-6]]}, "x A",
                     lambda x, A: x @ A @ x, BOTH, **KINK)
    yield from cases("tiny", ["norm2(x)", "||x||"], {"x": [3e-6, 4e-6]}, "x", norm2, BOTH, **KINK)
    yield from cases("large-norm", ["norm2(x)", "||x||"], {"x": [3e8, 4e8]}, "x", norm2, BOTH,
                     **KINK)
    yield from cases("exp-negative", ["sum(exp(x))"], {"x": [-700, -1, 2]}, "x",
                     lambda x: total(exp(x)), BOTH, **KINK)
    yield from cases("sum-of-large", ["(x - a)'*(x - a)", "||x - a||^2"],
                     {"x": [1000001, 1000002], "a": [1000000, 1000000]}, "x",
                     lambda x, a: (x - a) @ (x - a), BOTH, **KINK)


def singular():
    flat = {"X": [[1, 2], [2, 4]]}
    rank_one = {"X": [[1, 2, 3], [2, 4, 6], [3, 6, 9]]}
    yield from cases("det-singular", ["det(X)"], flat, "X", det)
    yield from cases("det-rank-one", ["det(X)"], rank_one, "X", det)
    yield from cases("det-zero", ["det(X)"], {"X": [[0, 0], [0, 0]]}, "X", det)
    yield from cases("det-of-zeros", ["det(X)"], {"X": [[0] * 3] * 3}, "X", det)
    yield from cases("det-negative", ["det(X)"],
                     {"X": [[1, 2], [3, 4]]}, "X", det, BOTH)
    yield from cases("det-permutation", ["det(X)"], {"X": [[0, 1, 0], [0, 0, 1], [1, 0, 0]]}, "X",
                     det, BOTH)
    yield from cases("inverse-permutation", ["inv(X)"], {"X": [[0, 1], [1, 0]]}, "X", inv)
    yield from cases("nearly-singular", ["inv(X)*b", "X^-1 b"],
                     {"X": [[1, 1], [1, 1.001]], "b": [1, 2]}, "b", lambda X, b: inv(X) @ b)
    yield from cases("logdet-shifted", ["logdet(X + c*I)", "logdet(X + c I)"],
                     {**rank_one, "c": 0.5}, "X c", lambda X, c: logdet(X + eye(3) * c))
    yield from cases("trace-of-non-square-product", ["tr(A*B)", "tr(A B)", "tr(B A)"],
                     {"A": mat(2, 5), "B": mat(5, 2, "B")}, "A", lambda A, B: trace(A @ B))


def notation():
    form = {"x": vec(3), "A": mat(3, 3)}
    yield from cases("brackets", ["((x)')*((A)*(x))", "(x^T)(A x)", "x'(A*x)"], form, "x",
                     lambda x, A: x @ A @ x)
    yield from cases("blanks", ["  x' *A*  x ", " x^T  A   x"], form, "x", lambda x, A: x @ A @ x)
    yield from cases("unary", ["-x^T A x", "-(x'*A*x)", "- x'*A*x"], form, "x A",
                     lambda x, A: -(x @ A @ x), BOTH)
    yield from cases("half", ["1/2 x^T A x", "0.5*x'*A*x", "(x'*A*x)/2", "x^T A x/2"], form,
                     "x", lambda x, A: x @ A @ x / 2, BOTH)
    yield from cases("scientific", ["1e-3*sum(x)", "0.001 sum(x)", "sum(x)/1000"], form, "x",
                     lambda x, A: total(x) / 1000)
    yield from cases("indexed-names", ["x1'*x2", "x1^T x2", "x1'x2"],
                     {"x1": vec(3), "x2": vec(3, "y")}, "x1 x2", lambda x1, x2: x1 @ x2)
    yield from cases("underscored-names", ["w_1'*A*w_2", "w_1^T A w_2"],
                     {"w_1": vec(3), "A": mat(3, 2), "w_2": vec(2, "y")}, "w_1 A",
                     lambda w_1, A, w_2: w_1 @ A @ w_2)
    yield from cases("long-names", ["weights'*(data*weights)", "weights^T data weights"],
                     {"weights": vec(3), "data": mat(3, 3)}, "weights data",
                     lambda weights, data: weights @ data @ weights)
    yield from cases("greek", ["lambda*norm2(x)^2 + mu*sum(x)", "lambda ||x||^2 + mu sum(x)",
                               "lambda x^T x + mu sum(x)"],
                     {"lambda": 0.3, "mu": -0.2, "x": vec(3)}, "x",
                     lambda mu, x: (x @ x) * 0.3 + total(x) * mu, BOTH)
    yield from cases("vectors-named-as-scalars", ["a'*B*c", "a^T B c"],
                     {"a": vec(3, "a"), "B": mat(3, 2, "B"), "c": vec(2, "c")}, "a c B",
                     lambda a, B, c: a @ B @ c)
    yield from cases("scalars-named-as-vectors", ["x*y + x^2", "x y + x^2"], {"x": 0.4, "y": 1.3},
                     "x y", lambda x, y: x * y + x * x, BOTH)
    yield from cases("matrix-named-as-vector", ["x'*x*y", "x^T x y"],
                     {"x": mat(3, 2), "y": vec(2)}, "x y", lambda x, y: x.T @ (x @ y))
    yield from cases("repeated-transposes", ["((A')')'*x", "A^T x"], form, "x A",
                     lambda x, A: A.T @ x)
    yield from cases("transposed-sum", ["(A + A')*x", "(A + A^T) x", "A x + A^T x"], form, "x A",
                     lambda x, A: A @ x + A.T @ x)
    yield from cases("nested-sums", ["sum(x) + sum(sum(x) + x)"], form,
                     "x", lambda x, A: total(x) * 5)
    yield from cases("chain", ["A*A*A*A*x", "A^4 x", "A A A A x"], form, "x A",
                     lambda x, A: matrix_power(A, 4) @ x)
    yield from cases("distribute", ["(A + 2*I)*(A - I)*x", "(A + 2 I)(A - I) x"], form, "x A",
                     lambda x, A: (A + 2.0 * eye(3)) @ ((A - eye(3)) @ x))
    yield from cases("mean-centred", ["x - mean(x)", "x - sum(x)/3"], form, "x",
                     lambda x, A: x - mean(x))
    yield from cases("identity", ["I*x", "I x", "x"], form, "x", lambda x, A: x)
    yield from cases("pi", ["pi*t^2", "pi t^2"], {"t": 1.5}, "t",
                     lambda t: 3.141592653589793 * t * t, BOTH)
    yield from cases("multiply-divide", ["t*c/t", "c"], {"t": 1.5, "c": 2.5}, "c t",
                     lambda t, c: c + 0.0 * t)
    yield from cases("polynomial-product", ["(t + 1)*(t - 1)*(t^2 + 1)", "t^4 - 1"], {"t": 1.5},
                     "t", lambda t: t * t * t * t - 1, BOTH)
    yield from cases("long-sum", ["x'*x + 2*x'*x + 3*x'*x - x'*x", "5 x^T x"], form, "x",
                     lambda x, A: 5.0 * (x @ x), BOTH)
    yield from cases("vector-of-quotients", ["(A*x)/(x'*x)", "(A x)/(x^T x)", "A x / ||x||^2"],
                     form, "x A", lambda x, A: (A @ x) / (x @ x))
    yield from cases("trace-identity", ["tr(A - A')", "tr(A) - tr(A^T)"], form, "A",
                     lambda x, A: 0.0 * trace(A))
    yield from cases("inverse-cancels", ["tr(inv(Y)*Y*A)", "tr(Y^-1 Y A)"],
                     {"Y": square(3, "Y"), "A": mat(3, 3)}, "A Y",
                     lambda Y, A: trace(A) + 0.0 * trace(Y))
    yield from cases("solve-form", ["b'*inv(A'*A)*A'*y", "b^T (A^T A)^-1 A^T y"],
                     {"A": mat(4, 2, "tall"), "b": vec(2), "y": vec(4, "y")}, "A y",
                     lambda b, A, y: b @ inv(A.T @ A) @ (A.T @ y))
    yield from cases("bigger-form", ["x'*A*x + b'*x + c", "x^T A x + b^T x + c"],
                     {"x": vec(12), "A": mat(12, 12), "b": vec(12, "b"), "c": 2.5}, "x",
                     lambda x, A, b, c: x @ A @ x + b @ x + c, BOTH)
    yield from cases("bigger-logistic", ["sum(log(1 + exp(-y .* (X*w))))",
                                         "sum(softplus(-y .* (X w)))"],
                     {"X": mat(37, 9, "X"), "w": vec(9), "y": [1, -1] * 18 + [1]}, "w",
                     lambda X, w, y: total(softplus(-(y * (X @ w)))), BOTH)
    yield from cases("bigger-entrywise", ["exp(-x.^2) .* sin(x)"], {"x": vec(19)}, "x",
                     lambda x: exp(-(x * x)) * sin(x))
    yield from cases("bigger-precision", ["logdet(P) + tr(inv(P)*S)"],
                     {"P": pd(4, "P"), "S": pd(4, "S")}, "P",
                     lambda P, S: logdet(P) + trace(inv(P) @ S))
    yield from cases("min-max-form", ["max(0, min(1, t))", "min(1, max(0, t))"], {"t": 0.4}, "t",
                     lambda t: smaller(larger(t, 0.0), 1.0))
    yield from cases("weighted-rows", ["sum(p .* sum(X.^2, 2))", "tr(X^T diag(p) X)"],
                     {"p": pos(3), "X": mat(3, 2, "X")}, "X p", lambda p, X:
                     add_up([p[i] * (X.row(i) @ X.row(i)) for i in range(3)]), BOTH)
    yield from cases("scaled-identity-form", ["x'*(c*I)*x", "c x^T x"], {"x": vec(3), "c": 0.6},
                     "x c", lambda x, c: (x @ x) * c, BOTH)
    yield from cases("block-of-ones", ["ones(3,3)*x", "ones(3) sum(x)"], {"x": vec(3)}, "x",
                     lambda x: matrix(3, 3, lambda i, j: 1.0) @ x)


def all_cases():
    for group in (sizes_of_one, names_that_do_not_occur, kinks, large_and_small, singular,
                  notation):
        yield from group()
