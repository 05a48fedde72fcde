"""The entrywise functions: on scalars, vectors and matrices, composed, under reductions."""

import jets
from arrays import (absolute, cos, erf, exp, larger, log, mean, outer, powers, relu, sigmoid, sign,
                    sin, smaller, softplus, sqrt, square, tan, tanh, total)
from case import cases, mat, pos, posmat, vec

BOTH = (1, 2)

# name: (function, needs a positive argument, has a second derivative worth testing)
FUNCTIONS = {
    "exp": (exp, False, True), "log": (log, True, True), "sqrt": (sqrt, True, True),
    "abs": (absolute, False, False), "sign": (sign, False, False), "sin": (sin, False, True),
    "cos": (cos, False, True), "tan": (tan, False, True), "tanh": (tanh, False, True),
    "sigmoid": (sigmoid, False, True), "softplus": (softplus, False, True),
    "relu": (relu, False, False), "erf": (erf, False, True), "square": (square, False, True),
}


def each_function():
    for name, (f, positive, twice) in FUNCTIONS.items():
        orders = BOTH if twice else (1,)
        x = pos(4) if positive else vec(4)
        yield from cases(f"{name}-scalar", [f"{name}(t)", f"{name} t"],
                         {"t": 0.7 if positive else -0.7}, "t", f, orders)
        yield from cases(f"{name}-vector", [f"{name}(x)"], {"x": x}, "x", f, orders)
        yield from cases(f"{name}-matrix", [f"sum({name}(X))", f"ones(2)^T {name}(X) ones(3)"],
                         {"X": posmat(2, 3) if positive else mat(2, 3, "X")}, "X",
                         lambda X, f=f: total(f(X)), orders)
        yield from cases(f"{name}-inner", [f"a'*{name}(x)", f"a^T {name}(x)",
                                         f"sum(a .* {name}(x))"],
                         {"a": vec(4, "a"), "x": x}, "x", lambda a, x, f=f: a @ f(x), orders)
        if not positive:
            yield from cases(f"{name}-affine", [f"sum({name}(A*x + b))", f"sum({name}(A x + b))"],
                             {"A": mat(4, 3), "x": vec(3), "b": vec(4, "b")}, "x A",
                             lambda A, x, b, f=f: total(f(A @ x + b)), orders)


