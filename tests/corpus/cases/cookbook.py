"""After "The Matrix Cookbook" (Petersen, Pedersen, 2012), section numbers in the names."""

from arrays import (add_up, det, diag, eye, inv, log, logdet, matrix_power, norm2, outer, sin,
                    square as squares, total, trace)
from case import cases, mat, pd, pos, square, sym, vec

A3, B3, C3 = mat(3, 3, "A"), mat(3, 3, "B"), mat(3, 3, "C")
X3, Y3 = square(3, "X"), square(3, "Y")
TALL, WIDE = mat(4, 2, "tall"), mat(2, 4, "wide")
a3, b3, c3 = vec(3, "a"), vec(3, "b"), vec(3, "c")
BOTH = (1, 2)


def traces():
    yield from cases("2.5-tr", ["tr(X)", "tr X"], {"X": X3}, "X", trace, BOTH)
    yield from cases("2.5-tr-product", ["tr(X*A)", "tr(X A)", "tr(XA)", "tr(A X)"],
                     {"X": TALL, "A": WIDE}, "X A", lambda X, A: trace(X @ A))
    yield from cases("2.5-tr-AXB", ["tr(A*X*B)", "tr(A X B)", "tr(AXB)"],
                     {"A": mat(2, 3), "X": mat(3, 4, "X"), "B": mat(4, 2, "B")}, "X A B",
                     lambda A, X, B: trace(A @ X @ B), BOTH)
    yield from cases("2.5-tr-AXtB", ["tr(A*X'*B)", "tr(A X^T B)", "tr(A Xᵀ B)"],
                     {"A": mat(2, 4), "X": mat(3, 4, "X"), "B": mat(3, 2, "B")}, "X",
                     lambda A, X, B: trace(A @ X.T @ B))
    yield from cases("2.5-tr-XtA", ["tr(X'*A)", "tr(X^T A)", "sum(X .* A)", "<X, A>",
                                    "⟨X, A⟩", "dot(X, A)"],
                     {"X": TALL, "A": mat(4, 2)}, "X A", lambda X, A: total(X * A), BOTH)
    yield from cases("2.5-tr-AXt", ["tr(A*X')", "tr(A X^T)"], {"X": TALL, "A": mat(4, 2)}, "X",
                     lambda X, A: trace(A @ X.T))
    yield from cases("2.5-tr-square", ["tr(X^2)", "tr(X*X)", "tr(X X)", "tr(X²)"], {"X": X3}, "X",
                     lambda X: trace(X @ X), BOTH)
    yield from cases("2.5-tr-XXB", ["tr(X^2*B)", "tr(X^2 B)", "tr(XXB)"], {"X": X3, "B": B3}, "X",
                     lambda X, B: trace(X @ X @ B), BOTH)
    yield from cases("2.5-tr-XtBX", ["tr(X'*B*X)", "tr(X^T B X)", "tr(X^TBX)"],
                     {"X": mat(3, 2, "X"), "B": B3}, "X B", lambda X, B: trace(X.T @ B @ X), BOTH)
    yield from cases("2.5-tr-BXXt", ["tr(B*X*X')", "tr(B X X^T)", "tr(X X^T B)"],
                     {"X": mat(3, 2, "X"), "B": B3}, "X", lambda X, B: trace(B @ X @ X.T))
    yield from cases("2.5-tr-XBXt", ["tr(X*B*X')", "tr(X B X^T)", "tr(B X^T X)"],
                     {"X": mat(2, 3, "X"), "B": B3}, "X", lambda X, B: trace(X @ B @ X.T), BOTH)
    yield from cases("2.5-tr-AXBX", ["tr(A*X*B*X)", "tr(A X B X)", "tr(AXBX)"],
                     {"A": A3, "X": X3, "B": B3}, "X A", lambda A, X, B: trace(A @ X @ B @ X), BOTH)
    yield from cases("2.5-frobenius", ["tr(X'*X)", "tr(X^T X)", "tr(X X^T)", "sum(X.^2)",
                                       "||X||_F^2", "||X||^2", "norm2(X)^2", "‖X‖²",
                                       "sum(square(X))"],
                     {"X": TALL}, "X", lambda X: total(X * X), BOTH)
    yield from cases("2.5-tr-BtXtCXB", ["tr(B'*X'*C*X*B)", "tr(B^T X^T C X B)"],
                     {"B": mat(2, 3, "B"), "X": mat(3, 2, "X"), "C": C3}, "X",
                     lambda B, X, C: trace(B.T @ X.T @ C @ X @ B), BOTH)
    yield from cases("2.5-tr-XtBXC", ["tr(X'*B*X*C)", "tr(X^T B X C)"],
                     {"B": B3, "X": mat(3, 2, "X"), "C": mat(2, 2, "C")}, "X C",
                     lambda B, X, C: trace(X.T @ B @ X @ C))
    yield from cases("2.5-tr-AXBXtC", ["tr(A*X*B*X'*C)", "tr(A X B X^T C)"],
                     {"A": mat(2, 3), "X": mat(3, 2, "X"), "B": mat(2, 2, "B"),
                      "C": mat(3, 2, "C")}, "X", lambda A, X, B, C: trace(A @ X @ B @ X.T @ C))
    yield from cases("2.5-residual", ["tr((A*X*B + C)*(A*X*B + C)')",
                                      "tr((A X B + C)(A X B + C)^T)", "||A X B + C||_F^2",
                                      "sum((A*X*B + C).^2)"],
                     {"A": mat(2, 3), "X": mat(3, 2, "X"), "B": mat(2, 2, "B"),
                      "C": mat(2, 2, "C")}, "X A C",
                     lambda A, X, B, C: total(squares(A @ X @ B + C)), BOTH)
    yield from cases("2.5-cube", ["tr(X^3)", "tr(X*X*X)", "tr(X X X)"], {"X": X3}, "X",
                     lambda X: trace(X @ X @ X), BOTH)
    yield from cases("2.5-power", ["tr(A*X^4)", "tr(A X^4)"], {"A": A3, "X": X3}, "X",
                     lambda A, X: trace(A @ matrix_power(X, 4)))
    yield from cases("2.5-fourth-order", ["tr(B'*X'*C*X*X'*C*X*B)",
                                          "tr(B^T X^T C X X^T C X B)"],
                     {"B": mat(2, 2, "B"), "X": mat(3, 2, "X"), "C": C3}, "X",
                     lambda B, X, C: trace(B.T @ X.T @ C @ X @ X.T @ C @ X @ B))
    yield from cases("2.5-tr-product-of-traces", ["tr(A*X)*tr(B*X)", "tr(A X) tr(B X)"],
                     {"A": A3, "B": B3, "X": X3}, "X",
                     lambda A, B, X: trace(A @ X) * trace(B @ X), BOTH)
    yield from cases("2.5-tr-squared", ["tr(X)^2 - tr(X^2)"], {"X": X3}, "X",
                     lambda X: trace(X) * trace(X) - trace(X @ X), BOTH)


