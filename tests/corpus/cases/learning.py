"""Losses, likelihoods and layers from the machine-learning literature."""

import math

from arrays import (absolute, across, add_up, det, diag, down, erf, exp, eye, inv, larger, log,
                    log_softmax, logdet, logsumexp, matrix, max_of, mean, norm1, norm2, ones,
                    outer, relu, rows_of, sigmoid, sin, smaller, softmax, softmax_rows, softplus,
                    sqrt, square as squares, tanh, total, trace, vector)
from case import cases, mat, pd, pos, posmat, simplex, square, sym, vec

X53, X4 = mat(5, 3, "X"), mat(4, 4, "X")
w3, y5, b5 = vec(3, "w"), vec(5, "y"), vec(5, "b")
LABELS = [1, -1, 1, 1, -1]
BITS = [1, 0, 0, 1, 1]
COUNTS = [2, 0, 1, 3, 1]
ROWS = {"X": X53, "w": w3, "y": y5}
BOTH = (1, 2)


def regression():
    yield from cases("least-squares", ["(X*w - y)'*(X*w - y)", "||X w - y||^2", "||Xw - y||_2^2",
                                       "sum((X*w - y).^2)", "norm2(X*w - y)^2", "‖X w − y‖²",
                                       "(X w - y)^T (X w - y)"], ROWS, "w X y",
                     lambda X, w, y: total(squares(X @ w - y)), BOTH)
    yield from cases("ridge", ["norm2(X*w - y)^2 + c*norm2(w)^2", "||X w - y||^2 + c ||w||^2",
                               "1/2 ||X w - y||^2 + c w^T w + 1/2 ||X w - y||^2"],
                     {**ROWS, "c": 0.7}, "w c",
                     lambda X, w, y, c: total(squares(X @ w - y)) + c * (w @ w), BOTH)
    yield from cases("mean-squared-error", ["mean((X*w - y).^2)", "1/5 ||X w - y||^2",
                                            "sum(square(X w - y))/5"], ROWS, "w X",
                     lambda X, w, y: mean(squares(X @ w - y)), BOTH)
    yield from cases("weighted", ["sum(p .* (X*w - y).^2)", "(X w - y)^T diag(p) (X w - y)"],
                     {**ROWS, "p": pos(5)}, "w p X",
                     lambda X, w, y, p: total(p * squares(X @ w - y)), BOTH)
    yield from cases("generalised", ["(y - X*w)'*inv(S)*(y - X*w)", "(y - X w)^T S^-1 (y - X w)"],
                     {**ROWS, "S": pd(5, "S")}, "w y", lambda X, w, y, S:
                     (y - X @ w) @ inv(S) @ (y - X @ w), BOTH)
    yield from cases("normal-equations", ["inv(X'*X)*X'*y", "(X^T X)^-1 X^T y"],
                     {"X": X53, "y": y5}, "X y", lambda X, y: inv(X.T @ X) @ (X.T @ y))
    yield from cases("ridge-solution", ["inv(X'*X + c*I)*X'*y", "(X^T X + c I)^-1 X^T y"],
                     {"X": X53, "y": y5, "c": 0.5}, "c y X",
                     lambda X, y, c: inv(X.T @ X + eye(3) * c) @ (X.T @ y))
    yield from cases("lasso", ["norm2(X*w - y)^2/2 + c*norm1(w)", "1/2 ||X w - y||^2 + c ||w||_1",
                               "1/2 ||X w - y||^2 + c sum(abs(w))"], {**ROWS, "c": 0.3}, "w c",
                     lambda X, w, y, c: total(squares(X @ w - y)) / 2 + norm1(w) * c)
    yield from cases("elastic-net", ["norm2(X*w - y)^2 + a*norm1(w) + b*norm2(w)^2",
                                     "||X w - y||^2 + a ||w||_1 + b ||w||^2"],
                     {**ROWS, "a": 0.3, "b": 0.2}, "w",
                     lambda X, w, y, a, b: total(squares(X @ w - y)) + norm1(w) * a + (w @ w) * b)
    yield from cases("smooth-lasso", ["sum(sqrt(w.^2 + c))"], {"w": w3, "c": 0.01}, "w c",
                     lambda w, c: total(sqrt(w * w + c)), BOTH)
    yield from cases("absolute-loss", ["norm1(X*w - y)", "||X w - y||_1", "sum(abs(X w - y))"],
                     ROWS, "w", lambda X, w, y: norm1(X @ w - y))
    yield from cases("largest-residual", ["||X w - y||_inf", "max(abs(X w - y))"], ROWS, "w",
                     lambda X, w, y: max_of(absolute(X @ w - y)))
    yield from cases("pseudo-huber", ["sum(sqrt(1 + (X*w - y).^2) - 1)",
                                      "sum(sqrt(1 + (X w - y).^2)) - 5"], ROWS, "w",
                     lambda X, w, y: total(sqrt(squares(X @ w - y) + 1.0) - 1.0), BOTH)
    yield from cases("cauchy-loss", ["sum(log(1 + (X*w - y).^2))"], ROWS, "w",
                     lambda X, w, y: total(log(squares(X @ w - y) + 1.0)), BOTH)
    yield from cases("quantile", ["sum(max(t*(y - X*w), (t - 1)*(y - X*w)))"], {**ROWS, "t": 0.3},
                     "w", lambda X, w, y, t: total(larger((y - X @ w) * t, (y - X @ w) * (t - 1))))
    yield from cases("bias", ["sum((X*w + b*ones(5) - y).^2)", "||X w + b ones(5) - y||^2"],
                     {**ROWS, "b": 0.4}, "b w",
                     lambda X, w, y, b: total(squares(X @ w + ones(5) * b - y)), BOTH)
    yield from cases("scalar-bias", ["sum((X*w + b - y).^2)", "||X w + b - y||^2"],
                     {**ROWS, "b": 0.4}, "b w",
                     lambda X, w, y, b: total(squares(X @ w + b - y)), BOTH)
    yield from cases("multi-output", ["||X*W - Y||_F^2 + c*||W||_F^2", "sum((X W - Y).^2) "
                                      "+ c sum(W.^2)", "tr((X W - Y)^T (X W - Y)) + c tr(W^T W)"],
                     {"X": X53, "W": mat(3, 2, "W"), "Y": mat(5, 2, "Y"), "c": 0.1}, "W Y",
                     lambda X, W, Y, c: total(squares(X @ W - Y)) + total(W * W) * c, BOTH)


