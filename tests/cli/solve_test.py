"""Closed forms on `nabla run`: conditioning, matrix equations, equations behind functions."""

import random
import re

from harness import ROOT, CliTest, nabla

# NIST, Statistical Reference Datasets, "Longley": certified to 15 digits.
LONGLEY = [-3482258.63459582, 15.0618722713733, -0.358191792925910e-01, -2.02022980381683,
           -1.03322686717359, -0.511041056535807e-01, 1829.15146461355]
# Its standard errors and residual standard deviation.
ERRORS = [890420.383607373, 84.9149257747669, 0.334910077722432e-01, 0.488399681651699,
          0.214274163161675, 0.226073200069370, 455.478499142212]
DEVIATION = 304.854073561965
TABLE = ROOT / "examples/data/longley.csv"


def matrix(rows, columns, seed):
    source = random.Random(seed)
    return [[source.gauss(0, 1) for _ in range(columns)] for _ in range(rows)]


def times(a, b):
    return [[sum(x * y for x, y in zip(row, column)) for column in zip(*b)] for row in a]


def plus(*terms):
    return [[sum(entries) for entries in zip(*rows)] for rows in zip(*terms)]


def transposed(a):
    return [list(row) for row in zip(*a)]


class LeastSquares(CliTest):
    def relative(self, actual, expected, tolerance):
        self.assertEqual(len(actual), len(expected))
        for one, other in zip(actual, expected):
            self.assertLess(abs(one - other), tolerance * abs(other))

    def longley(self):
        header, *rows = [line.split(",") for line in TABLE.read_text().split()]
        self.assertEqual(header[0], "employed")
        return {"X": [[float(x) for x in row[1:]] for row in rows],
                "y": [float(row[0]) for row in rows]}

    def test_longley(self):
        answer = nabla("run", "examples/longley.nabla", "--data", f"X={TABLE}:*-employed",
                       "--data", f"y={TABLE}:employed", "--format", "json")
        self.assertEqual(answer.status, 0, answer.err)
        solved, deviation, r_squared, covariance = answer.json()["results"]
        self.assertEqual(solved["expression"], "(X^T X)^-1 X^T y")
        self.relative(solved["value"], LONGLEY, 1e-9)
        self.relative([deviation["value"], r_squared["value"]], [DEVIATION, 0.995479004577296],
                      1e-10)
        diagonal = [covariance["value"][k][k] ** 0.5 * DEVIATION for k in range(7)]
        self.relative(diagonal, ERRORS, 1e-8)

    def test_longley_in_other_words(self):
        data = self.longley()
        for text in ["(X^T X)^-1 X^T y", "inv(X' X) X' y", "(X' * X) \\ (X' * y)",
                     "2 (2 X^T X)^-1 X^T (y + y)/2"]:
            self.relative(self.eval(text, data)["value"], LONGLEY, 1e-9)
        weights = {**data, "v": [2.0] * 16}
        declared = ["--declare", "v[m] > 0", "--declare", "X[m, n]", "--declare", "y[m]"]
        answer = self.eval("(X^T diag(v) X)^-1 X^T diag(v) y", weights, *declared)
        self.relative(answer["value"], LONGLEY, 1e-9)
        # Two right sides at once, and what is fitted.
        answer = self.eval("(X^T X)^-1 X^T Y", {"X": data["X"], "Y": [[y, 2 * y] for y in data["y"]]})
        self.relative([row[1] / 2 for row in answer["value"]], LONGLEY, 1e-9)
        answer = self.eval("y^T X (X^T X)^-1 X^T y", data)
        squares = sum(y * y for y in data["y"])
        self.relative([answer["value"]], [squares - 9 * DEVIATION**2], 1e-13)

    def test_dependent_columns_are_an_error(self):
        data = self.longley()
        for row in data["X"]:
            row.append(row[1] + row[2])
        outcome = nabla("eval", "(X^T X)^-1 X^T y", "--data", self.file("d.json", data))
        self.assertEqual(outcome.status, 1)
        self.assertIn("X^T X is singular", outcome.err)
        # A penalty makes the solution one.
        data["c"] = 1e-3
        answer = self.eval("(X^T X + c I)^-1 X^T y", data, "--declare", "c > 0", "--declare",
                           "X[m, n]", "--declare", "y[m]")
        fitted = [sum(x * b for x, b in zip(row, answer["value"])) for row in data["X"]]
        slope = [sum(row[j] * (y - z) for row, y, z in zip(data["X"], data["y"], fitted)) -
                 1e-3 * answer["value"][j] for j in range(8)]
        for j, s in enumerate(slope):
            size = sum(abs(row[j] * y) for row, y in zip(data["X"], data["y"]))
            self.assertLess(abs(s), 1e-9 * size)