def inverses():
    yield from cases("2.2-aXinvb", ["a'*X^-1*b", "a'*inv(X)*b", "a^T X^-1 b", "a^T X^{-1} b",
                                    "aᵀ X⁻¹ b"], {"a": a3, "X": X3, "b": b3}, "X a b",
                     lambda a, X, b: a @ inv(X) @ b, BOTH)
    yield from cases("2.2-inverse", ["inv(X)", "X^-1", "X⁻¹"], {"X": X3}, "X", inv)
    yield from cases("2.2-inverse-transposed", ["X^-T", "inv(X)'", "inv(X')", "(X^T)^-1",
                                                "(X^-1)^T"], {"X": X3}, "X", lambda X: inv(X).T)
    yield from cases("2.2-AXinvB", ["A*inv(X)*B", "A X^-1 B"],
                     {"A": mat(2, 3), "X": X3, "B": mat(3, 2, "B")}, "X A",
                     lambda A, X, B: A @ inv(X) @ B)
    yield from cases("2.2-det-of-inverse", ["det(X^-1)", "det(inv(X))", "1/det(X)"], {"X": X3},
                     "X", lambda X: det(inv(X)), BOTH)
    yield from cases("2.2-tr-AXinvB", ["tr(A*X^-1*B)", "tr(A X^-1 B)", "tr(A inv(X) B)"],
                     {"A": mat(2, 3), "X": X3, "B": mat(3, 2, "B")}, "X",
                     lambda A, X, B: trace(A @ inv(X) @ B), BOTH)
    yield from cases("2.2-tr-shifted-inverse", ["tr((X + A)^-1)", "tr(inv(X + A))"],
                     {"X": X3, "A": A3}, "X", lambda X, A: trace(inv(X + A)), BOTH)
    yield from cases("2.5-gram-inverse", ["tr((X'*C*X)^-1*A)", "tr((X^T C X)^-1 A)",
                                          "tr(inv(X' C X) A)"],
                     {"X": mat(3, 2, "gx"), "C": pd(3, "C"), "A": mat(2, 2)}, "X A",
                     lambda X, C, A: trace(inv(X.T @ C @ X) @ A))
    yield from cases("2.5-gram-ratio", ["tr((X'*C*X)^-1*(X'*B*X))", "tr((X^T C X)^-1 (X^T B X))"],
                     {"X": mat(3, 2, "gx"), "C": pd(3, "C"), "B": sym(3, "B")}, "X B",
                     lambda X, C, B: trace(inv(X.T @ C @ X) @ (X.T @ B @ X)))
    yield from cases("2.5-gram-ratio-shifted", ["tr((A + X'*C*X)^-1*(X'*B*X))"],
                     {"X": mat(3, 2, "gx"), "C": pd(3, "C"), "B": sym(3, "B"),
                      "A": pd(2, "A")}, "X",
                     lambda X, C, B, A: trace(inv(A + X.T @ C @ X) @ (X.T @ B @ X)))
    yield from cases("inverse-squared", ["tr(X^-2)", "tr(X^-1 X^-1)", "tr(inv(X)*inv(X))"],
                     {"X": X3}, "X", lambda X: trace(inv(X) @ inv(X)))
    yield from cases("inverse-norm", ["||X^-1||_F^2", "sum(inv(X).^2)", "tr(X^-1 X^-T)"],
                     {"X": X3}, "X", lambda X: total(squares(inv(X))), BOTH)
    yield from cases("3.2-woodbury", ["b'*inv(A + C*B*C')*b", "b^T (A + C B C^T)^-1 b"],
                     {"b": b3, "A": pd(3, "A"), "C": mat(3, 2, "C"), "B": pd(2, "B")}, "C B b",
                     lambda b, A, C, B: b @ inv(A + C @ B @ C.T) @ b)
    yield from cases("3.2-rank-one", ["x'*inv(A + x*x')*x", "x^T (A + x x^T)^-1 x"],
                     {"x": b3, "A": pd(3, "A")}, "x A",
                     lambda x, A: x @ inv(A + outer(x, x)) @ x, BOTH)
    yield from cases("inverse-times-vector", ["inv(A)*b", "A^-1 b"], {"A": X3, "b": b3}, "A b",
                     lambda A, b: inv(A) @ b)
    yield from cases("inverse-by-scalar", ["a'*inv(A + t*B)*b", "a^T (A + t B)^-1 b"],
                     {"a": a3, "A": X3, "t": 0.3, "B": B3, "b": b3}, "t",
                     lambda a, A, t, B, b: a @ inv(A + B * t) @ b, BOTH)