def classification():
    labels = {"X": X53, "w": w3, "y": LABELS}

    def margin(X, w, y):
        return y * (X @ w)
    yield from cases("logistic", ["sum(log(1 + exp(-y .* (X*w))))", "sum(softplus(-y .* (X w)))",
                                  "sum(log(1 + exp(-(y .* (X w)))))",
                                  "-sum(log(sigmoid(y .* (X w))))", "ones(5)^T log(1 + "
                                  "exp(-y ⊙ (X w)))"], labels, "w X",
                     lambda X, w, y: total(softplus(-margin(X, w, y))), BOTH)
    yield from cases("logistic-mean", ["mean(log(1 + exp(-y .* (X*w)))) + c/2*norm2(w)^2",
                                       "1/5 sum(log(1 + exp(-y .* (X w)))) + c/2 ||w||^2"],
                     {**labels, "c": 0.2}, "w",
                     lambda X, w, y, c: mean(softplus(-margin(X, w, y))) + (w @ w) * (c / 2), BOTH)
    yield from cases("logistic-bits", ["sum(log(1 + exp(X*w)) - y .* (X*w))",
                                       "sum(softplus(X w)) - y^T X w",
                                       "-sum(y .* log(sigmoid(X w)) + (1 - y) .* "
                                       "log(1 - sigmoid(X w)))"], {**labels, "y": BITS}, "w",
                     lambda X, w, y: total(softplus(X @ w)) - y @ (X @ w), BOTH)
    yield from cases("sigmoid-squared-error", ["norm2(sigmoid(X*w) - y)^2",
                                               "||sigmoid(X w) - y||^2"], labels, "w",
                     lambda X, w, y: total(squares(sigmoid(X @ w) - y)), BOTH)
    yield from cases("hinge", ["sum(max(1 - y .* (X*w), 0))", "sum(relu(1 - y .* (X w)))",
                               "sum(max(0, 1 - y .* (X w)))"], labels, "w",
                     lambda X, w, y: total(relu(1.0 - margin(X, w, y))))
    yield from cases("squared-hinge", ["sum(relu(1 - y .* (X*w)).^2)",
                                       "sum(max(1 - y .* (X w), 0).^2)",
                                       "||relu(1 - y .* (X w))||^2"], labels, "w",
                     lambda X, w, y: total(squares(relu(1.0 - margin(X, w, y)))), BOTH)
    yield from cases("exponential-loss", ["sum(exp(-y .* (X*w)))"], labels, "w",
                     lambda X, w, y: total(exp(-margin(X, w, y))), BOTH)
    yield from cases("savage", ["sum(1 ./ (1 + exp(y .* (X*w))).^2)"], labels, "w",
                     lambda X, w, y: total(1.0 / squares(exp(margin(X, w, y)) + 1.0)), BOTH)
    yield from cases("tangent-loss", ["sum(tanh(1 - y .* (X w)).^2)"], labels, "w",
                     lambda X, w, y: total(squares(tanh(1.0 - margin(X, w, y)))), BOTH)
    yield from cases("probit", ["-sum(log(1/2 + 1/2*erf(y .* (X*w)/sqrt(2))))",
                                "-sum(log((1 + erf(y .* (X w)/sqrt(2)))/2))"], labels, "w",
                     lambda X, w, y: -total(log(erf(margin(X, w, y) / math.sqrt(2)) / 2 + 0.5)),
                     BOTH)
    z4 = {"z": vec(4, "z"), "y": vec(4, "t")}
    yield from cases("cross-entropy", ["-y'*log(softmax(z))", "-y^T log(softmax(z))",
                                       "-sum(y .* log(softmax(z)))",
                                       "sum(y) log(sum(exp(z))) - y^T z",
                                       "sum(y)*logsumexp(z) - y'*z"], z4, "z y",
                     lambda z, y: -(y @ log_softmax(z)), BOTH)
    yield from cases("cross-entropy-simplex", ["-sum(y .* log(softmax(z)))", "logsumexp(z) - y^T z",
                                               "log(sum(exp(z))) - y'*z"],
                     {"z": vec(4, "z"), "y": simplex(4)}, "z", lambda z, y: -(y @ log_softmax(z)),
                     BOTH, declare=["y[n] simplex"])
    yield from cases("softmax-layer", ["-y'*log(softmax(W*x + b))", "-y^T log(softmax(W x + b))",
                                       "sum(y) logsumexp(W x + b) - y^T (W x + b)"],
                     {"W": mat(4, 3, "W"), "x": w3, "b": vec(4, "b"), "y": simplex(4)}, "W x b",
                     lambda W, x, b, y: -(y @ log_softmax(W @ x + b)), BOTH)
    yield from cases("softmax-rows", ["-sum(Y .* log(softmax(X*W, 2)))",
                                      "-sum(Y .* log(softmax(X W, axis=2)))"],
                     {"X": X53, "W": mat(3, 2, "W"), "Y": posmat(5, 2, "Y")}, "W",
                     lambda X, W, Y: -total(Y * log(softmax_rows(X @ W))), BOTH)
    yield from cases("softmax-regression", ["sum(logsumexp(X*W, 2)) - sum(Y .* (X*W))",
                                            "sum(logsumexp(X W, axis=2)) - <Y, X W>"],
                     {"X": X53, "W": mat(3, 2, "W"), "Y": posmat(5, 2, "Y")}, "W X",
                     lambda X, W, Y: total(across(logsumexp, X @ W)) - total(Y * (X @ W)), BOTH)
    yield from cases("focal", ["-sum((1 - sigmoid(X*w)).^2 .* log(sigmoid(X*w)))"],
                     {"X": X53, "w": w3}, "w", lambda X, w:
                     -total(squares(1.0 - sigmoid(X @ w)) * log(sigmoid(X @ w))), BOTH)
    yield from cases("ranking", ["sum(log(1 + exp(X*(w - u))))", "sum(softplus(X (w - u)))"],
                     {"X": X53, "w": w3, "u": vec(3, "u")}, "w u",
                     lambda X, w, u: total(softplus(X @ (w - u))), BOTH)
    yield from cases("triplet", ["relu(norm2(x - y)^2 - norm2(x - z)^2 + 1)",
                                 "max(||x - y||^2 - ||x - z||^2 + 1, 0)"],
                     {"x": w3, "y": vec(3, "y"), "z": vec(3, "z")}, "x y", lambda x, y, z:
                     relu(total(squares(x - y)) - total(squares(x - z)) + 1.0))


