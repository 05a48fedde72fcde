"""How people write: juxtaposition beside operators, signs, powers after brackets, Unicode, scalars
next to arrays, and small calculus."""

from arrays import (absolute, across, cos, det, down, exp, eye, inv, larger, log, logdet,
                    logsumexp, matrix, max_of, mean, norm1, norm2, norm_inf, outer, relu, sigmoid,
                    sign, sin, smaller, softmax, softplus, sqrt, square as squares, tan, tanh,
                    total, trace)
from case import cases, mat, pd, pos, posmat, square, vec

BOTH = (1, 2)
x3, y3, A3 = vec(3), vec(3, "y"), mat(3, 3)
XY = {"x": x3, "y": y3}
FORM = {"x": x3, "A": A3}


def products():
    yield from cases("number-times", ["2x", "2 x", "2*x", "x*2", "x + x"], {"x": x3}, "x",
                     lambda x: x * 2.0)
    yield from cases("number-times-form", ["2x'y", "2 x^T y", "2*x'*y"], XY, "x",
                     lambda x, y: 2.0 * (x @ y), BOTH)
    yield from cases("half-square", ["1/2x'x", "x'x/2", "0.5 x'x", "1/2 ||x||^2"], XY, "x",
                     lambda x, y: 0.5 * (x @ x), BOTH)
    yield from cases("inner-times-vector", ["x'y x", "x^T y x", "(x'*y)*x", "x (x'y)", "<x, y> x"],
                     XY, "x y", lambda x, y: x * (x @ y))
    yield from cases("outer-times-vector", ["x*y'*x", "x y^T x", "(x y^T) x"], XY, "x",
                     lambda x, y: x * (y @ x), BOTH)
    yield from cases("inner-powers", ["(x'y)^3", "(x^T y)^3", "(x'*y)^2*(x'*y)"], XY, "x y",
                     lambda x, y: (x @ y) * (x @ y) * (x @ y), BOTH)
    yield from cases("inner-inverse", ["(x'x)^-1", "1/(x'x)", "1/(x^T x)", "(x^T x)^{-1}"], XY, "x",
                     lambda x, y: 1.0 / (x @ x), BOTH)
    yield from cases("products-of-inner", ["x'x y'y - (x'y)^2", "x^T x y^T y - (x^T y)^2",
                                           "||x||^2 ||y||^2 - <x, y>^2"], XY, "x y",
                     lambda x, y: (x @ x) * (y @ y) - (x @ y) * (x @ y), BOTH)
    yield from cases("middle-dot", ["A·x", "A × x", "A x"], FORM, "x", lambda x, A: A @ x)
    yield from cases("unicode-minus", ["x − y", "x - y"], XY, "x y", lambda x, y: x - y)
    yield from cases("unicode-form", ["xᵀAx", "xᵀ A x", "⟨x, A x⟩", "x^⊤ A x"], FORM, "x",
                     lambda x, A: x @ A @ x, BOTH)
    yield from cases("greek-names", ["λ‖x‖² + μ σ", "λ ||x||^2 + μ*σ"],
                     {"x": x3, "λ": 0.4, "μ": 1.2, "σ": -0.3}, "x",
                     lambda x: 0.4 * (x @ x) - 0.36, BOTH)
    yield from cases("greek-matrices", ["xᵀ Σ⁻¹ x", "x^T Σ^-1 x"], {"x": x3, "Σ": pd(3, "S")},
                     "Σ x",
                     lambda x, Σ: x @ inv(Σ) @ x)
    yield from cases("minus-product", ["-A x", "-A*x", "-(A x)", "(-A) x", "A (-x)"], FORM, "x A",
                     lambda x, A: -(A @ x))
    yield from cases("minus-minus", ["x - -y", "x + y", "x - (-y)"], XY, "y", lambda x, y: x + y)
    yield from cases("minus-power", ["-t^2", "-(t^2)"], {"t": 0.7}, "t", lambda t: -(t * t), BOTH)
    yield from cases("power-minus", ["2^-t", "2^(-t)", "exp(-t log(2))"], {"t": 0.7}, "t",
                     lambda t: exp(t * -0.6931471805599453), BOTH)
    yield from cases("left-to-right", ["t/2*3", "3 t/2", "3/2 t"], {"t": 0.7}, "t",
                     lambda t: t * 1.5)
    yield from cases("division-chain", ["t/c/2", "t/(2 c)"], {"t": 0.7, "c": 1.4}, "t c",
                     lambda t, c: t / c / 2, BOTH)
    yield from cases("entrywise-chain", ["x ./ y .* x", "x.^2 ./ y"], {"x": x3, "y": pos(3)},
                     "x y", lambda x, y: x / y * x)
    yield from cases("transposed-product", ["(A x)'", "x'A'", "(A*x)^T"], FORM, "x",
                     lambda x, A: A @ x, orientation="row")
    yield from cases("transposed-power", ["A'^2 x", "A^2' x", "A^T A^T x"], FORM, "x A",
                     lambda x, A: A.T @ (A.T @ x))
    yield from cases("inverse-transposed", ["A'^-1 x", "A^-1' x", "A^-T x", "inv(A)' x"],
                     {"x": x3, "A": square(3)}, "x A", lambda x, A: inv(A).T @ x)
    yield from cases("brackets-product", ["(x + y)'(x - y)", "(x + y)^T (x - y)",
                                          "x'x - y'y"], XY, "x y",
                     lambda x, y: x @ x - y @ y, BOTH)
    yield from cases("matrix-brackets", ["A(x + y)", "A (x + y)", "A*(x + y)", "A x + A y"],
                     {**XY, "A": A3}, "x A", lambda x, y, A: A @ (x + y))
    yield from cases("scaled-sum", ["2(x + y)", "2 (x + y)"], XY, "x", lambda x, y: (x + y) * 2.0)
    yield from cases("function-times-vector", ["exp(t) x", "exp(t)*x", "x exp(t)"],
                     {"x": x3, "t": 0.7}, "t x", lambda x, t: x * exp(t))
    yield from cases("function-transposed", ["exp(x)'y", "exp(x)^T y", "y' exp(x)"], XY, "x y",
                     lambda x, y: exp(x) @ y, BOTH)
    yield from cases("function-power", ["tr(A)^2 + sum(x)^3"], FORM, "A x",
                     lambda x, A: trace(A) * trace(A) + total(x) * total(x) * total(x), BOTH)
    yield from cases("words", ["log det(A)", "log det A", "logdet(A)"], {"A": pd(3)}, "A", logdet)
    yield from cases("prefix-chain", ["exp -t", "exp(-t)"], {"t": 0.7}, "t", lambda t: exp(-t),
                     BOTH)
    yield from cases("prefix-quotient", ["log t / 2", "(log t)/2"], {"t": 0.7}, "t",
                     lambda t: log(t) / 2, BOTH)
    yield from cases("affine-scalar", ["log(1 + exp(-c*(w'*x + b)))",
                                       "log(1 + exp(-c (w^T x + b)))",
                                       "softplus(-c (w^T x + b))"],
                     {"c": -1.0, "w": vec(4, "w"), "x": vec(4), "b": 0.3}, "w b x",
                     lambda c, w, x, b: softplus((w @ x + b) * -c), BOTH)
    yield from cases("sigmoid-typed", ["1/(1 + exp(-(w'*x + b)))", "1/(1 + exp(-(w^T x + b)))",
                                       "sigmoid(w^T x + b)"],
                     {"w": vec(4, "w"), "x": vec(4), "b": 0.3}, "w b",
                     lambda w, x, b: sigmoid(w @ x + b), BOTH)