def determinants():
    yield from cases("2.1-det", ["det(X)"], {"X": X3}, "X", det, BOTH)
    yield from cases("2.1-det-4", ["det(X)"], {"X": square(4, "X")}, "X", det, BOTH)
    yield from cases("2.1-det-AXB", ["det(A*X*B)", "det(A X B)", "det(A) det(X) det(B)"],
                     {"A": square(3, "A"), "X": X3, "B": square(3, "B")}, "X A",
                     lambda A, X, B: det(A @ X @ B))
    yield from cases("2.1-logdet", ["log(det(X))", "logdet(X)", "log det X", "log det(X)"],
                     {"X": X3}, "X", logdet, BOTH)
    yield from cases("2.1-logdet-gram", ["log(det(X'*X))", "logdet(X^T X)", "log det(X^T X)"],
                     {"X": mat(4, 2, "tall")}, "X", lambda X: logdet(X.T @ X), BOTH)
    yield from cases("2.1-det-gram", ["det(X'*X)", "det(X^T X)"], {"X": mat(4, 2, "tall")}, "X",
                     lambda X: det(X.T @ X))
    yield from cases("2.1-det-XtAX", ["det(X'*A*X)", "det(X^T A X)"],
                     {"X": mat(3, 2, "gx"), "A": square(3, "A")}, "X A",
                     lambda X, A: det(X.T @ A @ X))
    yield from cases("2.1-det-square-XtAX", ["det(X'*A*X)"], {"X": X3, "A": square(3, "A")}, "X",
                     lambda X, A: det(X.T @ A @ X))
    yield from cases("2.1-det-power", ["det(X^2)", "det(X)^2", "det(X X)"], {"X": X3}, "X",
                     lambda X: det(X @ X))
    yield from cases("2.1-logdet-sum", ["logdet(A + B*X*B')", "log det(A + B X B^T)"],
                     {"A": pd(3, "A"), "B": mat(3, 2, "B"), "X": pd(2, "X")}, "X B A",
                     lambda A, B, X: logdet(A + B @ X @ B.T))
    yield from cases("2.1-det-scaled", ["det(t*X)", "det(t X)", "t^3 det(X)"],
                     {"t": 1.3, "X": X3}, "t X", lambda t, X: det(X * t))
    yield from cases("2.1-characteristic", ["det(X - t*I)", "det(X - t I)"], {"X": X3, "t": 0.4},
                     "t X", lambda X, t: det(X - eye(3) * t), BOTH)
    yield from cases("2.1-det-diag", ["det(diag(x))"], {"x": pos(3)}, "x",
                     lambda x: x[0] * x[1] * x[2])
    yield from cases("2.1-logdet-diag-plus", ["logdet(diag(x) + A)", "log det(diag(x) + A)"],
                     {"x": pos(3), "A": pd(3, "A")}, "x A", lambda x, A: logdet(diag(x) + A), BOTH)
    yield from cases("2.1-adjugate", ["det(X)*inv(X)", "det(X) X^-1"], {"X": X3}, "X",
                     lambda X: inv(X) * det(X))
    yield from cases("2.1-logdet-inverse", ["log(det(inv(X)))", "logdet(X^-1)", "-logdet(X)"],
                     {"X": X3}, "X", lambda X: -logdet(X))


