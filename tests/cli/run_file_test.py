"""nabla run."""

from harness import ROOT, CliTest, nabla

LEAST_SQUARES = """
param X[m, n]
param y[m]
var w[n]
loss = ||X w - y||^2
minimize loss over w
show ||X w - y||
"""
DATA = {"X": [[1, 0], [0, 2], [1, 1]], "y": [1, 2, 4]}


class Run(CliTest):
    def solve(self, text, data, *arguments, status=0):
        return self.run_file(text, "--data", self.file("data.json", data), *arguments,
                             status=status)["results"]

    def test_every_method_finds_the_minimum(self):
        for method in ("gd", "lbfgs", "newton"):
            with self.subTest(method):
                result = self.solve(LEAST_SQUARES, DATA, "--method", method)[0]
                self.assertEqual(result["status"], "converged")
                self.assert_close(result["x"]["w"], [17 / 9, 11 / 9], 1e-7)
                self.assertLessEqual(result["gradient_norm"], 1e-8)

    def test_keys_of_a_problem(self):
        result = self.solve(LEAST_SQUARES, DATA)[0]
        for key in ("request", "status", "value", "x", "iterations", "evaluations",
                    "gradient_norm", "kkt", "multipliers", "certificate"):
            self.assertIn(key, result)
        self.assertEqual(result["request"], "minimize loss over w")
        for key in ("stationarity", "primal", "dual", "complementarity"):
            self.assertIn(key, result["kkt"])

    def test_show_sees_the_fitted_variables(self):
        fit, show = self.solve(LEAST_SQUARES, DATA)
        self.assertEqual(show["request"], "show ||X w - y||")
        self.assertEqual(show["shape"], [])
        self.assert_close(show["value"] ** 2, fit["value"], 1e-9)

    def test_show_without_data_is_a_formula(self):
        show = self.run_file("param A[n, n] symmetric\nparam x[n]\nshow grad(x' A x, x)\n")
        self.assertEqual(show["results"][0]["expression"], "2 A x")
        self.assertNotIn("value", show["results"][0])

    def test_show_of_a_row(self):
        show = self.solve("param x[n]\nshow x'\n", {"x": [1, 2]})[0]
        self.assertEqual((show["shape"], show["orientation"], show["value"]), ([2], "row", [1, 2]))

    def test_several_variables(self):
        text = ("param X[m, n]\nparam y[m]\nvar w[n]\nvar b\n"
                "minimize ||X w + b - y||^2 + ||w||^2 over w, b\n")
        answers = [self.solve(text, DATA, "--method", method)[0]["x"]
                   for method in ("newton", "lbfgs")]
        self.assert_close(answers[1]["w"], answers[0]["w"], 1e-6)
        self.assert_close(answers[1]["b"], answers[0]["b"], 1e-6)
        residuals = [sum(x * w for x, w in zip(row, answers[0]["w"])) + answers[0]["b"] - y
                     for row, y in zip(DATA["X"], DATA["y"])]
        self.assertLess(abs(sum(residuals)), 1e-9)

    def test_a_matrix_variable(self):
        text = "param B[m, n]\nvar W[m, n]\nminimize ||W - B||^2 + ||W||^2 over W\n"
        result = self.solve(text, {"B": [[2, 4, 6], [8, 10, 12]]}, "--method", "newton")[0]
        self.assert_close(result["x"]["W"], [[1, 2, 3], [4, 5, 6]], 1e-9)

    def test_a_pd_variable_starts_at_the_identity(self):
        text = "param S[n, n] pd\nvar P[n, n] pd\nminimize tr(S P) - logdet(P) over P\n"
        result = self.solve(text, {"S": [[2, 1], [1, 3]]})[0]
        self.assertEqual(result["status"], "converged")
        self.assert_close(result["x"]["P"], [[0.6, -0.2], [-0.2, 0.4]], 1e-6)

    def test_a_factorisation_does_not_stay_at_zero(self):
        text = "param A[m, n]\nvar U[m, 1]\nvar V[1, n]\nminimize ||U V - A||^2 over U, V\n"
        result = self.solve(text, {"A": [[2, 4], [1, 2]]})[0]
        self.assertEqual(result["status"], "converged")
        self.assertLess(result["value"], 1e-12)

    def test_maximize(self):
        result = self.solve("var x\nmaximize 3 - (x - 2)^2 over x\n", {})[0]
        self.assert_close(result["value"], 3)
        self.assert_close(result["x"]["x"], 2, 1e-8)

    def test_start_values(self):
        text = "var x\nminimize (x^2 - 1)^2 over x\n"
        result = self.run_file(text, "--start", self.file("s.json", {"x": -3}))["results"][0]
        self.assert_close(result["x"]["x"], -1, 1e-6)

    def test_not_converged_is_status_3(self):
        for text, status in (("var x\nminimize 2 x over x\n", "unbounded"),
                             ("var x\nminimize x - log(x) over x\n", "not_finite")):
            with self.subTest(status):
                answer = self.run_file(text, status=3)
                self.assertEqual(answer["results"][0]["status"], status)
        outcome = self.solve(LEAST_SQUARES, DATA, "--max-iter", "1", "--method", "gd", status=3)
        self.assertEqual(outcome[0]["status"], "max_iterations")

    def test_text_shows_formulas_and_times(self):
        outcome = nabla("run", self.file("m.nabla", LEAST_SQUARES), "--data",
                        self.file("d.json", DATA), "--method", "newton")
        self.assertEqual(outcome.status, 0, outcome.err)
        for word in ("minimize loss over w", "gradient", "2 X^T (X w - y)", "Hessian", "2 X^T X",
                     "Newton", "iterations", "derive", "compile", "solve", "converged"):
            self.assertIn(word, outcome.out)

    def test_the_examples_fit_their_data(self):
        table = ROOT / "examples/data/breast_cancer.csv"
        for method in ("lbfgs", "newton"):
            answer = nabla("run", "examples/logistic.nabla", "--data", f"X={table}:*-benign",
                           "--data", f"y={table}:benign", "--data", "lambda=0.01",
                           "--standardize", "X", "--method", method, "--format", "json").json()["results"]
            self.assertEqual(answer[0]["status"], "converged")
            self.assertGreater(answer[1]["value"], 0.97)
        table = ROOT / "examples/data/diabetes.csv"
        answer = nabla("run", "examples/ridge.nabla", "--data", f"X={table}:*-progression",
                       "--data", f"y={table}:progression", "--data", "lambda=0.01",
                       "--standardize", "X", "--format", "json").json()["results"]
        self.assertEqual(answer[0]["status"], "converged")
        self.assertGreater(answer[1]["value"], 0.51)

    def test_a_stationary_start_that_is_no_minimum(self):
        for method in ("gd", "lbfgs", "newton"):
            with self.subTest(method):
                result = self.run_file("var x\nminimize x^4 - x^2 over x\n", "--method",
                                       method)["results"][0]
                self.assert_close(result["value"], -0.25)
                result = self.run_file("var x[3]\nminimize -x^T x over x\n", "--method", method,
                                       "--start", self.file("s.json", {"x": [0, 0, 1e-3]}),
                                       status=3)["results"][0]
                self.assertEqual(result["status"], "unbounded")

    def test_what_cannot_be_carried_out_stops_nothing_else(self):
        model = self.file("m.nabla", "var x\nparam a\nassert exp(a) >= 1 + a\n"
                          "minimize (x - 1)^2 over x subject to x <= 0\n"
                          "minimize (x - a)^2 over x\nshow x + a\n")
        outcome = nabla("run", model, "--data", "a=2", "--format", "json")
        self.assertEqual(outcome.status, 1)
        answer = outcome.json()
        self.assertEqual([r.get("status") for r in answer["results"]],
                         ["holds", "unsupported", "converged", None])
        self.assert_close(answer["results"][3]["value"], 4, 1e-7)
        self.assertEqual([e["line"] for e in answer["errors"]], [4])
        self.assertIn("m.nabla:4:", outcome.err)

    def test_data_for_what_is_optimised(self):
        model = self.file("m.nabla", "var w\nminimize (w - 1)^2 over w\n")
        outcome = nabla("run", model, "--data", "w=3")
        self.assertEqual(outcome.status, 1)
        self.assertIn("--start", outcome.err)
        self.assertEqual(nabla("run", model, "--start", "w=3").status, 0)
        # A file of many names may hold more than is needed.
        self.assertEqual(nabla("run", model, "--data", self.file("d.json", {"w": 3})).status, 0)
