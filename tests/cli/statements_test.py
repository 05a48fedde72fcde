"""solve, assert, import, GENO models and methods on `nabla run`."""

from harness import CliTest, nabla

RIDGE = """
param X[m, n]
param y[m]
param lambda > 0
var w[n]
f = ||X w - y||^2 + lambda ||w||^2
solve grad(f, w) == 0 for w
show grad(f, w)
"""
DATA = {"X": [[1, 0], [0, 2], [1, 1]], "y": [1, 2, 4], "lambda": 0.5}


class Statements(CliTest):
    def results(self, text, *arguments, status=0):
        return self.run_file(text, *arguments, status=status)["results"]

    def only(self, text, *arguments, status=0):
        results = self.results(text, *arguments, status=status)
        self.assertEqual(len(results), 1)
        return results[0]

    def test_normal_equations(self):
        solved, gradient = self.results(RIDGE)
        self.assertEqual(solved["status"], "solved")
        self.assertEqual(solved["expression"], "(X^T X + lambda I)^-1 X^T y")
        self.assertEqual(solved["shape"], ["n"])
        self.assertNotIn("value", solved)
        solved, gradient = self.results(RIDGE, "--data", self.file("d.json", DATA))
        self.assertEqual(solved["shape"], [2])
        self.assertEqual(solved["value"], solved["x"]["w"])
        self.assert_close(solved["x"]["w"], [26 / 17, 20 / 17])
        # What follows sees the solution.
        self.assert_close(gradient["value"], [0, 0], 1e-13)

    def test_matrix_equations_hold_at_the_data(self):
        data = {"A": [[2, 1], [0, 3]], "C": [[1, 2, 0], [0, 1, 1], [1, 0, 4]],
                "B": [[1, 2, 3], [4, 5, 6]], "D": [[1, 2, 4], [5, 8, 10]]}
        for equation in ("A X C == B", "A X == B", "X C == B + X", "X' A == B'", "D .* X == B",
                         "A X + 2 X == B - X", "A X + X C == B", "A X C + X == B"):
            with self.subTest(equation):
                text = ("param A[n, n]\nparam C[k, k]\nparam B[n, k]\nparam D[n, k]\nvar X[n, k]\n"
                        f"solve {equation} for X\nshow {equation.replace('==', '- (')})\n")
                solved, rest = self.results(text, "--data", self.file("d.json", data))
                self.assertEqual(solved["status"], "solved")
                flat = [entry for row in rest["value"] for entry in row]
                self.assert_close(flat, [0] * len(flat), 1e-12)

    def test_equations_without_a_closed_form(self):
        text = ("var x\nparam A[n, n]\nvar W[n, n] symmetric\nparam F[m, n]\nparam y[m]\nvar z[n]\n"
                "solve x^2 == 2 for x\nsolve A W == 1 for W\nsolve F z == y for z\n"
                "solve sign(x) + x == 2 for x\nshow 2 x\n")
        outcome = nabla("run", self.file("m.nabla", text), "--format", "json")
        self.assertEqual(outcome.status, 1)
        answer = outcome.json()
        self.assertEqual([r.get("status") for r in answer["results"]], ["unsupported"] * 4 + [None])
        messages = [error["message"] for error in answer["errors"]]
        self.assertIn("it determines an even power of x", messages[0])
        self.assertIn("does not have the structure", messages[1])
        self.assertIn("the shape of the equation is m, that of z is n", messages[2])
        self.assertIn("||F z - (y)||^2", answer["errors"][2]["help"])
        self.assertIn("not linear", messages[3])
        self.assertEqual([error["line"] for error in answer["errors"]], [7, 8, 9, 10])

    def test_a_singular_equation_stops_nothing_else(self):
        text = "param A[n, n]\nvar x[n]\nsolve A x == 1 for x\nshow tr(A)\n"
        outcome = nabla("run", self.file("m.nabla", text), "--format", "json", "--data",
                        self.file("d.json", {"A": [[1, 1], [1, 1]]}))
        self.assertEqual(outcome.status, 1)
        answer = outcome.json()
        self.assertIn("singular", answer["errors"][0]["message"])
        self.assertEqual(answer["results"][1]["value"], 2)

    def test_a_solution_that_breaks_its_declaration(self):
        outcome = nabla("run", self.file("m.nabla", "var x >= 0\nsolve 2 x == -1 for x\n"))
        self.assertEqual(outcome.status, 1)
        self.assertIn("no solution as declared", outcome.err)

    def test_claims_that_are_proved(self):
        text = ("param X[m, n]\nparam P[n, n] pd\nparam x[n]\nparam p[n] simplex\nparam t\n"
                "assert X^T X == (X^T X)^T\nassert P^-1 P == eye(n)\nassert sum(p) == 1\n"
                "assert t <= t\nassert x' P x >= 0\nassert grad(x' P x, x) == 2 P x\n")
        for result in self.results(text):
            self.assertEqual(result["status"], "proved", result["request"])

    def test_claims_that_hold_at_random_points(self):
        text = ("param x[n]\nparam y[n]\nparam P[n, n] pd\nparam t\nparam p[n] simplex\n"
                "param Q[n, n] orthogonal\n"
                "assert sin(t)^2 + cos(t)^2 == 1\n"
                "assert x' y <= ||x|| ||y||\nassert x' P x + 1 > 0\n"
                "assert -sum(p .* log(p)) >= 0\nassert log(exp(t) + 1) > t\n"
                "assert sum(abs(x + y)) <= sum(abs(x)) + sum(abs(y))\n")
        for result in self.results(text):
            self.assertIn(result["status"], ("holds", "proved"), result["request"])
            if result["status"] == "holds":
                self.assertEqual(result["points"], 20)
                self.assertEqual(result["result"], "holds on 20 random points, not proved")

    def test_an_ill_conditioned_identity_is_not_refuted(self):
        # Both sides differ by rounding that is amplified: no counterexample.
        text = "param t in [1, 2]\nassert ((1e9 + t)^2 - 1e18 - 2e9 t) == t^2\n"
        self.assertIn(self.only(text)["status"], ("proved", "holds", "untested"))

    def test_counterexamples_are_complete(self):
        text = "param A[n, n]\nparam B[n, n] symmetric\nparam s > 0\nassert s A B == s B A\n"
        result = self.only(text, status=3)
        self.assertEqual(result["status"], "refuted")
        found = result["counterexample"]
        n = found["dims"]["n"]
        A, B, s = (found["values"][name] for name in "ABs")
        self.assertGreater(s, 0)
        self.assertEqual([len(row) for row in B], [n] * n)
        self.assertEqual(B, [list(column) for column in zip(*B)])
        times = lambda P, Q: [[s * sum(P[i][k] * Q[k][j] for k in range(n)) for j in range(n)]
                              for i in range(n)]
        self.assert_close(found["left"], times(A, B), 1e-12)
        self.assert_close(found["right"], times(B, A), 1e-12)
        self.assertNotEqual(found["left"], found["right"])

    def test_refuted_inequalities(self):
        for claim in ("t^2 >= t", "t^2 > 0", "t < t", "sqrt(t^2) == t", "x' y >= 0",
                      "x' x > 0", "||x + y|| >= ||x||"):
            with self.subTest(claim):
                text = f"param t\nparam x[n]\nparam y[n]\nassert {claim}\n"
                self.assertEqual(self.only(text, status=3)["status"], "refuted")

    def test_claims_about_sizes_that_are_fixed(self):
        # (A B - B A)^2 commutes with every 2x2 matrix, and not with larger ones.
        claim = "param A[n, n]\nparam B[n, n]\nparam C[n, n]\n" \
                "assert (A B - B A)^2 C == C (A B - B A)^2\n"
        self.assertEqual(self.only("dim n = 2\n" + claim)["status"], "holds")
        found = self.only(claim, status=3)
        self.assertGreater(found["counterexample"]["dims"]["n"], 2)

    def test_data_are_no_limit_for_a_claim(self):
        text = "param t\nassert t == 2\n"
        self.assertEqual(self.only(text, "--data", "t=2", status=3)["status"], "refuted")

    def test_text_of_a_claim(self):
        outcome = nabla("run", self.file("m.nabla", "param t\nparam x[n]\nparam y[n]\n"
                                         "assert t^2 == t\nassert exp(t) >= 1 + t\n"
                                         "assert sin(t)^2 + cos(t)^2 == 1\n"
                                         "assert x' y <= norm1(x) norminf(y)\n"))
        self.assertEqual(outcome.status, 3)
        self.assertIn("holds on 20 random points, not proved", outcome.out)
        self.assertIn("proved: both sides have the same normal form", outcome.out)
        self.assertIn("refuted", outcome.out)
        self.assertIn("left side      t^2", outcome.out)

    def test_no_point_where_a_claim_means_something(self):
        result = self.only("param t\nassert log(-exp(t)) == 0\n")
        self.assertEqual((result["status"], result["points"]), ("untested", 0))

    def test_imports(self):
        (self.folder / "lib").mkdir()
        self.file("lib/loss.nabla", 'import "../data.nabla"\nloss(v) = ||X v - y||^2\nshow X\n')
        self.file("data.nabla", "param X[m, n]\nparam y[m]\n")
        text = ('import "lib/loss.nabla"\nimport "data.nabla"\nvar w[n]\n'
                "minimize loss(w) over w\n")
        result = self.only(text, "--data", self.file("d.json", DATA))
        self.assertEqual(result["status"], "converged")
        # From another folder, and with a path in the file's name.
        outcome = nabla("run", "model.nabla", "--data", "d.json", cwd=self.folder)
        self.assertEqual(outcome.status, 0, outcome.err)

    def test_imports_that_leave_the_tree(self):
        (self.folder / "tree").mkdir()
        self.file("secret.nabla", "a = 1\n")
        (self.folder / "tree/link.nabla").symlink_to(self.folder / "secret.nabla")
        for path in ("../secret.nabla", "link.nabla", str(self.folder / "secret.nabla")):
            with self.subTest(path):
                model = self.file("tree/m.nabla", f'import "{path}"\nshow a\n')
                outcome = nabla("run", model, "--format", "json", cwd=self.folder)
                self.assertEqual(outcome.status, 1)
                error = outcome.json()["errors"][0]
                self.assertEqual((error["line"], error["column"]), (1, 8))
                self.assertIn("cannot import", error["message"])

    def test_a_geno_model(self):
        text = ("parameters\n  matrix A\n  vector b\n  scalar c\nvariables\n  vector x\n"
                "min norm2(A*x-b).^2 + c*norm2(x).^2\n")
        data = {"A": DATA["X"], "b": DATA["y"], "c": 0.5}
        result = self.only(text, "--data", self.file("d.json", data))
        self.assert_close(result["x"]["x"], [26 / 17, 20 / 17], 1e-7)
        self.assertEqual(result["request"], "minimize norm2(A*x-b).^2 + c*norm2(x).^2 over x")

    def test_constraints_and_methods_that_are_not_built(self):
        text = ("var x\nminimize x^2 over x subject to x >= 1\nminimize x^2 over x using adam\n"
                "minimize x^2 over x using gd(step=0.1)\nminimize (x - 1)^2 over x using newton\n")
        model = self.file("m.nabla", text)
        outcome = nabla("run", model, "--format", "json")
        self.assertEqual(outcome.status, 1)
        answer = outcome.json()
        self.assertEqual([r["status"] for r in answer["results"]],
                         ["unsupported"] * 3 + ["converged"])
        self.assertEqual([(e["line"], e["column"]) for e in answer["errors"]],
                         [(2, 32), (3, 27), (4, 30)])
        for error in answer["errors"]:
            self.assertIn("not available yet", error["message"])
        # A method on the command line takes the place of the file's.
        answer = nabla("run", model, "--format", "json", "--method", "newton").json()
        self.assertEqual([r["status"] for r in answer["results"]],
                         ["unsupported"] + ["converged"] * 3)