def bilinear():
    yield from cases("2.4-linear", ["a'*x", "x'*a", "a^T x", "dot(a, x)", "<a, x>", "sum(a .* x)",
                                    "sum(a ⊙ x)"], {"a": a3, "x": b3}, "x a",
                     lambda a, x: a @ x, BOTH)
    yield from cases("2.4-aXb", ["a'*X*b", "a^T X b", "tr(X b a^T)"],
                     {"a": vec(4, "a"), "X": mat(4, 3, "X"), "b": b3}, "X a b",
                     lambda a, X, b: a @ X @ b, BOTH)
    yield from cases("2.4-aXtb", ["a'*X'*b", "a^T X^T b"],
                     {"a": a3, "X": mat(4, 3, "X"), "b": vec(4, "b")}, "X",
                     lambda a, X, b: a @ X.T @ b)
    yield from cases("2.4-bXXc", ["b'*X'*X*c", "b^T X^T X c", "(X b)^T (X c)"],
                     {"b": b3, "X": mat(4, 3, "X"), "c": c3}, "X b",
                     lambda b, X, c: (X @ b) @ (X @ c), BOTH)
    yield from cases("2.4-quadratic", ["x'*A*x", "x^T A x", "x^TAx", "xᵀ A x", "dot(x, A*x)",
                                       "<x, A x>", "sum(x .* (A x))"],
                     {"x": b3, "A": A3}, "x A", lambda x, A: x @ (A @ x), BOTH)
    yield from cases("2.4-affine-form", ["(B*x + b)'*C*(D*x + d)", "(B x + b)^T C (D x + d)"],
                     {"B": mat(2, 3, "B"), "x": b3, "b": vec(2, "b"), "C": mat(2, 4, "C"),
                      "D": mat(4, 3, "D"), "d": vec(4, "d")}, "x B C",
                     lambda B, x, b, C, D, d: (B @ x + b) @ C @ (D @ x + d), BOTH)
    yield from cases("2.4-XtDX", ["b'*X'*D*X*c", "b^T X^T D X c"],
                     {"b": b3, "X": mat(4, 3, "X"), "D": mat(4, 4, "D"), "c": c3}, "X D",
                     lambda b, X, D, c: (X @ b) @ (D @ (X @ c)))
    yield from cases("2.4-Xbc", ["(X*b + c)'*D*(X*b + c)", "(X b + c)^T D (X b + c)"],
                     {"X": mat(4, 3, "X"), "b": b3, "c": vec(4, "c"), "D": mat(4, 4, "D")},
                     "X b", lambda X, b, c, D: (X @ b + c) @ D @ (X @ b + c))
    yield from cases("2.4-weighted", ["(x - A*s)'*W*(x - A*s)", "(x - A s)^T W (x - A s)"],
                     {"x": vec(4, "x"), "A": mat(4, 3), "s": b3, "W": sym(4, "W")}, "s x A W",
                     lambda x, A, s, W: (x - A @ s) @ W @ (x - A @ s), BOTH)
    yield from cases("2.4-power-form", ["a'*X^3*b", "a^T X^3 b", "a^T X X X b"],
                     {"a": a3, "X": X3, "b": b3}, "X", lambda a, X, b: a @ X @ X @ X @ b, BOTH)
    yield from cases("2.4-linear-map", ["A*x", "A x", "Ax"], {"A": mat(2, 3), "x": b3}, "x A",
                     lambda A, x: A @ x, BOTH)
    yield from cases("2.4-left-map", ["A'*x", "A^T x"], {"A": mat(2, 3), "x": vec(2)}, "x A",
                     lambda A, x: A.T @ x)
    yield from cases("2.4-squared-form", ["(x'*A*x)^2", "(x^T A x)^2", "x^T A x x^T A x"],
                     {"x": b3, "A": A3}, "x", lambda x, A: (x @ A @ x) * (x @ A @ x), BOTH)
    yield from cases("2.4-outer-form", ["tr(A*x*x')", "tr(A x x^T)", "x' A x"],
                     {"x": b3, "A": A3}, "x A", lambda x, A: x @ A @ x)


