"""Expressions to emit and run: (expression, variable, order, options)."""

# Elementwise functions, with an interval where their derivatives exist.
FUNCTIONS = {
    "exp": (-1, 1), "expm1": (-1, 1), "log": (0.3, 2), "log1p": (-0.5, 2), "cbrt": (0.3, 2),
    "abs": (-1, 1), "sign": (-1, 1), "step": (-1, 1), "sin": (-1, 1), "cos": (-1, 1),
    "tan": (-1, 1), "asin": (-0.8, 0.8), "acos": (-0.8, 0.8), "atan": (-1, 1), "sinh": (-1, 1),
    "cosh": (-1, 1), "tanh": (-1, 1), "asinh": (-1, 1), "acosh": (1.2, 3), "atanh": (-0.8, 0.8),
    "sigmoid": (-3, 3), "softplus": (-3, 3), "relu": (-1, 1), "silu": (-2, 2), "gelu": (-2, 2),
    "erf": (-1, 1), "erfc": (-1, 1), "lgamma": (0.5, 3), "digamma": (0.5, 3), "sqrt": (0.3, 2),
    "square": (-1, 1),
}


def of_functions():
    for name, interval in FUNCTIONS.items():
        yield f"sum({name}(A x))", "x", 1 + len(name) % 2, {"range": (0.3, 0.8) if interval[0] > 0
                                                             else (-0.4, 0.4)}
        yield f"{name}(c)", "c", 3, {"range": interval}
        yield f"sum({name}(X))", "X", 2, {"range": interval}


LOGISTIC = {"declare": ["X[m,n]", "w[n]", "y[m]", "lambda"]}

