"""`nabla check`: derivatives against differences, and what is known of convexity."""

import unittest

from harness import CliTest, nabla


class CheckTest(CliTest):
    def check(self, expression, *arguments, status=0):
        outcome = nabla("check", expression, "--format", "json", *arguments)
        self.assertEqual(outcome.status, status, outcome.err)
        return outcome.json()

    def certificate(self, expression, *arguments):
        return self.check(expression, "--points", "2", *arguments)["objectives"][0]

    def test_an_expression(self):
        answer = self.check("||X w - y||^2 + lambda/2 ||w||^2", "--wrt", "w", "--declare",
                            "lambda > 0")
        self.assertTrue(answer["passed"])
        row = answer["checks"][0]
        self.assertEqual(row["wrt"], "w")
        self.assertEqual(row["points"], 5)
        self.assertLess(row["relative_error"], 1e-8)
        objective = answer["objectives"][0]
        self.assertEqual(objective["certificate"], "convex")
        self.assertEqual(objective["variables"], ["w"])
        self.assertIn("||X w - y||^2 is convex: the square of a norm of what is affine",
                      objective["proof"])

    def test_as_text(self):
        outcome = nabla("check", "-sum(log(b - A x))", "--wrt", "x", "--declare", "b[m]")
        self.assertEqual(outcome.status, 0, outcome.err)
        self.assertIn("fine", outcome.out)
        self.assertIn("convex in x, where b - A x > 0", outcome.out)
        self.assertIn("1. b - A x is affine", outcome.out)

    def test_a_counterexample_in_full(self):
        objective = self.certificate("x^T A x", "--wrt", "x")
        self.assertEqual(objective["certificate"], "not convex")
        found = objective["not_convex"]
        self.assertEqual(set(found["point"]), {"x", "A"})
        matrix, v = found["point"]["A"], found["direction"]["x"]
        n = range(len(v))
        curvature = sum(v[i] * (matrix[i][j] + matrix[j][i]) * v[j] for i in n for j in n)
        self.assert_close(found["curvature"], curvature, 1e-9)
        self.assertLess(curvature, 0)

    def test_certificates(self):
        for expression, wrt, declared, expected in (
                ("log(sum(exp(x)))", "x", (), "convex"),
                ("x^T P x", "x", ("P[n,n] psd",), "convex"),
                ("-x^T P x", "x", ("P[n,n] psd",), "concave"),
                ("-log det X", "X", ("X[n,n] pd",), "convex"),
                ("sum(x .* log(x))", "x", (), "convex"),
                ("sqrt(a b)", "a,b", ("a > 0", "b > 0"), "concave"),
                ("a^2/b", "a,b", ("b > 0",), "convex"),
                ("a^2/b", "a,b", ("b < 0",), "concave"),
                ("a b", "a,b", (), "not convex"),
                ("sin(a)", "a", (), "not convex"),
                ("c^T x", "x", ("c[n]",), "convex"),
                ("1 - a", "a", (), "convex"),
                ("sqrt(1 - a)", "a", ("a in [0, 1]",), "concave"),
                ("a^3", "a", ("a in [0, 1]",), "convex")):
            with self.subTest(expression):
                names = [word for name in wrt.split(",") for word in ("--wrt", name)]
                more = [word for text in declared for word in ("--declare", text)]
                self.assertEqual(self.certificate(expression, *names, *more)["certificate"],
                                 expected)

    def test_each_name_alone_without_wrt(self):
        answer = self.check("x^T A x")
        self.assertEqual([(o["variables"], o["certificate"]) for o in answer["objectives"]],
                         [(["x"], "not convex"), (["A"], "convex")])

    def test_values_that_are_no_scalar_have_derivatives_only(self):
        answer = self.check("A x", "--wrt", "x")
        self.assertEqual(answer["objectives"], [])
        self.assertTrue(answer["passed"])

    def test_a_file(self):
        model = self.file("model.nabla", """
param X[m, n]
param y[m]
var w[n]
loss = sum(log(1 + exp(-y .* (X w))))/m
minimize loss over w
show hessian(loss, w)
show grad(||w||^2, w)
maximize -loss over w
""")
        answer = self.check(model)
        self.assertTrue(answer["passed"])
        self.assertEqual([o["certificate"] for o in answer["objectives"]], ["convex", "concave"])
        self.assertEqual([o["sense"] for o in answer["objectives"]], ["minimize", "maximize"])
        checked = [row["expression"] for row in answer["checks"]]
        self.assertIn("loss", checked)
        self.assertIn("grad(loss, w)", checked)
        self.assertIn("||w||^2", checked)

    def test_exit_statuses(self):
        self.assertEqual(nabla("check", "x +* x").status, 1)
        self.assertEqual(nabla("check", "nothing_here.nabla").status, 1)
        self.assertEqual(nabla("check").status, 2)
        model = self.file("model.nabla", "var w[n]\nminimize ||w||^2 over w\n")
        self.assertEqual(nabla("check", model, "--wrt", "w").status, 2)
        # No point has a value to compare with.
        self.check("log(-exp(x))", "--wrt", "x", status=3)

    def test_an_expression_may_begin_with_a_sign(self):
        self.assertEqual(self.certificate("-x^T x", "--wrt", "x")["certificate"], "concave")