def norms():
    yield from cases("2.6-distance", ["norm2(x - a)", "||x - a||", "||x - a||_2", "‖x - a‖",
                                      "sqrt((x - a)'*(x - a))", "sqrt(sum((x - a).^2))"],
                     {"x": b3, "a": a3}, "x", lambda x, a: norm2(x - a), BOTH)
    yield from cases("2.6-direction", ["(x - a)/norm2(x - a)", "(x - a)/||x - a||"],
                     {"x": b3, "a": a3}, "x", lambda x, a: (x - a) / norm2(x - a), BOTH)
    yield from cases("2.6-squared", ["norm2(x)^2", "||x||^2", "||x||_2^2", "x'*x", "x^T x", "x'x",
                                     "sum(x.^2)", "‖x‖²", "dot(x, x)", "sum(square(x))"],
                     {"x": b3}, "x", lambda x: x @ x, BOTH)
    yield from cases("2.7-frobenius", ["||X||_F", "norm2(X)", "||X||", "sqrt(tr(X'*X))",
                                       "sqrt(tr(X^T X))", "sqrt(sum(X.^2))"],
                     {"X": TALL}, "X", norm2, BOTH)
    yield from cases("2.7-distance", ["||A*X - B||_F^2", "||A X - B||^2",
                                      "tr((A X - B)^T (A X - B))"],
                     {"A": mat(4, 3), "X": mat(3, 2, "X"), "B": mat(4, 2, "B")}, "X A B",
                     lambda A, X, B: total(squares(A @ X - B)), BOTH)
    yield from cases("norm-cubed", ["norm2(x)^3", "||x||^3"], {"x": b3}, "x",
                     lambda x: norm2(x) * norm2(x) * norm2(x), BOTH)
    yield from cases("log-norm", ["log(norm2(x))", "log(||x||)", "1/2 log(x^T x)"], {"x": b3}, "x",
                     lambda x: log(norm2(x)), BOTH)
    yield from cases("inverse-distance", ["1/norm2(x - y)", "1/||x - y||"], {"x": b3, "y": a3},
                     "x y", lambda x, y: 1.0 / norm2(x - y), BOTH)