CASES = [
    # Quadratic forms, least squares, logistic regression.
    ("x^T A x", "x", 1), ("x^T A x", "x", 2), ("x^T A x", "x", 3), ("||X w - y||^2", "w", 1),
    ("||X w - y||^2", "w", 2), ("||X w - y||^2", "X", 1), ("||X w - y||^2/m", "X", 2, {"declare": ["X[m,n]", "w[n]", "y[m]"]}),
    ("1/2 ||A x - b||^2 + c/2 ||x||^2", "x", 1), ("||x||", "x", 1), ("||x||", "x", 2),
    ("||x||", "x", 3), ("||A x - b||", "x", 2), ("||X||_F", "X", 1), ("||x||_1", "x", 1),
    ("||x||_inf", "x", 1), ("||x||_2^3", "x", 2), ("norm1(X)", "X", 1), ("norminf(X)", "X", 1),
    ("sum(log(1 + exp(-y .* (X w))))/m + lambda/2 ||w||^2", "w", 1, LOGISTIC),
    ("sum(log(1 + exp(-y .* (X w))))/m + lambda/2 ||w||^2", "w", 2, LOGISTIC),
    ("log(sum(exp(A x)))", "x", 1), ("log(sum(exp(A x)))", "x", 2), ("log(sum(exp(x)))", "x", 3),
    ("softmax(A x)", "x", 1), ("log_softmax(x)", "x", 1), ("softmax(x)", "x", 2),
    ("-y^T log_softmax(A x)", "x", 2), ("cross_entropy(softmax(x), softmax(A x))", "x", 1),
    ("softmax(X, 2)", "X", 1), ("log_softmax(X, 1)", "X", 1), ("sum(logsumexp(X, 1))", "X", 2),
    ("sum(logsumexp(X, 2))", "X", 1), ("logsumexp(X)", "X", 1),
    ("cross_entropy(x, y)", "y", 1, {"range": (0.1, 0.9)}),
    # Products of matrices.
    ("A x", "x", 1), ("A B", "A", 1), ("tr(A B)", "A", 1), ("tr(A X B X^T)", "X", 1),
    ("tr(A X B X^T)", "X", 2), ("x^T y", "x", 1), ("x y^T", "x", 1), ("(x y^T) z", "y", 1),
    ("x^T A B y", "B", 1), ("x^T A A A x", "x", 2), ("x^T A^3 y", "A", 1), ("A^3", "A", 1),
    ("A^-2", "A", 1, {"declare": ["A[n,n] invertible"], "shift": {"A": 3}}),
    ("tr(A^T A)", "A", 2), ("||A B||_F^2", "A", 2), ("A .* B", "A", 1), ("A ./ B", "B", 1),
    ("sum(A .* B .* A)", "A", 1), ("diag(x) A diag(y)", "x", 1), ("diag(A B)", "A", 1),
    ("x^T diag(y) x", "x", 2), ("X^T diag(y) X", "y", 1), ("diag(x)", "x", 1),
    ("sum(X)", "X", 1), ("sum(X, 1)", "X", 1), ("sum(X, 2)", "X", 1), ("mean(X)", "X", 1),
    ("prod(x)", "x", 1), ("prod(x)", "x", 2), ("sum(prod(X, 1))", "X", 1), ("prod(X)", "X", 1),
    ("max(x)", "x", 1), ("min(x)", "x", 1), ("sum(max(X, axis=1))", "X", 1),
    ("sum(min(X, axis=2))", "X", 1), ("max(X)", "X", 1), ("dot(x, A y)", "A", 1),
    # Inverses, determinants, factors, eigenvalues.
    ("det(X)", "X", 1, {"square": "X"}), ("det(X)", "X", 2, {"square": "X"}),
    ("log det X", "X", 1, {"pd": "X"}), ("log det X", "X", 2, {"pd": "X"}),
    ("log det(X X^T)", "X", 1, {"range": (0.2, 1)}),
    ("tr(X^-1 A)", "X", 1, {"pd": "X"}), ("x^T A^-1 x", "x", 2, {"pd": "A"}),
    ("x^T A^-1 y", "A", 1, {"pd": "A"}), ("x^T A^-1 y", "A", 2, {"pd": "A"}),
    ("A^-1", "A", 1, {"pd": "A"}), ("A^-1 B", "A", 1, {"pd": "A"}), ("B A^-1", "B", 1, {"pd": "A"}),
    ("A \\ x", "x", 1, {"pd": "A"}), ("tr((A + x x^T)^-1)", "x", 1, {"pd": "A"}),
    ("log det(A + x x^T)", "x", 2, {"pd": "A"}), ("adj(X)", "X", 1, {"square": "X"}),
    ("sylvester(A, B, x y^T)", "x", 1, {"shift": {"A": 5}}),
    ("tr(sylvester(A, B, B))", "A", 1, {"shift": {"A": 5}}),
    ("sylvester(A, B, A, A^2, B)", "B", 1, {"shift": {"A": 5}}),
    ("tr(chol(A) B)", "A", 1, {"pd": "A"}), ("chol(A)", "A", 1, {"pd": "A"}),
    ("sum(chol(A))", "A", 2, {"pd": "A"}), ("lambda_max(A)", "A", 1, {"square": "A"}),
    ("lambda_max(A)", "A", 2, {"square": "A"}), ("tr(expm(A))", "A", 1, {"square": "A"}),
    ("x^T expm(A) y", "A", 1, {"square": "A"}), ("expm(A)", "A", 1, {"square": "A"}),
    ("sum(expm(A))", "A", 2, {"square": "A"}),
    ("tr(X^-1 A)", "X", 2, {"pd": "X"}), ("det(X)^2", "X", 1, {"square": "X"}),
    # Facts.
    ("x^T A x", "x", 2, {"declare": ["A[n,n] symmetric"]}),
    ("log det A", "A", 1, {"declare": ["A[n,n] pd"]}),
    ("x^T Q^T Q x", "x", 1, {"declare": ["Q[n,n] orthogonal"]}),
    ("x^T D x", "D", 1, {"declare": ["D[n,n] diagonal"]}),
    ("tr(L^T B)", "L", 1, {"declare": ["L[n,n] lower"]}),
    ("||X b - y||^2 + tr(S^2)", "S", 1, {"declare": ["S[p,p] symmetric"]}),
    # Choices.
    ("sum(where(x > 0, x.^2, exp(x)))", "x", 1), ("where(x > y, x, y .* x)", "x", 1),
    ("sum(max(x, y).^2)", "x", 2), ("sum(min(x, 0).^3)", "x", 1), ("sum(max(x, c))", "c", 1),
    ("sum(relu(A x))", "x", 1), ("sum(relu(A x).^2)", "A", 1), ("clamp(x, -1/2, 1/2)", "x", 1),
    ("sum(where(X >= 0, X .* X, -X))", "X", 1), ("where(c > 0, c^2, -c)", "c", 1),
    ("sum(where(x > c, x .* x, 3))", "x", 1), ("sum(where(x > 0, 1, 0) .* x.^2)", "x", 2),
    ("sum(where(x > 0, log(x), 0))", "x", 1), ("sum(where(x == y, x.^3, x.^2))", "x", 1),
    ("sum(where(x >= y, x.^3, x.^2))", "x", 1), ("sum(where(x != 0, x.^3, x.^2))", "x", 2), ("where(c > 0, 1, 2) x", "x", 1),
    # Parts, blocks, other shapes.
    ("x[2]^2 + x[1] x[3]", "x", 2), ("sum(x[2:3].^3)", "x", 1), ("sum(exp(x[2:3]))", "x", 2),
    ("X[1,:] w", "w", 1), ("sum(X[:,2].^2)", "X", 1), ("X[2,1]^2", "X", 1),
    ("sum(A[1:2,2:3] .* A[2:3,1:2])", "A", 1), ("[x; 1]^T A [x; 1]", "x", 1),
    ("[x, y]", "x", 1), ("||[A, B; C, D]||_F^2", "A", 1), ("[x; y]", "x", 1),
    ("sum([A, x; y', c].^2)", "c", 1), ("vec(A X B)", "X", 1), ("kron(A, B)", "A", 1),
    ("jacobian(vec(A X B), vec(X))", "A", 1), ("jacobian(vec(A X B), vec(X))", "c", 1),
    ("sum(kron(x, y).^2)", "x", 1), ("kron(A, B) x", "x", 1), ("reshape(x, 2, 2)", "x", 1,
                                                                  {"declare": ["x[4]"]}),
    ("tr(reshape(x, 2, 2) B)", "x", 1, {"declare": ["x[4]", "B[2,2]"]}),
    ("ones(n)^T A x", "x", 1, {"declare": ["A[n,n]", "x[n]"]}),
    ("tr(A (A + 2 I))", "A", 1), ("(A + c I) x", "c", 1), ("sum(x)/n + n c", "c", 1,
                                                            {"declare": ["x[n]", "c"]}),
    ("unit(2, n)^T x", "x", 1, {"declare": ["x[n]"]}), ("x + c", "x", 1), ("X + c", "c", 1),
    ("eye(n) c", "c", 1, {"declare": ["c", "x[n]"]}), ("D y", "y", 1, {"declare": ["D[n-1,n]"]}),
    ("n sum((Z w).^2)", "w", 1, {"declare": ["Z[m,n+1]", "w[n+1]"]}),
    # Sums over an index, tensors.
    ("sum(i in 1..m: log(1 + exp(-y[i] X[i,:] w)))", "w", 1),
    ("sum(i in 1..n: i x[i]^2)", "x", 1), ("sum(i in 1..n-1: (x[i+1] - x[i])^2)", "x", 2),
    ("prod(i in 1..n: x[i])", "x", 1), ("sum(i in 1..n: x[i]^3 y[i])", "x", 3),
    ("[i, j: exp(x[i]) y[j]]", "x", 1), ("[i, j, k: A[i,j] x[k]]", "x", 1),
    ("[i: exp(A[i,k] x[k])]", "x", 2), ("[i, j, k: exp(x[i] y[j]) z[k]]", "x", 1),
    ("sum([i, j, k: x[i] y[j] x[k]])", "x", 2), ("[i: A[i,k] B[i,k] x[i]]", "A", 1),
    ("sum(max([i, j, k: A[i,j] x[k]], axis=3))", "x", 1),
    ("sum(A B C, 1)", "B", 1), ("exp(A B)", "A", 1), ("sum(tanh(W x + y))", "W", 1),
    ("sum(i in 1..n: sum(j in 1..n: x[i] A[i,j] x[j]^2))", "x", 2),
    # Scalars, powers, names that are taken.
    ("c^d", "c", 2, {"range": (0.5, 2)}), ("c^d", "d", 2, {"range": (0.5, 2)}),
    ("2^c", "c", 2), ("x.^c", "c", 1, {"range": (0.5, 2)}), ("x.^(3/2)", "x", 2, {"range": (0.5, 2)}),
    ("sum(x.^y)", "y", 1, {"range": (0.5, 2)}), ("sqrt(x^T x + 1)", "x", 2), ("exp(-x^T A x/2)", "x", 2),
    ("lambda ||w||^2 + pi mu", "w", 1), ("a b/c + d^2/(1 + f^2)", "c", 2, {"range": (0.5, 2)}),
    ("1./x + x./(1 + x.^2)", "x", 1, {"range": (0.5, 2)}), ("0.1 x^T x + 1e-3 c", "x", 1),
    ("alpha x^T y/beta", "beta", 1, {"range": (0.5, 2)}), ("-x", "x", 1), ("c", "x", 1),
    ("sum(i + j)", "i", 1, {"declare": ["i[n]", "j[n]"]}),
    ("in_ + is_ np", "np", 1, {"declare": ["in_", "is_", "np"]}),
    # Networks and the like.
    ("||V tanh(W x) - y||^2", "W", 1), ("||V tanh(W x) - y||^2", "V", 2),
    ("||V sigmoid(W x) - y||^2", "x", 2), ("||X - U V^T||_F^2", "U", 1),
    ("||X - U V^T||_F^2 + lambda ||V||_F^2", "V", 2),
    ("-1/2 (x - mu)^T S^-1 (x - mu) - 1/2 log det S", "S", 1,
     {"declare": ["mu[n]", "x[n]", "S[n,n] pd"]}),
    ("P H^T (H P H^T + R)^-1", "P", 1, {"pd": "R"}),
    ("sum(softmax(X W, 2) .* Y)", "W", 1), ("softmax(Q K^T, 2) V", "V", 1),
    ("sum((x - sum(x)/n).^2)", "x", 2, {"declare": ["x[n]"]}), ("(x - mean(x))/sqrt(mean((x - mean(x)).^2) + 1)", "x", 1),
    ("hvp(log(sum(exp(A x))), x, y)", "y", 1), ("vjp(tanh(A x), x, y)", "y", 1),
]


def cases():
    for case in list(of_functions()) + CASES:
        yield (*case, {})[:4]