def scalars_and_matrices():
    one = {"X": [[0.5], [-1], [2]], "y": y3}
    yield from cases("one-by-one-factor", ["(X'*X)*y", "(X^T X) y"], one, "X y", lambda X, y:
                     y * (X.column(0) @ X.column(0)))
    yield from cases("one-by-one-inverse", ["inv(X'*X)*X'*y", "(X^T X)^-1 X^T y"], one, "X y",
                     lambda X, y: inv(X.T @ X) @ (X.T @ y))
    yield from cases("column-matrix", ["X'*A*X", "X^T A X"], {**one, "A": A3}, "X A",
                     lambda X, A: X.T @ A @ X, BOTH)
    yield from cases("row-matrix", ["Z*y", "Z y"], {"Z": [[1, -2, 0.5]], "y": y3}, "Z y",
                     lambda Z, y: Z @ y)
    yield from cases("trace-times-identity", ["tr(A)*I - A", "tr(A) I - A"], FORM, "A",
                     lambda x, A: eye(3) * trace(A) - A)
    yield from cases("resolvent", ["tr((I - t*A)^-1)", "tr(inv(I - t A))"],
                     {"A": [[0.1, 0.2, 0], [0.3, -0.1, 0.2], [0, 0.1, 0.2]], "t": 0.5}, "t A",
                     lambda A, t: trace(inv(eye(3) - A * t)), BOTH)
    yield from cases("cayley", ["(I - A)*inv(I + A)", "(I - A)(I + A)^-1"],
                     {"A": [[0.1, 0.2], [-0.3, 0.4]]}, "A",
                     lambda A: (eye(2) - A) @ inv(eye(2) + A))
    yield from cases("centring", ["x'*(I - ones(3)*ones(3)'/3)*x",
                                  "x^T (I - 1/3 ones(3) ones(3)^T) x", "||x - mean(x)||^2"], XY,
                     "x", lambda x, y: total(squares(x - mean(x))), BOTH)
    yield from cases("inverse-of-diag", ["inv(diag(x))*y", "diag(x)^-1 y", "y ./ x"],
                     {"x": pos(3), "y": y3}, "x y", lambda x, y: y / x)
    yield from cases("diag-power", ["diag(x)^2 y", "diag(x)*diag(x)*y", "x.^2 .* y"], XY, "x y",
                     lambda x, y: x * x * y)
    yield from cases("diag-of-outer", ["diag(x*y')", "diag(x y^T)", "x .* y"], XY, "x",
                     lambda x, y: x * y)
    yield from cases("trace-of-outer", ["tr(x*y')", "tr(x y^T)", "y'x"], XY, "x",
                     lambda x, y: x @ y, BOTH)
    yield from cases("det-of-rank-one", ["det(I + x*y')", "det(I + x y^T)", "1 + y'x"], XY, "x y",
                     lambda x, y: x @ y + 1.0)
    yield from cases("determinant-lemma", ["det(A + x*y')", "det(A + x y^T)"],
                     {**XY, "A": square(3)}, "x A", lambda x, y, A: det(A + outer(x, y)), BOTH)
    yield from cases("sherman-morrison", ["inv(A + x*y')*y", "(A + x y^T)^-1 y"],
                     {**XY, "A": square(3)}, "x", lambda x, y, A: inv(A + outer(x, y)) @ y)
    yield from cases("scalar-matrix-power", ["(t A)^2", "t^2 A A", "t^2*A^2"],
                     {"t": 0.6, "A": A3}, "t A", lambda t, A: (A @ A) * (t * t))
    yield from cases("matrix-quotient-scalar", ["A/tr(A)", "1/tr(A) A", "A / tr(A)"], FORM, "A",
                     lambda x, A: A / trace(A))
    yield from cases("scalar-shift-matrix", ["sum((A - t).^2)", "||A - t||^2"],
                     {"A": A3, "t": 0.5}, "t A", lambda A, t: total(squares(A - t)), BOTH)
    yield from cases("polynomial-of-matrix", ["tr(A^3 - 2 A^2 + A + 4 I)"], FORM, "A",
                     lambda x, A: trace(A @ A @ A - A @ A * 2.0 + A) + 12.0, BOTH)
    yield from cases("matrix-first-power", ["A^1 x", "A x"], FORM, "A", lambda x, A: A @ x)
    yield from cases("entrywise-square-matrix", ["A.^2 x", "(A .* A) x", "A.^2*x"], FORM, "A x",
                     lambda x, A: (A * A) @ x)
    yield from cases("exp-of-entries", ["2.^A", "exp(log(2) A)"], FORM, "A",
                     lambda x, A: exp(A * 0.6931471805599453))