def others():
    yield from cases("sum-of-form", ["sum(A*x)", "sum(A x)", "ones(2)^T A x"],
                     {"A": mat(2, 3), "x": b3}, "x A", lambda A, x: total(A @ x), BOTH)
    yield from cases("quotient", ["x'*A*x/(x'*B*x)", "(x^T A x)/(x^T B x)", "x^T A x / (x^T B x)"],
                     {"x": b3, "A": A3, "B": pd(3, "B")}, "x A B",
                     lambda x, A, B: (x @ A @ x) / (x @ B @ x), BOTH)
    yield from cases("sine-form", ["sin(x'*A*x)", "sin(x^T A x)"], {"x": b3, "A": A3}, "x A",
                     lambda x, A: sin(x @ A @ x), BOTH)
    yield from cases("gram", ["X'*X", "X^T X"], {"X": mat(3, 2, "X")}, "X", lambda X: X.T @ X)
    yield from cases("square-matrix", ["X^2", "X*X", "X X"], {"X": X3}, "X", lambda X: X @ X)
    yield from cases("cube-matrix", ["X^3", "X X X"], {"X": square(2, "X")}, "X",
                     lambda X: X @ X @ X)
    yield from cases("sandwich", ["A*X*B", "A X B", "AXB"],
                     {"A": mat(2, 3), "X": mat(3, 2, "X"), "B": mat(2, 3, "B")}, "X A B",
                     lambda A, X, B: A @ X @ B)
    yield from cases("hadamard-product", ["(A .* X)*B", "(A ⊙ X) B"],
                     {"A": mat(2, 3), "X": mat(2, 3, "X"), "B": mat(3, 2, "B")}, "X",
                     lambda A, X, B: (A * X) @ B)
    yield from cases("hadamard-form", ["x'*(A .* B)*y", "x^T (A .* B) y",
                                       "tr(diag(x) A diag(y) B^T)"],
                     {"x": a3, "A": A3, "B": B3, "y": b3}, "x A B y",
                     lambda x, A, B, y: x @ (A * B) @ y)
    yield from cases("commutator", ["tr((A*X - X*A)*B)", "tr((A X - X A) B)"],
                     {"A": A3, "X": X3, "B": B3}, "X A",
                     lambda A, X, B: trace((A @ X - X @ A) @ B))
    yield from cases("triple-sum", ["x'*A*y + y'*B*x + x'*x", "x^T A y + y^T B x + x^T x"],
                     {"x": a3, "A": A3, "y": b3, "B": B3}, "x y",
                     lambda x, A, y, B: add_up([x @ A @ y, y @ B @ x, x @ x]), BOTH)


def all_cases():
    for group in (traces, inverses, determinants, bilinear, norms, others):
        yield from group()