def likelihoods():
    counts = {"X": X53, "w": w3, "y": COUNTS}
    yield from cases("poisson", ["sum(exp(X*w)) - y'*X*w", "sum(exp(X w) - y .* (X w))",
                                 "ones(5)^T exp(X w) - y^T X w"], counts, "w X",
                     lambda X, w, y: total(exp(X @ w)) - y @ (X @ w), BOTH)
    yield from cases("gamma-regression", ["sum(y .* exp(-X*w) + X*w)"], {**counts, "y": pos(5)},
                     "w", lambda X, w, y: total(y * exp(-(X @ w)) + X @ w), BOTH)
    yield from cases("student", ["(v + 1)/2*sum(log(1 + (x - m).^2/(v*s^2)))"],
                     {"v": 3.0, "x": vec(4), "m": 0.2, "s": 1.1}, "m s v x", lambda v, x, m, s:
                     total(log(squares(x - m) / (v * s * s) + 1.0)) * ((v + 1) / 2), BOTH)
    gauss = {"x": w3, "mu": vec(3, "mu"), "Sigma": pd(3, "Sigma")}

    def gaussian(x, mu, Sigma):
        return (x - mu) @ inv(Sigma) @ (x - mu) / 2 + logdet(Sigma) / 2
    yield from cases("gaussian", ["1/2*(x - mu)'*inv(Sigma)*(x - mu) + 1/2*log(det(Sigma))",
                                  "1/2 (x - mu)^T Sigma^-1 (x - mu) + 1/2 log det Sigma"], gauss,
                     "x mu Sigma", gaussian, BOTH)
    yield from cases("gaussian-symmetric", ["1/2 (x - mu)^T Sigma^-1 (x - mu) + 1/2 logdet(Sigma)"],
                     gauss, "Sigma", gaussian, BOTH, declare=["Sigma[n,n] symmetric"],
                     project="symmetric")
    yield from cases("gaussian-pd", ["1/2 (x - mu)^T Sigma^-1 (x - mu) + 1/2 logdet(Sigma)"],
                     gauss, "Sigma x", gaussian, declare=["Sigma[n,n]"])
    yield from cases("gaussian-density",
                     ["exp(-1/2*(x - mu)'*inv(Sigma)*(x - mu))/sqrt(det(Sigma))"],
                     gauss, "x mu", lambda x, mu, Sigma:
                     exp(-(x - mu) @ inv(Sigma) @ (x - mu) / 2) * (1 / math.sqrt(det(Sigma))), BOTH)
    yield from cases("precision", ["tr(S*P) - log(det(P))", "tr(S P) - logdet(P)",
                                   "tr(S P) - log det P"], {"S": pd(3, "S"), "P": pd(3, "P")},
                     "P S", lambda S, P: trace(S @ P) - logdet(P), BOTH)
    yield from cases("graphical-lasso", ["tr(S P) - logdet(P) + c sum(abs(P))"],
                     {"S": pd(3, "S"), "P": pd(3, "P"), "c": 0.1}, "P", lambda S, P, c:
                     trace(S @ P) - logdet(P) + norm1(P) * c, declare=["P[n,n] pd"],
                     project="symmetric")
    yield from cases("wishart", ["a*log(det(X)) - 1/2*tr(inv(V)*X)"],
                     {"a": 1.5, "X": pd(3, "X"), "V": pd(3, "V")}, "X V", lambda a, X, V:
                     logdet(X) * a - trace(inv(V) @ X) / 2)
    kernel = {"K": pd(4, "K"), "y": vec(4, "y"), "s": 0.6}
    yield from cases("gaussian-process", ["1/2*y'*inv(K + s*I)*y + 1/2*log(det(K + s*I))",
                                          "1/2 y^T (K + s I)^-1 y + 1/2 logdet(K + s I)"], kernel,
                     "s y K", lambda K, y, s:
                     y @ inv(K + eye(4) * s) @ y / 2 + logdet(K + eye(4) * s) / 2, (1,))
    yield from cases("factor-analysis", ["logdet(L L^T + diag(p)) + tr((L L^T + diag(p))^-1 S)"],
                     {"L": mat(3, 2, "L"), "p": pos(3), "S": pd(3, "S")}, "L p",
                     lambda L, p, S: logdet(L @ L.T + diag(p))
                     + trace(inv(L @ L.T + diag(p)) @ S))
    yield from cases("mixture", ["log(sum(p .* exp(-(x - m).^2)))",
                                 "logsumexp(log(p) - (x - m).^2)"],
                     {"p": simplex(3), "x": 0.4, "m": w3}, "m x p", lambda p, x, m:
                     log(total(p * exp(-squares(x - m)))), BOTH)
    yield from cases("entropy", ["-sum(p .* log(p))", "-p^T log(p)", "-p'*log(p)"], {"p": pos(4)},
                     "p", lambda p: -total(p * log(p)), BOTH)
    yield from cases("kullback-leibler", ["sum(p .* log(p ./ q))", "p^T (log(p) - log(q))",
                                          "sum(p .* (log(p) - log(q)))"],
                     {"p": pos(4), "q": pos(4, "q")}, "p q",
                     lambda p, q: total(p * log(p / q)), BOTH)
    yield from cases("gaussian-divergence", ["1/2*sum(exp(s) + m.^2 - 1 - s)"],
                     {"m": w3, "s": vec(3, "s")}, "m s",
                     lambda m, s: total(exp(s) + squares(m) - 1.0 - s) / 2, BOTH)
    yield from cases("bradley-terry", ["sum(log(1 + exp(D*s))) + c*s'*s",
                                       "sum(softplus(D s)) + c ||s||^2"],
                     {"D": [[1, -1, 0], [0, 1, -1], [-1, 0, 1]], "s": w3, "c": 0.1}, "s",
                     lambda D, s, c: total(softplus(D @ s)) + (s @ s) * c, BOTH)
    yield from cases("laplacian", ["1/2*sum(abs(x - m))/b + log(2*b)"],
                     {"x": vec(4), "m": 0.22, "b": 0.8}, "m b", lambda x, m, b:
                     norm1(x - m) / (2 * b) + log(2 * b))
    yield from cases("determinantal", ["log(det(L)) - log(det(L + I))",
                                       "logdet(L) - logdet(L + I)"], {"L": pd(3, "L")}, "L",
                     lambda L: logdet(L) - logdet(L + eye(3)))