class MatrixEquations(CliTest):
    def solution(self, equation, data, declarations):
        solved = self.run_file(f"{declarations}\nsolve {equation} for X\n", "--data",
                               self.file("d.json", data))["results"][0]
        self.assertEqual(solved["status"], "solved", solved)
        return solved

    def test_sylvester(self):
        a, b, c = matrix(6, 6, 1), matrix(4, 4, 2), matrix(6, 4, 3)
        given = "param A[n, n]\nparam B[k, k]\nparam C[n, k]\nvar X[n, k]"
        data = {"A": a, "B": b, "C": c}
        solved = self.solution("A X + X B == C", data, given)
        self.assertEqual(solved["expression"], "sylvester(A, B, C)")
        self.assertIn("sylvester(A, B, C) is the Z with A Z + Z B = C: vec(Z) = (kron(",
                      solved["where"])
        x = solved["value"]
        self.assert_close(plus(times(a, x), times(x, b)), c, 1e-11)
        solved = self.solution("A X B + X == C", data, given)
        x = solved["value"]
        self.assert_close(plus(times(times(a, x), b), x), c, 1e-10)

    def test_lyapunov_keeps_symmetry(self):
        a, q = matrix(5, 5, 4), matrix(5, 5, 5)
        q = plus(q, transposed(q))
        given = "param A[n, n]\nparam Q[n, n] symmetric\nvar X[n, n] symmetric"
        x = self.solution("A X + X A^T == -Q", {"A": a, "Q": q}, given)["value"]
        self.assert_close(plus(times(a, x), times(x, transposed(a)), q),
                          [[0] * 5] * 5, 1e-11)
        self.assert_close(x, transposed(x), 1e-11)
        solved = self.solution("A X A^T - X + Q == 0", {"A": a, "Q": q}, given)
        self.assertEqual(solved["expression"], "-sylvester(A, A^T, -eye(n), eye(n), Q)")
        x = solved["value"]
        self.assert_close(plus(times(times(a, x), transposed(a)), q), x, 1e-11)

    def test_large_ones_take_cubes_not_sixth_powers(self):
        n = 120
        a, c = matrix(n, n, 6), matrix(n, n, 7)
        given = "param A[n, n]\nparam C[n, n]\nvar X[n, n]"
        for k in range(n):
            a[k][k] += 25
        x = self.solution("A X + X A == C", {"A": a, "C": c}, given)["value"]
        row = [sum(a[0][k] * x[k][j] + x[0][k] * a[k][j] for k in range(n)) for j in range(n)]
        self.assert_close(row, c[0], 1e-10)

    def test_a_common_eigenvalue_is_an_error(self):
        data = {"A": [[1, 0], [0, 2]], "C": [[1, 2], [3, 4]]}
        text = "param A[n, n]\nparam C[n, n]\nvar X[n, n]\nsolve A X == X A + C for X\n"
        failed = self.run_file(text, "--data", self.file("d.json", data), status=1)["results"][0]
        self.assertIn("singular", failed["error"])

    def test_singular_for_all_data(self):
        text = "param A[n, n]\nvar W[n, n]\nsolve W + W' == A for W\n"
        failed = self.run_file(text, status=1)["results"][0]
        self.assertIn("no solution or more than one", failed["error"])

    def test_structured_unknowns(self):
        a, b = matrix(5, 3, 8), matrix(5, 3, 9)
        for fact in ["symmetric", "antisymmetric", "diagonal", "lower", "upper"]:
            text = (f"param A[m, n]\nparam B[m, n]\nvar X[n, n] {fact}\nf = ||A X - B||^2\n"
                    "solve grad(f, X) == 0 for X\nshow grad(f, X)\n")
            solved, slope = self.run_file(text, "--data", self.file(
                "d.json", {"A": a, "B": b}))["results"]
            self.assertEqual(solved["status"], "solved", solved)
            self.assert_close(slope["value"], [[0] * 3] * 3, 1e-12)