def reductions():
    X = {"X": mat(3, 4, "X")}
    yield from cases("sum-times-sum", ["sum(x)*sum(y)", "sum(x) sum(y)"], XY, "x y",
                     lambda x, y: total(x) * total(y), BOTH)
    yield from cases("mean-times-vector", ["mean(x)*x", "mean(x) x"], XY, "x",
                     lambda x, y: x * mean(x), BOTH)
    yield from cases("normalised-sum", ["x/sum(x)", "1/sum(x) x"], {"x": pos(3)}, "x",
                     lambda x: x / total(x), BOTH)
    yield from cases("sum-of-transpose", ["sum(X')", "sum(X^T)", "sum(sum(X))", "sum(sum(X, 1))"],
                     X, "X", lambda X: total(X), BOTH)
    yield from cases("sum-axis-of-transpose", ["sum(X', 1)'", "sum(X, 2)"], X, "X",
                     lambda X: across(total, X))
    yield from cases("row-normalised", ["X ./ (sum(X, 2)*ones(4)')", "diag(1 ./ sum(X, 2)) X"],
                     {"X": posmat(3, 4)}, "X", lambda X: matrix(
                         3, 4, lambda i, j: X[i, j] / total(X.row(i))))
    yield from cases("centred-rows", ["X - mean(X, 2)*ones(4)'"], X, "X", lambda X: matrix(
        3, 4, lambda i, j: X[i, j] - mean(X.row(i))))
    yield from cases("covariance", ["X'*X/3 - mean(X, 1)'*mean(X, 1)"],
                     {"X": mat(3, 2, "X")}, "X", lambda X:
                     X.T @ X / 3 - outer(down(mean, X), down(mean, X)), BOTH)
    yield from cases("rows-of-exp", ["log(sum(exp(X), 2))", "logsumexp(X, 2)"], X, "X",
                     lambda X: across(logsumexp, X))
    yield from cases("row-maxima", ["max(X, axis=2)"], X, "X", lambda X: across(max_of, X))
    yield from cases("quotient-of-norms", ["norm1(x)/norm2(x)", "||x||_1/||x||"], XY, "x",
                     lambda x, y: norm1(x) / norm2(x), BOTH)
    yield from cases("norm-inf-of-map", ["||A*x||_inf", "norminf(A x)", "max(abs(A*x))"], FORM,
                     "x A", lambda x, A: norm_inf(A @ x))
    yield from cases("norm1-of-map", ["||A x||_1", "sum(|A x|)", "norm1(A*x)"], FORM, "x A",
                     lambda x, A: norm1(A @ x))
    yield from cases("bars-in-bars", ["|x'y|", "abs(x^T y)", "|x^T y|"], XY, "x",
                     lambda x, y: absolute(x @ y))
    yield from cases("bars-in-sums", ["|t| + |c| t", "abs(t) + abs(c)*t"], {"t": -0.7, "c": 0.3},
                     "t c", lambda t, c: absolute(t) + absolute(c) * t)
    yield from cases("norm-in-function", ["exp(-||x - y||)", "exp(-norm2(x - y))"], XY, "x y",
                     lambda x, y: exp(-norm2(x - y)), BOTH)
    yield from cases("huber-like", ["||x||^2/(1 + ||x||)"], XY, "x",
                     lambda x, y: (x @ x) / (norm2(x) + 1.0), BOTH)
    yield from cases("softmax-entropy", ["-softmax(x)'*log(softmax(x))",
                                         "-sum(softmax(x) .* log(softmax(x)))"], XY, "x",
                     lambda x, y: -(softmax(x) @ log(softmax(x))), BOTH)
    yield from cases("softmax-temperature", ["softmax(x/t)", "softmax(1/t x)"],
                     {"x": x3, "t": 0.4}, "x t", lambda x, t: softmax(x / t))
    yield from cases("softmax-columns", ["softmax(X, 1)"], X, "X", lambda X: matrix(
        3, 4, lambda i, j: softmax(X.column(j))[i]))