def networks():
    net = {"V": mat(2, 3, "V"), "W": mat(3, 4, "W"), "x": vec(4), "b": w3, "y": vec(2, "y")}
    for name, function in (("tanh", tanh), ("sigmoid", sigmoid), ("relu", relu),
                           ("softplus", softplus), ("erf", erf), ("sin", sin)):
        orders = (1,) if name == "relu" else BOTH
        yield from cases(f"two-layers-{name}", [f"norm2(V*{name}(W*x + b) - y)^2",
                                                f"||V {name}(W x + b) - y||^2"], net, "V W b x",
                         lambda V, W, x, b, y, f=function:
                         total(squares(V @ f(W @ x + b) - y)), orders)
        yield from cases(f"layer-{name}", [f"{name}(W*x + b)", f"{name}(W x + b)"],
                         {k: net[k] for k in "Wxb"}, "x W",
                         lambda W, x, b, f=function: f(W @ x + b), orders)
    yield from cases("three-layers", ["u'*tanh(V'*tanh(W*x))", "u^T tanh(V^T tanh(W x))"],
                     {"u": w3, "V": mat(3, 3, "V"), "W": mat(3, 4, "W"), "x": vec(4)}, "W V u x",
                     lambda u, V, W, x: u @ tanh(V.T @ tanh(W @ x)))
    yield from cases("batch", ["sum((tanh(X*W)*v - y).^2)", "||tanh(X W) v - y||^2"],
                     {"X": X53, "W": mat(3, 2, "W"), "v": vec(2, "v"), "y": y5}, "W v",
                     lambda X, W, v, y: total(squares(tanh(X @ W) @ v - y)), BOTH)
    yield from cases("residual", ["x + V*relu(W*x)", "x + V relu(W x)"],
                     {"x": vec(4), "V": mat(4, 3, "V"), "W": mat(3, 4, "W")}, "x V",
                     lambda x, V, W: x + V @ relu(W @ x))
    yield from cases("swish", ["x .* sigmoid(x)"], {"x": vec(4)}, "x", lambda x: x * sigmoid(x),
                     BOTH)
    yield from cases("gate", ["sigmoid(A*x) .* tanh(B*x)", "sigmoid(A x) ⊙ tanh(B x)"],
                     {"A": mat(3, 3, "A"), "B": mat(3, 3, "B"), "x": w3}, "x A",
                     lambda A, B, x: sigmoid(A @ x) * tanh(B @ x))
    yield from cases("gelu-by-erf", ["sum(x .* (1 + erf(x/sqrt(2)))/2)"], {"x": vec(4)}, "x",
                     lambda x: total(x * (erf(x / math.sqrt(2)) + 1.0)) / 2, BOTH)
    yield from cases("attention", ["V^T softmax(K q)", "V'*softmax(K*q)"],
                     {"K": mat(4, 3, "K"), "q": w3, "V": mat(4, 2, "V")}, "q K V",
                     lambda K, q, V: V.T @ softmax(K @ q))
    yield from cases("self-attention", ["softmax(Q*K'/sqrt(2), 2)*V",
                                        "softmax(Q K^T/sqrt(2), 2) V"],
                     {"Q": mat(3, 2, "Q"), "K": mat(3, 2, "K"), "V": mat(3, 2, "V")}, "Q K V",
                     lambda Q, K, V: softmax_rows((Q @ K.T) / math.sqrt(2)) @ V)
    yield from cases("normalise", ["(x - mean(x))/sqrt(mean((x - mean(x)).^2) + 1/100)"],
                     {"x": vec(4)}, "x", lambda x:
                     (x - mean(x)) * (1.0 / sqrt(mean(squares(x - mean(x))) + 0.01)), BOTH)
    yield from cases("variance", ["mean((x - mean(x)).^2)", "mean(x.^2) - mean(x)^2"],
                     {"x": vec(5)}, "x", lambda x: mean(squares(x - mean(x))), BOTH)
    yield from cases("centred-columns", ["sum((X - ones(5)*mean(X, 1)).^2)",
                                         "||X - ones(5) mean(X, axis=1)||_F^2"], {"X": X53}, "X",
                     lambda X: total(squares(X - rows_of(down(mean, X), 5))))


