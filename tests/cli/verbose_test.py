"""--verbose: what was rewritten, and the conventions."""

from harness import CliTest, nabla


class Verbose(CliTest):
    def test_derive_tells_the_rule_with_before_and_after(self):
        outcome = nabla("derive", "log(1 + exp(a))", "--wrt", "a", "--verbose")
        self.assertEqual(outcome.status, 0, outcome.err)
        self.assertEqual(outcome.out.splitlines()[0], "sigmoid(a)")
        self.assertIn("before differentiation", outcome.err)
        self.assertIn("log(1 + exp z) = softplus(z)", outcome.err)
        self.assertIn("log(exp(a) + 1) -> softplus(a)",
                      outcome.err.replace("log(1 + exp(a))", "log(exp(a) + 1)"))
        self.assertIn("a gradient has the variable's shape", outcome.err)

    def test_without_it_nothing_is_told(self):
        outcome = nabla("derive", "log(1 + exp(a))", "--wrt", "a")
        self.assertEqual(outcome.err, "")
        answer = nabla("derive", "log(1 + exp(a))", "--wrt", "a", "--format", "json").json()
        self.assertNotIn("rewrites", answer)

    def test_json_has_it_as_members(self):
        answer = nabla("derive", "tanh(a)", "--wrt", "a", "--format", "json", "--verbose").json()
        self.assertEqual(answer["derivative"], "1 - tanh(a)^2")
        self.assertEqual([r["stage"] for r in answer["rewrites"]], ["for computing"])
        self.assertEqual(answer["rewrites"][0]["before"], "1 - tanh(a)^2")
        self.assertTrue(answer["conventions"])

    def test_eval(self):
        text = "-(b log(sigmoid(a)) + (1 - b) log(1 - sigmoid(a)))"
        answer = self.eval(text, {"a": 40, "b": 1}, "--wrt", "a", "--verbose")
        self.assert_close(answer["derivative"] * 1e18, -4.248354255291589)
        stages = {r["rule"]: r["stage"] for r in answer["rewrites"]}
        self.assertEqual(stages["1 - sigmoid(z) = sigmoid(-z)"], "before differentiation")
        self.assertEqual(stages["sigmoid(z) - y = (1 - y) - sigmoid(-z)"], "for computing")

    def test_run(self):
        text = "param X[m, n]\nparam y[m]\nvar w[n]\nminimize sum(log(1 + exp(-y .* (X w)))) + w' w over w\n"
        data = self.file("data.json", {"X": [[1, 2], [3, 4], [-1, 1]], "y": [1, -1, 1]})
        answer = self.run_file(text, "--data", data, "--verbose")
        self.assertEqual(answer["results"][0]["status"], "converged")
        self.assertIn("log(1 + exp z) = softplus(z)", [r["rule"] for r in answer["rewrites"]])


class Extremes(CliTest):
    """Beyond the rows of docs/stability.md: vectors, higher orders, data of zeros and ones."""

    def test_cross_entropies_at_certain_predictions(self):
        text = "-sum(y .* log(sigmoid(z)) + (1 - y) .* log(1 - sigmoid(z)))"
        data = {"y": [0, 1, 0, 1], "z": [800, 800, -800, -800]}
        answer = self.eval(text, data, "--wrt", "z")
        self.assert_close(answer["value"], 1600)
        self.assert_close(answer["derivative"], [1, 0, 0, -1])
        answer = self.eval("cross_entropy(y, softmax(z))", {"y": [1, 0, 0], "z": [-800, 800, 0]},
                           "--wrt", "z")
        self.assert_close(answer["value"], 1600)
        self.assert_close(answer["derivative"], [-1, 1, 0])
        answer = self.eval("cross_entropy(p, q)", {"p": [0, 1], "q": [0, 1]})
        self.assertEqual(answer["value"], 0)

    def test_third_derivatives_are_finite(self):
        for text in ("log(1 + exp(a))", "tanh(a)", "sigmoid(a)", "log(cosh(a))", "silu(a)",
                     "gelu(a)", "log(sigmoid(a))", "exp(a)/(exp(a) + exp(-a))"):
            for at in (800, -800):
                with self.subTest(text, at=at):
                    answer = self.eval(text, {"a": at}, "--wrt", "a", "--order", "3")
                    self.assertEqual(answer["derivative"], 0)

    def test_probit_tail(self):
        # log Φ and its derivatives, by the asymptotic series of Mills' ratio in 60 digits.
        text = "log(1/2 (1 + erf(a/sqrt(2))))"
        answer = self.eval(text, {"a": -800}, "--wrt", "a")
        self.assert_close(answer["value"], -320007.6035518234)
        self.assert_close(answer["derivative"], 800.001249996094)

    def test_gaussian_of_a_large_argument(self):
        for order in (1, 2, 3):
            answer = self.eval("exp(-a^2/2)", {"a": 1e200}, "--wrt", "a", "--order", order)
            self.assertEqual(answer["derivative"], 0)

    def test_inverse_hyperbolic_functions_of_large_arguments(self):
        for text, at, expected in (("asinh(a)", 1e200, 461.21016577936905),
                                   ("asinh(a)", -1e200, -461.21016577936905),
                                   ("acosh(a)", 1e300, 691.4686750787737)):
            self.assert_close(self.eval(text, {"a": at})["value"], expected)