def calculus():
    t = {"t": 0.63}
    formulas = {
        "gauss": ("exp(-t^2)", lambda t: exp(-(t * t))),
        "chirp": ("sin(t)*exp(t^2)", lambda t: sin(t) * exp(t * t)),
        "tangent": ("tan(t^2)", lambda t: tan(t * t)),
        "hyperbola": ("sqrt(1 + t^2)", lambda t: sqrt(t * t + 1.0)),
        "lorentz": ("1/(1 + t^2)", lambda t: 1.0 / (t * t + 1.0)),
        "cube-of-abs": ("abs(t)^3", lambda t: absolute(t) * t * t),
        "sinc": ("sin(t)/t", lambda t: sin(t) / t),
        "log-of-cosine": ("log(cos(t))", lambda t: log(cos(t))),
        "rational": ("(t^2 - 1)/(t^3 + 2)", lambda t: (t * t - 1.0) / (t * t * t + 2.0)),
        "tower": ("t^(t^2)", lambda t: exp(t * t * log(t))),
        "nested-roots": ("sqrt(t + sqrt(t + sqrt(t)))", lambda t: sqrt(t + sqrt(t + sqrt(t)))),
        "signed-square": ("t*abs(t)", lambda t: t * absolute(t)),
        "max-square": ("max(t, t^2)", lambda t: larger(t, t * t)),
        "min-cube": ("min(t^3, 1 - t)", lambda t: smaller(t * t * t, 1.0 - t)),
        "soft-relu": ("relu(t)^2 + softplus(3 t)", lambda t: relu(t) * relu(t) + softplus(t * 3.0)),
        "fractional": ("t^0.3 - t^(-1.5) + t^(2/3)",
                       lambda t: t ** 0.3 - t ** -1.5 + t ** (2 / 3)),
        "logistic-map": ("3.7 t (1 - t)", lambda t: 3.7 * t * (1.0 - t)),
        "nested": ("tanh(sin(exp(cos(t))))", lambda t: tanh(sin(exp(cos(t))))),
        "sign": ("sign(t)*t^3", lambda t: sign(t) * t * t * t),
    }
    for name, (text, function) in formulas.items():
        yield from cases(f"calculus-{name}", [text], t, "t", function, BOTH)