def powers_and_quotients():
    yield from cases("square-power", ["x.^2", "x .* x", "square(x)"], {"x": vec(3)}, "x",
                     lambda x: x * x, BOTH)
    yield from cases("cube-power", ["sum(x.^3)", "sum(x .* x .* x)"], {"x": vec(3)}, "x",
                     lambda x: total(x * x * x), BOTH)
    yield from cases("root-power", ["sum(x.^0.5)", "sum(sqrt(x))", "sum(x.^(1/2))"],
                     {"x": pos(3)}, "x", lambda x: total(sqrt(x)), BOTH)
    yield from cases("negative-power", ["sum(x.^(-2))", "sum(1 ./ x.^2)", "sum(1./x./x)"],
                     {"x": vec(3)}, "x", lambda x: total(1.0 / (x * x)), BOTH)
    yield from cases("real-power", ["sum(x.^1.7)", "sum(pow(x, 1.7))"], {"x": pos(3)}, "x",
                     lambda x: total(x ** 1.7), BOTH)
    yield from cases("vector-power", ["x.^y", "pow(x, y)"], {"x": pos(3), "y": vec(3, "y")}, "x y",
                     lambda x, y: powers(x, y))
    yield from cases("vector-power-sum", ["sum(x.^y)"], {"x": pos(3), "y": vec(3, "y")}, "x y",
                     lambda x, y: total(powers(x, y)), BOTH)
    yield from cases("scalar-base", ["sum(2.^x)", "sum(exp(x log(2)))"], {"x": vec(3)}, "x",
                     lambda x: total(exp(x * 0.6931471805599453)), BOTH)
    yield from cases("scalar-power", ["t^3 - 2*t^2 + t", "t (t - 1)^2"], {"t": 1.7}, "t",
                     lambda t: t * (t - 1) * (t - 1), BOTH)
    yield from cases("scalar-to-scalar", ["t^c", "exp(c log(t))"], {"t": 1.7, "c": 0.6}, "t c",
                     lambda t, c: exp(c * log(t)), BOTH)
    yield from cases("self-power", ["t^t"], {"t": 1.3}, "t", lambda t: exp(t * log(t)), BOTH)
    yield from cases("reciprocal", ["1 ./ x", "1./x", "x.^(-1)"], {"x": vec(3)}, "x",
                     lambda x: 1.0 / x, BOTH)
    yield from cases("quotient", ["x ./ y", "x ⊘ y", "x .* y.^(-1)"],
                     {"x": vec(3), "y": pos(3, "y")}, "x y", lambda x, y: x / y, BOTH)
    yield from cases("hadamard", ["x .* y", "x ⊙ y", "diag(x) y", "diag(x)*y"],
                     {"x": vec(3), "y": vec(3, "y")}, "x y", lambda x, y: x * y, BOTH)
    yield from cases("matrix-hadamard", ["sum(A .* A .* B)"], {"A": mat(2, 3), "B": mat(2, 3, "B")},
                     "A B", lambda A, B: total(A * A * B), BOTH)
    yield from cases("matrix-quotient", ["sum(A ./ B)"], {"A": mat(2, 3), "B": posmat(2, 3, "B")},
                     "A B", lambda A, B: total(A / B), BOTH)
    yield from cases("scale", ["t*x", "t x", "x t"], {"t": 0.3, "x": vec(3)}, "t x",
                     lambda t, x: x * t, BOTH)
    yield from cases("divide", ["x/t", "x / t", "1/t x"], {"t": 0.3, "x": vec(3)}, "t x",
                     lambda t, x: x / t, BOTH)
    yield from cases("shift", ["sum((X + t).^2)"], {"t": 0.3, "X": mat(2, 3, "X")}, "t X",
                     lambda t, X: total(square(X + t)), BOTH)
    yield from cases("minus", ["-x", "-1*x", "0 - x"], {"x": vec(3)}, "x", lambda x: -x)


