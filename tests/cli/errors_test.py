"""Exit statuses and diagnostics."""

from harness import CliTest, nabla

COMMANDS = ("derive", "eval", "run", "compile", "repl")


class Errors(CliTest):
    def diagnostics(self, *arguments):
        outcome = nabla(*arguments, "--format", "json")
        self.assertEqual(outcome.status, 1, outcome.err)
        return outcome.json()["errors"]

    def test_help_and_version(self):
        self.assertEqual(nabla("--help").status, 0)
        self.assertIn("derive", nabla("--help").out)
        for command in COMMANDS:
            outcome = nabla(command, "--help")
            self.assertEqual(outcome.status, 0)
            self.assertIn(f"nabla {command}", outcome.out)
            self.assertIn("Example", outcome.out)
        version = nabla("--version")
        self.assertEqual(version.status, 0)
        for word in ("nabla", "LLVM", "CPU", "bit"):
            self.assertIn(word, version.out)

    def test_usage_errors_are_status_2(self):
        for arguments in (["derive", "x"], ["derive", "--wrt", "x"], ["frobnicate"],
                          ["derive", "x", "--wrt", "x", "--order", "0"],
                          ["derive", "x", "--wrt", "x", "--format", "sanskrit"],
                          ["run"], ["run", "a.nabla", "--method", "magic"],
                          ["derive", "x", "y", "--wrt", "x"], ["compile", "a.nabla"],
                          ["run", "a.nabla", "--tol", "-1"], ["derive", "x", "--wrt"]):
            with self.subTest(arguments):
                outcome = nabla(*arguments)
                self.assertEqual(outcome.status, 2, outcome.err)
                self.assertEqual(outcome.out, "")
                self.assertNotEqual(outcome.err, "")

    def test_a_mistake_has_its_place(self):
        model = self.file("m.nabla", "param X[m, n]\nparam y[m]\nloss = ||X y||^2\nshow loss\n")
        outcome = nabla("run", model)
        self.assertEqual(outcome.status, 1)
        self.assertEqual(outcome.out, "")
        self.assertIn(f"{model}:3:10", outcome.err)
        errors = self.diagnostics("run", model)
        self.assertEqual((errors[0]["line"], errors[0]["column"]), (3, 10))
        self.assertGreater(errors[0]["end_column"], 10)
        self.assertEqual(errors[0]["file"], str(model))
        self.assertIn("m", errors[0]["message"])

    def test_several_mistakes_are_all_reported(self):
        model = self.file("m.nabla", "param x[n]\na = x + q1\nb = sin(r2)\nshow x\n")
        errors = self.diagnostics("run", model)
        self.assertEqual([error["line"] for error in errors], [2, 3])

    def test_expressions(self):
        for expression in ("x +", "(x", "x^T A x)", "sin", "x x", "[1, 2", "A^", "1..", ""):
            with self.subTest(expression):
                outcome = nabla("derive", expression, "--wrt", "x")
                self.assertEqual(outcome.status, 1, outcome.out + outcome.err)
                self.assertNotEqual(outcome.err, "")

    def test_a_variable_that_is_none(self):
        self.assertEqual(nabla("derive", "x^T x", "--wrt", "x +").status, 1)

    def test_data_files(self):
        cases = {"t.csv": ("a,b\n1,2\n3\n", 3, 2), "t.json": ('{"X": [[1, 2], [3]]}', 1, 18),
                 "u.csv": ("a,b\n1,two\n", 2, 3)}
        for name, (text, line, column) in cases.items():
            with self.subTest(name):
                errors = self.diagnostics("eval", "X", "--data", f"X={self.file(name, text)}")
                self.assertEqual((errors[0]["line"], errors[0]["column"]), (line, column))

    def test_data_that_do_not_fit(self):
        text = "param X[m, n]\nparam y[m]\nvar w[n]\nminimize ||X w - y||^2 over w\n"
        model = self.file("m.nabla", text)
        for data, part in (({"X": [[1, 2]], "y": [1, 2]}, "m = 1"), ({"X": [[1, 2]]}, "y[m]"),
                           ({"X": [1, 2], "y": [1]}, "matrix")):
            with self.subTest(part):
                outcome = nabla("run", model, "--data", self.file("d.json", data))
                self.assertEqual(outcome.status, 1, outcome.err)
                self.assertIn(part, outcome.err)

    def test_values_given_twice_or_to_nobody(self):
        model = self.file("m.nabla", "param x[n]\nshow x\n")
        data = self.file("d.json", {"x": [1]})
        outcome = nabla("run", model, "--data", data, "--data", f"x={data}")
        self.assertEqual(outcome.status, 1)
        self.assertIn("given twice", outcome.err)
        outcome = nabla("run", model, "--data", "q=3")
        self.assertEqual(outcome.status, 1)
        self.assertIn("declares no q", outcome.err)
        outcome = nabla("run", model, "--data", self.folder / "nowhere.json")
        self.assertEqual(outcome.status, 1)
        self.assertIn("nowhere.json", outcome.err)

    def test_missing_values(self):
        outcome = nabla("eval", "x' y", "--data", self.file("d.json", {"x": [1]}))
        self.assertEqual(outcome.status, 1)
        self.assertIn("y", outcome.err)

    def test_a_singular_matrix(self):
        data = self.file("d.json", {"A": [[1, 1], [1, 1]], "x": [1, 2]})
        outcome = nabla("eval", "A^-1 x", "--data", data)
        self.assertEqual(outcome.status, 1)
        self.assertIn("singular", outcome.err)

    def test_a_bounded_variable_is_refused(self):
        model = self.file("m.nabla", "var x >= 0\nminimize (x + 1)^2 over x\n")
        outcome = nabla("run", model)
        self.assertEqual(outcome.status, 1)
        self.assertIn("constraints", outcome.err)

    def test_an_answer_that_no_memory_holds(self):
        data = self.file("d.json", {"x": [1] * 20000})
        outcome = nabla("eval", "sum(x.^3)", "--data", data, "--wrt", "x", "--order", "3")
        self.assertEqual(outcome.status, 1)
        self.assertIn("GB of memory", outcome.err)

    def test_numbers_of_options(self):
        for option, value in (("--tol", "nan"), ("--tol", "inf"), ("--tol", "0"), ("--tol", "1x"),
                              ("--max-iter", "0"), ("--max-iter", "1e3"),
                              ("--max-iter", "99999999999")):
            with self.subTest((option, value)):
                outcome = nabla("run", "a.nabla", option, value)
                self.assertEqual(outcome.status, 2)
                self.assertIn(value, outcome.err)
                self.assertLess(len(outcome.err), 200)

    def test_unknown_options(self):
        for arguments in (["derive", "x^2", "--wrt", "x", "--verbos"], ["eval", "-x", "--out=3"],
                          ["run", "a.nabla", "--frob", "3"], ["compile", "a.nabla", "-o", "out", "--frob"]):
            with self.subTest(arguments):
                outcome = nabla(*arguments)
                self.assertEqual(outcome.status, 2)
                self.assertIn("unknown option --", outcome.err)
        for expression in ("-x", "--x", "-(x)", "--(x' x)"):
            with self.subTest(expression):
                self.assertEqual(nabla("derive", expression, "--wrt", "x").status, 0)

    def test_values_on_the_command_line(self):
        for argument, part in (("x=[1,2,3]", "a list"), ("x=1e999", "too large")):
            with self.subTest(argument):
                outcome = nabla("eval", "x", "--data", argument)
                self.assertEqual(outcome.status, 1)
                self.assertIn(part, outcome.err)

    def test_empty_data(self):
        outcome = nabla("eval", "sum(x)", "--data", self.file("d.json", {"x": []}))
        self.assertEqual(outcome.status, 1)
        self.assertIn("at least 1", outcome.err)

    def test_a_long_line_is_shown_around_the_mistake(self):
        data = self.file("d.json", '{"x": [' + "1," * 50000 + "zz]}")
        outcome = nabla("eval", "x", "--data", data, "--format", "text")
        self.assertEqual(outcome.status, 1)
        self.assertIn("zz]}", outcome.err)
        self.assertLess(len(outcome.err), 1000)
