"""nabla derive."""

from harness import CliTest, nabla


class Derive(CliTest):
    def first_line(self, *arguments):
        outcome = nabla("derive", *arguments)
        self.assertEqual(outcome.status, 0, outcome.err)
        return outcome.out.splitlines()[0]

    def test_quadratic_form(self):
        self.assertIn(self.first_line("x^T A x", "--wrt", "x"), ["(A + A^T) x", "A x + A^T x"])

    def test_declared_fact_is_used(self):
        self.assertEqual(
            self.first_line("x^T A x", "--wrt", "x", "--declare", "A[n,n] symmetric"), "2 A x")

    def test_several_declarations(self):
        text = self.first_line("p' A q", "--wrt", "p", "--declare", "p[n]", "--declare", "q[m]",
                               "--declare", "A[n,m]")
        self.assertEqual(text, "A q")

    def test_expression_may_begin_with_a_minus(self):
        for order in (["-x^T x", "--wrt", "x"], ["--wrt", "x", "-x^T x"],
                      ["--wrt=x", "--", "-x^T x"]):
            with self.subTest(order):
                self.assertEqual(self.first_line(*order), "-2 x")

    def test_higher_orders(self):
        self.assertIn(self.first_line("x^T x", "--wrt", "x", "--order", "2"), ["2 I", "2 eye(n)"])
        self.assertEqual(self.first_line("a^4", "--wrt", "a", "--order", "3"), "24 a")

    def test_names_are_part_of_the_answer(self):
        lines = nabla("derive", "x^T A x", "--wrt", "x").out.splitlines()
        self.assertEqual(lines[1], "where")
        self.assertEqual(sorted(line.split() for line in lines[2:]),
                         [["A", "matrix", "n×n"], ["x", "vector", "n"]])

    def test_latex(self):
        outcome = nabla("derive", "x^T A x", "--wrt", "x", "--format", "latex")
        self.assertEqual(outcome.status, 0)
        self.assertIn("\\top", outcome.out)

    def test_unicode_reads_back(self):
        text = self.first_line("lambda x^T A x", "--wrt", "x", "--format", "unicode")
        self.assertIn("λ", text)
        again = nabla("derive", text, "--wrt", "A")
        self.assertEqual(again.status, 0, again.err)

    def test_json(self):
        answer = nabla("derive", "y' X", "--wrt", "y", "--format", "json").json()
        self.assertEqual(len(answer["shape"]), 2)
        self.assertIsInstance(answer["derivative"], str)
        self.assertEqual({name["name"]: name["kind"] for name in answer["names"]},
                         {"X": "matrix", "y": "vector"})

    def test_a_name_that_does_not_occur_gives_zero(self):
        outcome = nabla("derive", "x^T x", "--wrt", "y")
        self.assertEqual(outcome.status, 0, outcome.err)
        self.assertRegex(outcome.out.splitlines()[0], "^(0|zeros.*)$")

    def test_steps_come_before_the_answer(self):
        lines = nabla("derive", "log det X", "--wrt", "X", "--steps").out.splitlines()
        self.assertEqual(lines[0], "f     = logdet(X)")
        self.assertIn("Jacobi's formula", lines[1])
        self.assertEqual(lines[lines.index("") + 1], "X^-T")

    def test_steps_of_a_name_that_does_not_occur(self):
        outcome = nabla("derive", "x^T x", "--wrt", "y", "--steps")
        self.assertEqual(outcome.status, 0, outcome.err)
        self.assertIn("df    = 0", outcome.out)

    def test_steps_in_json(self):
        answer = nabla("derive", "sin(t)^2", "--wrt", "t", "--declare", "t", "--steps", "--format",
                       "json").json()
        steps = answer["steps"]
        self.assertEqual(steps[-1]["kind"], "derivative")
        self.assertEqual(steps[-1]["text"], answer["derivative"])
        rules = [rule for step in steps for rule in step["rules"]]
        self.assertIn("chain rule", [rule["rule"] for rule in rules])
        laws = [rule["law"] for rule in rules if "law" in rule]
        self.assertEqual([(law["left"]["text"], law["right"]["text"]) for law in laws],
                         [("sin'(u)", "cos(u)")])

    def test_steps_are_no_program(self):
        outcome = nabla("derive", "x^T x", "--wrt", "x", "--steps", "--format", "numpy")
        self.assertEqual(outcome.status, 2)
        self.assertIn("--steps is written as text", outcome.err)

    def test_steps_of_a_deep_network_grow_linearly(self):
        def size(layers):
            text = "x"
            words = ["--declare", "x[n]", "--declare", "y[n]"]
            for k in range(1, layers + 1):
                text = f"({text} + W{k} tanh(V{k} {text}))" if layers < 6 else f"tanh(W{k} {text})"
                words += ["--declare", f"W{k}[n,n]", "--declare", f"V{k}[n,n]"]
            outcome = nabla("derive", "y^T " + text, "--wrt", "W1", *words, "--steps", timeout=20)
            self.assertEqual(outcome.status, 0, outcome.err)
            return outcome.out.index("\n\n")

        self.assertLess(size(40), 3 * size(20))
        self.assertLess(size(5), 3 * size(3))