def compositions():
    x, y = {"x": vec(3)}, {"x": vec(3), "y": vec(3, "y")}
    yield from cases("exp-exp", ["sum(exp(exp(x)))"], x, "x", lambda x: total(exp(exp(x))), BOTH)
    yield from cases("exp-product", ["exp(x'*y)", "exp(x^T y)"], y, "x",
                     lambda x, y: exp(x @ y), BOTH)
    yield from cases("log-sum-squares", ["log(1 + x'*x)", "log(1 + ||x||^2)"], x, "x",
                     lambda x: log(x @ x + 1.0), BOTH)
    yield from cases("log-of-exp", ["sum(log(exp(x) + exp(y)))"], y, "x y",
                     lambda x, y: total(log(exp(x) + exp(y))), BOTH)
    yield from cases("sin-cos", ["sum(sin(x) .* cos(y))"], y, "x y",
                     lambda x, y: total(sin(x) * cos(y)), BOTH)
    yield from cases("damped-wave", ["sum(exp(a .* x) .* sin(x) + log(1 + x.^2))"],
                     {"a": vec(3, "a"), "x": vec(3)}, "x a",
                     lambda a, x: total(exp(a * x) * sin(x) + log(x * x + 1.0)), BOTH)
    yield from cases("sine-squared", ["sin(t)^2", "sin^2 t", "sin^2(t)"], {"t": 0.6}, "t",
                     lambda t: sin(t) * sin(t), BOTH)
    yield from cases("pythagoras", ["sum(sin(x).^2 + cos(x).^2)"], x, "x",
                     lambda x: total(sin(x) * sin(x) + cos(x) * cos(x)), BOTH)
    yield from cases("tangent-quotient", ["sum(sin(x) ./ cos(x))", "sum(tan(x))"], x, "x",
                     lambda x: total(tan(x)), BOTH)
    yield from cases("sigmoid-quotient", ["sum(1 ./ (1 + exp(-x)))", "sum(sigmoid(x))",
                                          "sum(exp(x) ./ (1 + exp(x)))"], x, "x",
                     lambda x: total(sigmoid(x)), BOTH)
    yield from cases("sigmoid-logit", ["sum(log(sigmoid(x) ./ (1 - sigmoid(x))))"], x, "x",
                     total, BOTH)
    yield from cases("tanh-quotient", ["sum((exp(x) - exp(-x)) ./ (exp(x) + exp(-x)))",
                                       "sum(tanh(x))"], x, "x", lambda x: total(tanh(x)), BOTH)
    yield from cases("bump", ["sum(exp(-x.^2/2))", "sum(exp(-(x.^2)/2))"], x, "x",
                     lambda x: total(exp(-(x * x) / 2)), BOTH)
    yield from cases("nested-softplus", ["sum(softplus(softplus(x)))"], x, "x",
                     lambda x: total(softplus(softplus(x))), BOTH)
    yield from cases("nested-tanh", ["tanh(tanh(tanh(x)))"], x, "x",
                     lambda x: tanh(tanh(tanh(x))))
    yield from cases("abs-product", ["sum(abs(x) .* x)", "sum(|x| .* x)"], x, "x",
                     lambda x: total(absolute(x) * x))
    yield from cases("abs-bars", ["|t|", "abs(t)"], {"t": -1.2}, "t", absolute)
    yield from cases("sign-times", ["sum(sign(x) .* x.^2)"], x, "x",
                     lambda x: total(sign(x) * x * x))
    yield from cases("sqrt-of-square", ["sum(sqrt(x.^2))", "sum(abs(x))"], x, "x",
                     lambda x: total(absolute(x)))
    yield from cases("exp-of-log", ["sum(exp(log(p)))", "sum(p)"], {"p": pos(3)}, "p",
                     lambda p: total(p), BOTH)
    yield from cases("matrix-functions", ["tr(exp(X)*sin(X'))", "sum(exp(X) .* sin(X))"],
                     {"X": mat(2, 3, "X")}, "X", lambda X: total(exp(X) * sin(X)), BOTH)
    yield from cases("outer-function", ["sum(exp(x*y'))", "sum(exp(x y^T))"], y, "x y",
                     lambda x, y: total(exp(outer(x, y))), BOTH)
    yield from cases("outer-matrix", ["tanh(x*y')", "tanh(x y^T)"], y, "x",
                     lambda x, y: tanh(outer(x, y)))
    yield from cases("erf-difference", ["sum(erf(x) - erf(y))"], y, "x y",
                     lambda x, y: total(erf(x) - erf(y)), BOTH)
    yield from cases("root-of-mean", ["sqrt(mean(x.^2))"], x, "x",
                     lambda x: jets.sqrt(mean(x * x)), BOTH)
    yield from cases("function-of-mean", ["tanh(mean(x)) + log(1 + mean(x)^2)"], x, "x",
                     lambda x: tanh(mean(x)) + log(mean(x) * mean(x) + 1.0), BOTH)


def choices():
    data = {"x": vec(4), "y": vec(4, "y")}
    yield from cases("max-two", ["sum(max(x, y))"], data, "x y", lambda x, y: total(larger(x, y)))
    yield from cases("min-two", ["sum(min(x, y))"], data, "x y", lambda x, y: total(smaller(x, y)))
    yield from cases("max-number", ["max(x, 0.3)", "max(0.3, x)"], data, "x",
                     lambda x, y: larger(x, 0.3))
    yield from cases("relu-as-max", ["max(x, 0)", "max(0, x)", "relu(x)"], data, "x",
                     lambda x, y: relu(x))
    yield from cases("min-zero", ["min(x, 0)", "-relu(-x)"], data, "x", lambda x, y: -relu(-x))
    yield from cases("max-of-squares", ["sum(max(x.^2, y))"], data, "x y",
                     lambda x, y: total(larger(x * x, y)), BOTH)
    yield from cases("relu-squared", ["sum(relu(x).^2)"], data, "x",
                     lambda x, y: total(relu(x) * relu(x)), BOTH)
    yield from cases("relu-exp", ["sum(relu(x) .* exp(x))"], data, "x",
                     lambda x, y: total(relu(x) * exp(x)), BOTH)


def all_cases():
    for group in (each_function, powers_and_quotients, compositions, choices):
        yield from group()