class Inverted(CliTest):
    def expression(self, text, data=None):
        arguments = ["--data", self.file("d.json", data)] if data else []
        return self.run_file(text, *arguments)["results"][0]

    def test_maximum_likelihood(self):
        cases = [
            ("param x[n]\nparam s > 0\nvar t\n"
             "solve grad(sum((x - t).^2)/(2 s), t) == 0 for t", "mean(x)"),
            ("param x[n]\nparam t\nvar s > 0\n"
             "solve grad(n/2 log(s) + ||x - t||^2/(2 s), s) == 0 for s", "||t - x||^2/n"),
            ("param x[n] >= 0\nvar r > 0\nsolve grad(sum(x) log(r) - n r, r) == 0 for r",
             "mean(x)"),
            ("param x[n] >= 0\nvar r > 0\nsolve grad(n log(r) - r sum(x), r) == 0 for r",
             "n/sum(x)"),
            ("param k\nparam n1 > 0\nvar p in [0, 1]\n"
             "solve grad(k log(p) + (n1 - k) log(1 - p), p) == 0 for p", "k/n1"),
            ("param S[n, n] pd\nvar K[n, n] pd\nsolve grad(logdet K - tr(S K), K) == 0 for K",
             "S^-1"),
            ("param S[n, n] symmetric\nvar V[n, n] pd\n"
             "solve grad(logdet V + tr(V^-1 S), V) == 0 for V", "S"),
            ("param A[n, n] invertible\nparam B[n, n]\nvar X[n, n]\nsolve (A X)^-1 == B for X",
             "A^-1 B^-1"),
            ("param a > 0\nvar x\nsolve exp(2 x + 1) == a for x", "(log(a) - 1)/2"),
            ("param A[n, n]\nparam b[n]\nvar x[n]\nsolve A exp(x) == b for x", "log(A^-1 b)"),
            ("param a > 0\nvar x >= 0\nsolve x^2 == a for x", "sqrt(a)"),
            ("param X[m, n]\nparam t[n]\nvar V[n, n] pd\nsolve grad(m logdet V + "
             "tr((X - ones(m) t^T) V^-1 (X - ones(m) t^T)^T), V) == 0 for V",
             "(X - ones(m) t^T)^T (X - ones(m) t^T)/m"),
            ("param c[k] >= 0\nvar p[k] >= 0\n"
             "solve grad(sum(c .* log(p)) - sum(c) sum(p), p) == 0 for p", "c/sum(c)"),
            ("param P[n, n] pd\nparam H[m, n]\nparam R[m, m] pd\nvar K[n, m]\n"
             "solve grad(tr((eye(n) - K H) P (eye(n) - K H)^T + K R K^T), K) == 0 for K",
             "P H^T (H P H^T + R)^-1"),
            ("param y[n]\nparam L[q, n]\nparam c > 0\nvar x[n]\n"
             "solve grad(||x - y||^2 + c ||L x||^2, x) == 0 for x", "(c L^T L + I)^-1 y"),
        ]
        for text, expected in cases:
            solved = self.expression(text + "\n")
            self.assertEqual(solved.get("expression", solved.get("error")), expected, text)

    def test_candidates_are_checked(self):
        text = "param a\nvar x\nsolve sqrt(x) == a for x\n"
        solved = self.expression(text, {"a": 3})
        self.assert_close(solved["value"], 9)
        failed = self.run_file(text, "--data", self.file("d.json", {"a": -1}), status=1)
        self.assertIn("no solution at these data", failed["results"][0]["error"])

    def test_two_solutions_are_not_one(self):
        text = "param a > 0\nvar x\nsolve x^2 == a for x\n"
        failed = self.run_file(text, status=1)["results"][0]
        self.assertIn("two values", failed["error"])


class RandomEquations(CliTest):
    """Sums of random terms, linear in a scalar, vector or matrix; each solution is put back."""

    TERMS = {
        "x": ["A x", "c x", "v .* x", "a x", "x", "(v^T x) w", "x (v^T w)", "diag(w) x", "A^T x"],
        "X": ["A X", "X B", "A X B", "C .* X", "c X", "X", "A^T X B^T", "diag(v) X", "a X",
              "v (w^T X)", "tr(X^T C) C", "A A X", "X B B"],
        "W": ["A W", "W A", "A W A^T", "W^T", "c W", "A W^T", "diag(v) W", "tr(W) A", "W"],
        "t": ["c t", "t", "a t", "(v^T w) t", "t/c", "det(A) t"],
    }
    RIGHT = {"x": "w", "X": "C", "W": "A", "t": "a"}
    SHAPES = {"x": "[n]", "X": "[n, k]", "W": "[n, n]", "t": ""}
    DATA = {"A": matrix(3, 3, 20), "B": matrix(2, 2, 21), "C": matrix(3, 2, 22), "a": 0.7,
            "c": 1.3, "v": matrix(1, 3, 23)[0], "w": matrix(1, 3, 24)[0]}

    def test_solutions_satisfy_their_equations(self):
        source = random.Random(5)
        lines = ["param A[n, n]", "param B[k, k]", "param C[n, k]", "param a", "param c > 0",
                 "param v[n]", "param w[n]"]
        for number in range(48):
            kind = source.choice("xXXWWt")
            name = f"{kind}{number}"
            terms = source.sample(self.TERMS[kind], source.randint(1, 3))
            left = self.renamed(terms, kind, name, source)
            lines += [f"var {name}{self.SHAPES[kind]}",
                      f"solve {left} == {self.RIGHT[kind]} for {name}",
                      f"show {left} - {self.RIGHT[kind]}"]
        answer = nabla("run", self.file("m.nabla", "\n".join(lines) + "\n"), "--data",
                       self.file("d.json", self.DATA), "--format", "json")
        results = answer.json()["results"]
        solved = 0
        for solution, rest in zip(results[::2], results[1::2]):
            if solution["status"] != "solved":
                self.assertIn("no solution or more than one", solution["error"])
                continue
            solved += 1
            flat = rest["value"]
            while isinstance(flat, list):
                flat = max((abs(x) if not isinstance(x, list) else
                            max(abs(y) for y in x) for x in flat))
            self.assertLess(abs(flat), 1e-10, solution["request"])
        self.assertGreater(solved, 40)

    @staticmethod
    def renamed(terms, kind, name, source):
        """The terms with the unknown's name in them; it is a letter of its own in each."""
        parts = []
        for term in terms:
            named = re.sub(rf"\b{kind}\b", name, term)
            parts.append(f"{source.randint(1, 4)} {named}")
        return " - ".join(parts)
