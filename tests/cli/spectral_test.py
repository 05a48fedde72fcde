"""Gamma functions, cross-entropy, triangles and functions of whole matrices, by known values."""

import math

from harness import CliTest, nabla

ZETA3 = 1.2020569031595942854


class Gamma(CliTest):
    def test_known_values(self):
        x = [0.5, 1, -0.5, 10]
        self.assert_close(self.eval("lgamma(x)", {"x": [0.5, 10]})["value"],
                          [0.5723649429247001, 12.801827480081469], 1e-15)
        self.assert_close(self.eval("digamma(x)", {"x": x})["value"],
                          [-1.9635100260214235, -0.5772156649015329, 0.03648997397857652,
                           2.2517525890667211], 1e-14)
        self.assert_close(self.eval("polygamma(1, x)", {"x": x})["value"],
                          [math.pi**2 / 2, math.pi**2 / 6, math.pi**2 / 2 + 4,
                           0.10516633568168575], 1e-14)
        self.assert_close(self.eval("polygamma(2, x)", {"x": [1, 0.5, -0.5]})["value"],
                          [-2 * ZETA3, -14 * ZETA3, -14 * ZETA3 + 16], 1e-14)

    def test_derivatives_go_on(self):
        answer = self.eval("sum(lgamma(x))", {"x": [1, 0.5]}, "--wrt", "x", "--order", "2")
        self.assert_close(answer["derivative"],
                          [[math.pi**2 / 6, 0], [0, math.pi**2 / 2]], 1e-14)
        answer = self.eval("lgamma(x)", {"x": 0.5}, "--wrt", "x", "--order", "4")
        self.assert_close(answer["derivative"], math.pi**4, 1e-14)

    def test_the_order_is_a_number(self):
        for order in ["k", "1.5", "-1", "2 + 1", "101"]:
            outcome = nabla("derive", f"polygamma({order}, x)", "--wrt", "x")
            self.assertEqual(outcome.status, 1, order)
            self.assertIn("the order of `polygamma` is a whole number", outcome.err)
            self.assertIn("^", outcome.err)


class CrossEntropy(CliTest):
    def test_zeros_of_p_win(self):
        data = {"p": [0, 0.5, 0.5], "q": [0, 0.5, 0.5]}
        self.assert_close(self.eval("cross_entropy(p, q)", data)["value"], math.log(2))
        answer = self.eval("cross_entropy(p, q)", data, "--wrt", "q", "--order", "1")
        self.assert_close(answer["derivative"], [0, -1, -1])
        answer = self.eval("cross_entropy(p, q)", data, "--wrt", "q", "--order", "2")
        self.assert_close(answer["derivative"], [[0, 0, 0], [0, 2, 0], [0, 0, 2]])

    def test_softmax_is_stable(self):
        data = {"p": [0.25, 0.25, 0.5], "z": [800, 0, -800]}
        answer = self.eval("cross_entropy(p, softmax(z))", data, "--wrt", "z")
        self.assert_close(answer["value"], 1000)
        self.assert_close(answer["derivative"], [0.75, -0.25, -0.5])

    def test_answers(self):
        text = nabla("derive", "cross_entropy(p, softmax(z))", "--wrt", "z",
                     "--declare", "p[n] simplex").out
        self.assertIn("softmax(z) - p", text)


class Triangles(CliTest):
    def test_parts(self):
        data = {"A": [[1, 2], [3, 4]]}
        self.assert_close(self.eval("tril(A)", data)["value"], [[1, 0], [3, 4]])
        self.assert_close(self.eval("triu(A)", data)["value"], [[1, 2], [0, 4]])
        self.assert_close(self.eval("tril(A) .* triu(A)", data)["value"], [[1, 0], [0, 16]])

    def test_triangular_variables(self):
        data = {"A": [[1, 2], [3, 4]], "L": [[1, 0], [5, 2]]}
        answer = self.eval("tr(A L)", data, "--wrt", "L", "--declare", "L[2, 2] lower")
        self.assert_close(answer["derivative"], [[1, 0], [2, 4]])
        data["L"] = [[1, 5], [0, 2]]
        answer = self.eval("logdet(L)", data, "--wrt", "L", "--declare", "L[2, 2] upper")
        self.assert_close(answer["derivative"], [[1, 0], [0, 0.5]])

    def test_a_fit_stays_on_the_triangle(self):
        model = ("param S[n, n] symmetric\nvar L[n, n] lower\n"
                 "minimize ||L - S||^2 over L\n")
        data = self.file("data.json", {"S": [[4, 2], [2, 3]]})
        answer = self.run_file(model, "--data", data)
        self.assert_close(answer["results"][0]["x"]["L"], [[4, 0], [2, 3]], 1e-8)


