"""Derivatives inside expressions: grad, jacobian, hessian, nested, then differentiated again."""

from arrays import (cos, diag, exp, eye, inv, logdet, norm2, outer, sigmoid, sin, softmax, tanh,
                    total, trace)
from case import cases, mat, pd, square, vec

BOTH = (1, 2)
QUADRATIC = {"x": vec(3), "A": mat(3, 3)}
LINEAR = {"A": mat(4, 3), "x": vec(3), "b": vec(4, "b")}


def gradients():
    yield from cases("grad-quadratic", ["grad(x'*A*x, x)", "grad(x^T A x, x)", "∇_x (x^T A x)",
                                        "A x + A^T x"], QUADRATIC, "x A",
                     lambda x, A: A @ x + A.T @ x)
    yield from cases("grad-inner", ["b'*grad(x'*A*x, x)", "b^T grad(x^T A x, x)"],
                     {**QUADRATIC, "b": vec(3, "b")}, "x A b",
                     lambda x, A, b: b @ (A @ x + A.T @ x), BOTH)
    yield from cases("grad-norm-squared", ["norm2(grad(x'*A*x, x))^2", "||grad(x^T A x, x)||^2"],
                     QUADRATIC, "x A",
                     lambda x, A: total((A @ x + A.T @ x) * (A @ x + A.T @ x)), BOTH)
    yield from cases("grad-of-norm", ["x'*grad(norm2(x), x)", "x^T grad(||x||, x)"], QUADRATIC, "x",
                     lambda x, A: norm2(x), BOTH)
    yield from cases("grad-least-squares", ["grad(norm2(A*x - b)^2, x)", "grad(||A x - b||^2, x)",
                                            "2 A^T (A x - b)"], LINEAR, "x b A",
                     lambda A, x, b: A.T @ (A @ x - b) * 2.0)
    yield from cases("grad-entrywise", ["grad(sum(sin(x)), x)", "cos(x)"], QUADRATIC, "x",
                     lambda x, A: cos(x), BOTH)
    yield from cases("grad-by-matrix", ["grad(tr(A*X*B), X)", "grad(tr(A X B), X)"],
                     {"A": mat(2, 3), "X": mat(3, 4, "X"), "B": mat(4, 2, "B")}, "A B",
                     lambda A, X, B: A.T @ B.T)
    yield from cases("grad-logdet", ["grad(logdet(X), X)", "X^-T", "grad(log det X, X)"],
                     {"X": square(3, "X")}, "X", lambda X: inv(X).T)
    yield from cases("grad-logdet-form", ["tr(A^T grad(logdet(X), X))"],
                     {"X": square(3, "X"), "A": mat(3, 3)}, "X A",
                     lambda X, A: total(A * inv(X).T), BOTH)
    yield from cases("grad-by-scalar", ["grad(t^3*c, t)", "3 t^2 c"], {"t": 0.7, "c": 1.3}, "t c",
                     lambda t, c: 3 * t * t * c, BOTH)
    yield from cases("grad-softmax", ["grad(logsumexp(x), x)", "softmax(x)"], QUADRATIC, "x",
                     lambda x, A: softmax(x))
    yield from cases("newton-step", ["inv(hessian(x'*A*x, x))*grad(x'*A*x, x)"],
                     {"x": vec(3), "A": square(3, "A")}, "x",
                     lambda x, A: x + 0.0 * (A @ x))
    yield from cases("descent", ["x - t*grad(sum(exp(x)), x)", "x - t exp(x)"],
                     {"x": vec(3), "t": 0.1}, "x t", lambda x, t: x - exp(x) * t)


def jacobians_and_hessians():
    yield from cases("jacobian-linear", ["jacobian(A*x, x)", "jacobian(A x, x)", "A"],
                     {"A": mat(2, 3), "x": vec(3)}, "A x", lambda A, x: A + 0.0 * x[0])
    yield from cases("jacobian-entrywise", ["jacobian(exp(x), x)", "diag(exp(x))"], QUADRATIC, "x",
                     lambda x, A: diag(exp(x)), BOTH)
    yield from cases("jacobian-of-map", ["jacobian(tanh(A*x), x)", "jacobian(tanh(A x), x)",
                                         "diag(1 - tanh(A x).^2) A"], LINEAR, "x",
                     lambda A, x, b: diag(1.0 - tanh(A @ x) * tanh(A @ x)) @ A)
    yield from cases("jacobian-row", ["jacobian(x'*A, x)", "jacobian(x^T A, x)", "A^T"],
                     {"x": vec(3), "A": mat(3, 2)}, "A", lambda x, A: A.T)
    yield from cases("jacobian-of-gradient", ["jacobian(grad(x'*A*x, x), x)", "A + A^T",
                                              "hessian(x^T A x, x)"], QUADRATIC, "A",
                     lambda x, A: A + A.T)
    yield from cases("hessian-form", ["x'*hessian(sum(exp(x)), x)*x", "x^T hessian(sum(exp(x)), x) "
                                      "x", "x^T diag(exp(x)) x"], QUADRATIC, "x",
                     lambda x, A: total(x * x * exp(x)), BOTH)
    yield from cases("hessian-trace", ["tr(hessian(sum(sin(A*x)), x))",
                                       "tr(hessian(sum(sin(A x)), x))"], LINEAR, "x A",
                     lambda A, x, b: -trace(A.T @ (diag(sin(A @ x)) @ A)))
    yield from cases("hessian-logistic", ["hessian(sum(log(1 + exp(A*x))), x)",
                                          "hessian(sum(softplus(A x)), x)",
                                          "A^T diag(sigmoid(A x) .* (1 - sigmoid(A x))) A"],
                     LINEAR, "x", lambda A, x, b:
                     A.T @ (diag(sigmoid(A @ x) * (1.0 - sigmoid(A @ x))) @ A), BOTH)
    yield from cases("hessian-mixed", ["hessian(x'*A*y, x, y)", "hessian(x^T A y, x, y)", "A"],
                     {"x": vec(3), "A": mat(3, 2), "y": vec(2, "y")}, "A", lambda x, A, y: A)
    yield from cases("hessian-logdet", ["logdet(hessian(x^T A x, x))"],
                     {"x": vec(3), "A": pd(3, "A")}, "A", lambda x, A: logdet(A + A.T))
    yield from cases("laplacian", ["tr(hessian(exp(-x'*x), x))"], QUADRATIC, "x",
                     lambda x, A: exp(-(x @ x)) * (4.0 * (x @ x) - 6.0), BOTH)
    yield from cases("third-order", ["jacobian(hessian(sum(x.^3), x)*a, x)", "diag(6 a)"],
                     {"x": vec(3), "a": vec(3, "a")}, "a", lambda x, a: diag(a * 6.0))
    yield from cases("fourth-order", ["grad(grad(grad(grad(t^5, t), t), t), t)", "120 t"],
                     {"t": 0.7}, "t", lambda t: 120 * t)
    yield from cases("implicit-nesting", ["grad(grad(x'*A*x, x)'*a, A)"],
                     {**QUADRATIC, "a": vec(3, "a")}, "x a", lambda x, A, a:
                     outer(a, x) + outer(x, a))
    yield from cases("hessian-of-norm", ["hessian(1/2*norm2(x)^2, x)*x", "x"], QUADRATIC, "x",
                     lambda x, A: x)
    yield from cases("identity-hessian", ["hessian(1/2 x^T x, x) + A"], QUADRATIC, "A",
                     lambda x, A: A + eye(3))


def all_cases():
    for group in (gradients, jacobians_and_hessians):
        yield from group()