def extremes():
    kink = {"check": False}
    yield from cases("log-one-minus-sigmoid", ["log(1 - sigmoid(x))", "-softplus(x)"],
                     {"x": [800, -800, 30, -30, 0]}, "x", lambda x: -softplus(x), **kink)
    yield from cases("log-of-exp-quotient", ["log(exp(x) ./ (1 + exp(x)))", "log(sigmoid(x))"],
                     {"x": [800, -800, 3]}, "x", lambda x: -softplus(-x), **kink)
    yield from cases("two-class", ["log(exp(a) + exp(b)) - a"], {"a": 3.5, "b": 4}, "a b",
                     lambda a, b: softplus(b - a), **kink)
    yield from cases("overflow", ["exp(t)"], {"t": 1000}, "t", exp, **kink)
    yield from cases("log-of-negative", ["log(t)"], {"t": -1}, "t", log, **kink)
    yield from cases("logdet-of-negative", ["det(X)"], {"X": [[0, 1], [1, 0]]}, "X", det, BOTH)
    yield from cases("reciprocal-at-zero", ["1/t"], {"t": 0}, "t", lambda t: 1.0 / t, **kink)
    yield from cases("abs-cubed-at-zero", ["sum(abs(x).^3)"], {"x": [0, 1, -2]}, "x",
                     lambda x: total(absolute(x) * absolute(x) * absolute(x)), **kink)
    yield from cases("zero-vector-form", ["x'*A*x", "x^T A x"], {"x": [0, 0, 0], "A": A3}, "x A",
                     lambda x, A: x @ A @ x, BOTH)
    yield from cases("zero-matrix-map", ["sum(exp(A x))"], {"x": x3, "A": [[0, 0, 0]] * 2}, "A x",
                     lambda x, A: total(exp(A @ x)), BOTH)
    yield from cases("many-orders", ["sum(x .* y)"],
                     {"x": [1e12, 1, 1e-12], "y": [1e-12, 1, 1e12]}, "x",
                     lambda x, y: x @ y, **kink)


def all_cases():
    for group in (products, scalars_and_matrices, reductions, calculus, extremes):
        yield from group()