def unsupervised():
    yield from cases("factorisation", ["norm2(T - U*V')^2", "||T - U V^T||_F^2",
                                       "sum((T - U V^T).^2)"],
                     {"T": mat(4, 3, "T"), "U": mat(4, 2, "U"), "V": mat(3, 2, "V")}, "U V T",
                     lambda T, U, V: total(squares(T - U @ V.T)), BOTH)
    yield from cases("masked-factorisation", ["norm2(M .* (T - U*V'))^2",
                                              "||M ⊙ (T - U V^T)||^2"],
                     {"M": [[1, 0, 1], [1, 1, 0], [0, 1, 1]], "T": mat(3, 3, "T"),
                      "U": mat(3, 2, "U"), "V": mat(3, 2, "V")}, "U V",
                     lambda M, T, U, V: total(squares(M * (T - U @ V.T))), BOTH)
    yield from cases("nonnegative", ["sum(U*V' - T .* log(U*V'))", "sum(U V^T - T ⊙ log(U V^T))"],
                     {"T": posmat(3, 3, "T"), "U": posmat(3, 2, "U"), "V": posmat(3, 2, "V")},
                     "U V", lambda T, U, V: total(U @ V.T - T * log(U @ V.T)))
    yield from cases("rayleigh", ["x'*A*x/(x'*x)", "(x^T A x)/(x^T x)", "x^T A x / ||x||^2"],
                     {"x": w3, "A": sym(3, "A")}, "x A", lambda x, A: (x @ A @ x) / (x @ x), BOTH)
    yield from cases("pca", ["norm2(X - X*w*w')^2", "||X - X w w^T||_F^2"], {"X": X53, "w": w3},
                     "w X", lambda X, w: total(squares(X - outer(X @ w, w))))
    yield from cases("smoothness", ["tr(X'*L*X)", "tr(X^T L X)"],
                     {"X": mat(3, 2, "X"), "L": [[2, -1, -1], [-1, 1, 0], [-1, 0, 1]]}, "X L",
                     lambda X, L: trace(X.T @ L @ X), BOTH)
    yield from cases("metric", ["(x - y)'*L'*L*(x - y)", "||L (x - y)||^2"],
                     {"x": w3, "y": vec(3, "y"), "L": mat(2, 3, "L")}, "L x",
                     lambda x, y, L: total(squares(L @ (x - y))), BOTH)
    yield from cases("mahalanobis", ["sqrt((x - y)'*inv(S)*(x - y))",
                                     "sqrt((x - y)^T S^-1 (x - y))"],
                     {"x": w3, "y": vec(3, "y"), "S": pd(3, "S")}, "x S",
                     lambda x, y, S: sqrt((x - y) @ inv(S) @ (x - y)))
    yield from cases("kernel", ["exp(-norm2(x - y)^2/(2*s^2))", "exp(-||x - y||^2/(2 s^2))"],
                     {"x": w3, "y": vec(3, "y"), "s": 1.2}, "x s", lambda x, y, s:
                     exp(-total(squares(x - y)) / (2 * s * s)), BOTH)
    yield from cases("cosine", ["x'*y/(norm2(x)*norm2(y))", "x^T y / (||x|| ||y||)",
                                "<x, y>/(‖x‖ ‖y‖)"], {"x": w3, "y": vec(3, "y")}, "x y",
                     lambda x, y: (x @ y) / (norm2(x) * norm2(y)), BOTH)
    yield from cases("svm-dual", ["sum(a) - 1/2*(a .* y)'*K*(a .* y)",
                                  "ones(4)^T a - 1/2 (a ⊙ y)^T K (a ⊙ y)"],
                     {"a": pos(4, "a"), "y": [1, -1, 1, -1], "K": pd(4, "K")}, "a K",
                     lambda a, y, K: total(a) - (a * y) @ K @ (a * y) / 2, BOTH)
    yield from cases("barrier", ["-sum(log(b - A*x)) + t*c'*x", "t c^T x - sum(log(b - A x))"],
                     {"b": [5, 6, 7, 8], "A": mat(4, 3), "x": w3, "t": 0.5, "c": vec(3, "c")},
                     "x b", lambda b, A, x, t, c: -total(log(b - A @ x)) + (c @ x) * t, BOTH)
    yield from cases("d-optimal", ["-log(det(X'*diag(p)*X))", "-logdet(X^T diag(p) X)"],
                     {"X": X53, "p": pos(5)}, "p X", lambda X, p:
                     -logdet(X.T @ matrix(5, 3, lambda i, j: p[i] * X[i, j])))
    yield from cases("a-optimal", ["tr(inv(X'*diag(p)*X))", "tr((X^T diag(p) X)^-1)"],
                     {"X": X53, "p": pos(5)}, "p", lambda X, p:
                     trace(inv(X.T @ matrix(5, 3, lambda i, j: p[i] * X[i, j]))), BOTH)
    yield from cases("portfolio", ["m'*w - c/2*w'*S*w", "m^T w - c/2 w^T S w"],
                     {"m": vec(3, "m"), "w": w3, "c": 2.0, "S": pd(3, "S")}, "w S",
                     lambda m, w, c, S: m @ w - (w @ S @ w) * (c / 2), BOTH)
    yield from cases("sharpe", ["m'*w/sqrt(w'*S*w)", "m^T w / sqrt(w^T S w)"],
                     {"m": vec(3, "m"), "w": w3, "S": pd(3, "S")}, "w S", lambda m, w, S:
                     (m @ w) / sqrt(w @ S @ w))
    yield from cases("total-variation", ["sum(sqrt((D*x).^2 + c))"],
                     {"D": [[-1, 1, 0], [0, -1, 1]], "x": w3, "c": 0.01}, "x", lambda D, x, c:
                     total(sqrt(squares(D @ x) + c)), BOTH)
    yield from cases("orthogonality", ["norm2(W'*W - I)^2", "||W^T W - I||_F^2"],
                     {"W": mat(3, 2, "W")}, "W", lambda W:
                     total(squares(W.T @ W - eye(2))), BOTH)
    yield from cases("log-partition", ["log(sum(exp(A*x + b)))", "logsumexp(A x + b)"],
                     {"A": mat(4, 3), "x": w3, "b": vec(4, "b")}, "x A b",
                     lambda A, x, b: logsumexp(A @ x + b), BOTH)
    yield from cases("soft-minimum", ["-1/t*log(sum(exp(-t*x)))", "-logsumexp(-t x)/t"],
                     {"t": 3.0, "x": vec(4)}, "x t", lambda t, x: -logsumexp(-x * t) / t, BOTH)
    yield from cases("clipped", ["sum(min(max(x, -0.5), 0.5))"], {"x": vec(6)}, "x",
                     lambda x: total(smaller(larger(x, -0.5), 0.5)))
    yield from cases("pairwise", ["sum((x*ones(3)' - ones(3)*x').^2)",
                                  "||x ones(3)^T - ones(3) x^T||_F^2"], {"x": w3}, "x",
                     lambda x: add_up([(x[i] - x[j]) * (x[i] - x[j])
                                       for i in range(3) for j in range(3)]), BOTH)
    yield from cases("sinkhorn", ["sum(P .* C) + c*sum(P .* log(P))",
                                  "<P, C> + c sum(P .* log(P))"],
                     {"P": posmat(2, 3, "P"), "C": posmat(2, 3, "C"), "c": 0.3}, "P",
                     lambda P, C, c: total(P * C) + total(P * log(P)) * c, BOTH)
    yield from cases("power-mean", ["mean(x.^3)^(1/3)"], {"x": pos(4)}, "x", lambda x:
                     mean(x * x * x) ** (1 / 3), BOTH)
    yield from cases("softmax-vector", ["softmax(A*x)", "softmax(A x)",
                                        "exp(A x)/sum(exp(A x))"], {"A": square(3, "A"), "x": w3},
                     "x", lambda A, x: softmax(A @ x), BOTH)
    yield from cases("column-norms", ["sum(sqrt(sum(X.^2, 1)))"], {"X": X53}, "X",
                     lambda X: total(vector(3, lambda j: norm2(X.column(j)))), BOTH)


def all_cases():
    for group in (regression, classification, likelihoods, networks, unsupervised):
        yield from group()