class MatrixFunctions(CliTest):
    def test_cholesky(self):
        data = {"A": [[4, 2], [2, 3]]}
        self.assert_close(self.eval("chol(A)", data)["value"], [[2, 0], [1, math.sqrt(2)]])
        outcome = nabla("eval", "chol(A)", "--data",
                        self.file("bad.json", {"A": [[1, 2], [2, 1]]}))
        self.assertEqual(outcome.status, 1)
        self.assertIn("the matrix A is not positive definite", outcome.err)
        # sum(log(diag(chol(A)))) is half the log of the determinant.
        answer = self.eval("sum(log(diag(chol(A))))", data, "--wrt", "A")
        self.assert_close(answer["derivative"], [[3 / 16, -1 / 8], [-1 / 8, 1 / 4]])

    def test_largest_eigenvalue(self):
        data = {"A": [[2, 1], [1, 2]]}
        answer = self.eval("lambda_max(A)", data, "--wrt", "A")
        self.assert_close(answer["value"], 3)
        self.assert_close(answer["derivative"], [[0.5, 0.5], [0.5, 0.5]])
        answer = self.eval("lambda_max(A)", {"A": [[2, 2], [0, 2]]})
        self.assert_close(answer["value"], 3)
        answer = self.eval("lambda_max(A)", {"A": [[3, 0], [0, 1]]}, "--wrt", "A", "--order", "2")
        # λ'' along [[0,1],[1,0]] is 2/(λ_1 − λ_2).
        self.assert_close(answer["derivative"][0][1], [[0, 0.25], [0.25, 0]])

    def test_exponential(self):
        self.assert_close(self.eval("expm(A)", {"A": [[0, 1], [0, 0]]})["value"],
                          [[1, 1], [0, 1]])
        angle = 2.5
        turn = self.eval("expm(A)", {"A": [[0, -angle], [angle, 0]]})["value"]
        self.assert_close(turn, [[math.cos(angle), -math.sin(angle)],
                                 [math.sin(angle), math.cos(angle)]])
        large = self.eval("expm(A)", {"A": [[20, 30], [0, -20]]})["value"]
        self.assert_close(large[0][1] / (0.75 * (math.exp(20) - math.exp(-20))), 1)
        answer = self.eval("tr(expm(A) B)", {"A": [[0, 0], [0, 0]], "B": [[1, 2], [3, 4]]},
                           "--wrt", "A")
        self.assert_close(answer["derivative"], [[1, 3], [2, 4]])
        # exp(t) of a 1×1 matrix: every derivative is e^t.
        answer = self.eval("tr(expm(A))", {"A": [[0.5]]}, "--wrt", "A", "--order", "3")
        value = answer["derivative"]
        while isinstance(value, list):
            value = value[0]
        self.assert_close(value, math.exp(0.5))

    def test_answers_read_back(self):
        data = {"A": [[2, 1], [0.5, 3]], "B": [[1, 2], [3, 4]]}
        for text in ["lambda_max(A)", "tr(expm(A) B)", "tr(chol(A) B)", "sum(tril(A B))"]:
            first = self.eval(text, data, "--wrt", "A")
            again = self.eval(first["expression"], data)
            self.assert_close(again["value"], first["derivative"], 1e-11)

    def test_square_matrices_only(self):
        for text in ["chol(X)", "expm(X)", "lambda_max(X)", "tril(X)"]:
            outcome = nabla("derive", text, "--wrt", "X", "--declare", "X[2, 3]")
            self.assertEqual(outcome.status, 1, text)
            self.assertIn("needs a square matrix", outcome.err)