class RunTest(CliTest):
    def test_certificates_of_problems(self):
        answer = self.run_file("""
var x[2]
var a
minimize ||x||^2 + sum(x) over x
maximize -||x||^2 over x
minimize (a^2 - 1)^2 over a
""")
        results = answer["results"]
        self.assertEqual([r["certificate"] for r in results], ["convex", "concave", "not convex"])
        self.assertTrue(results[0]["convexity"]["proof"])

    def test_a_refutation_is_about_the_data(self):
        model = self.file("model.nabla", "param A[n, n]\nvar x[n]\n"
                          "minimize x' A x + sum(exp(x)) over x\n")
        data = self.file("data.json", {"A": [[2, 0], [0, 1]]})
        outcome = nabla("run", model, "--data", data, "--format", "json")
        self.assertEqual(outcome.status, 0, outcome.err)
        # A is not declared psd, and no counterexample exists at this A.
        self.assertEqual(outcome.json()["results"][0]["certificate"], "unknown")

    def solve(self, text, data=None):
        model = self.file("model.nabla", text)
        more = ("--data", self.file("data.json", data)) if data else ()
        outcome = nabla("run", model, "--format", "json", *more)
        self.assertEqual(outcome.status, 0, outcome.err)
        return outcome.json()["results"][-1]["classification"]

    def test_classification_with_data(self):
        text = "param A[n, n] symmetric\nparam b[n]\nvar x[n]\n" \
               "solve grad(x' A x/2 - b' x, x) == 0 for x\n"
        for matrix, kind in (([[2, 0], [0, 5]], "minimum"), ([[-2, 0], [0, -5]], "maximum"),
                             ([[2, 0], [0, -5]], "saddle")):
            found = self.solve(text, {"A": matrix, "b": [1, 1]})
            self.assertEqual(found["kind"], kind)
            self.assert_close(sorted(found["eigenvalues"]), sorted([matrix[0][0], matrix[1][1]]),
                              1e-9)
        self.assertIn("eigenvalues are 2, 5",
                      self.solve(text, {"A": [[2, 0], [0, 5]], "b": [1, 1]})["reason"])

    def test_classification_without_data(self):
        ridge = "param X[m, n]\nparam y[m]\nparam lambda > 0\nvar w[n]\n" \
                "solve grad(||X w - y||^2 + lambda ||w||^2, w) == 0 for w\n"
        found = self.solve(ridge)
        self.assertEqual(found["kind"], "minimum")
        self.assertIn("positive definite", found["reason"])
        self.assertEqual(found["eigenvalues"], [])
        matrices = "param A[m, n]\nparam B[m, k]\nparam lambda > 0\nvar X[n, k]\n" \
                   "solve grad(||A X - B||_F^2 + lambda ||X||_F^2, X) == 0 for X\n"
        self.assertEqual(self.solve(matrices)["kind"], "minimum")
        form = "param A[n, n] symmetric\nparam b[n]\nvar x[n]\n" \
               "solve grad(x' A x - b' x, x) == 0 for x\n"
        self.assertEqual(self.solve(form)["kind"], "unknown")


if __name__ == "__main__":
    unittest.main()
