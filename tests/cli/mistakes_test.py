"""Wrong input that would be easy to overlook: it is refused, in its place, with the way out."""

from harness import CliTest, nabla


class Options(CliTest):
    def usage(self, *arguments):
        outcome = nabla(*arguments)
        self.assertEqual(outcome.status, 2, outcome.out + outcome.err)
        return outcome.err

    def test_unknown_commands(self):
        self.assertIn("did you mean `derive`", self.usage("derivee", "x^2", "--wrt", "x"))
        self.assertIn("no command `frobnicate`", self.usage("frobnicate"))

    def test_the_name_to_differentiate_by(self):
        for command in ("derive", "eval"):
            self.assertIn("--wrt", self.usage(command, "x^2", "--wrt", ""))
        self.assertIn("--wrt", self.usage("eval", "x^2", "--data", "x=1", "--order", "2"))
        outcome = nabla("derive", "x^T A x", "--wrt", "x,A")
        self.assertEqual(outcome.status, 1)
        self.assertIn("<variable>:1:2", outcome.err)
        self.assertIn("--wrt x", outcome.err)

    def test_a_name_that_the_expression_does_not_use(self):
        for form in ("text", "json", "unicode", "latex"):
            outcome = nabla("derive", "x^T A x", "--wrt", "X", "--format", form)
            self.assertEqual(outcome.status, 0, outcome.err)
            self.assertIn("does not use X", outcome.err)
            self.assertIn("did you mean `x`", outcome.err)
        outcome = nabla("derive", "x^T x", "--wrt", "q", "--declare", "q[k]")
        self.assertEqual((outcome.status, outcome.err), (0, ""))
        outcome = nabla("eval", "x^2", "--data", "x=2", "--wrt", "a")
        self.assertEqual(outcome.json()["derivative"], 0)
        self.assertIn("does not use a", outcome.err)
        outcome = nabla("eval", "x^2", "--data", "x=2", "--data",
                        self.file("q.json", {"q": [1, 2]}), "--wrt", "q")
        self.assertEqual(outcome.json()["derivative"], [0, 0])
        self.assertEqual(outcome.err, "")

    def test_declarations(self):
        for word in ("param", "var"):
            outcome = nabla("derive", "x^T x", "--wrt", "x", "--declare", f"{word} x[n]")
            self.assertEqual(outcome.status, 1)
            self.assertIn(f"`{word}`", outcome.err)
            self.assertIn("--declare 'x[n]'", outcome.err)
        for size in ("0", "-3"):
            outcome = nabla("derive", "y^2", "--wrt", "y", "--declare", f"dim n = {size}")
            self.assertEqual(outcome.status, 1)
            self.assertIn("--declare:1:9", outcome.err)
            self.assertIn(f"`n` is {size}, but a size is at least 1", outcome.err)

    def test_clamp(self):
        outcome = nabla("derive", "sum(clamp(x, 1, -1))", "--wrt", "x")
        self.assertEqual(outcome.status, 1)
        self.assertIn("<expression>:1:14", outcome.err)
        for ends in ("-1, 1", "1, 1", "a, b", "1, a"):
            outcome = nabla("derive", f"sum(clamp(x, {ends}))", "--wrt", "x")
            self.assertEqual(outcome.status, 0, outcome.err)


class Places(CliTest):
    def error(self, *arguments):
        outcome = nabla(*arguments, "--format", "json")
        self.assertEqual(outcome.status, 1, outcome.err)
        (error,) = outcome.json()["errors"]
        return error

    def test_a_factorisation_that_fails(self):
        data = self.file("d.json", {"A": [[1, 1], [1, 1]], "x": [1, 2]})
        error = self.error("eval", "A^-1 x", "--data", data)
        self.assertIn("singular", error["message"])
        self.assertEqual((error["line"], error["column"], error["end_column"]), (1, 1, 7))
        indefinite = self.file("e.json", {"A": [[1, 2], [2, 1]]})
        error = self.error("eval", "chol(A)", "--declare", "A[2,2] symmetric", "--data", indefinite)
        self.assertIn("positive definite", error["message"])
        self.assertEqual(error["column"], 1)
        model = self.file("m.nabla", "param A[n, n]\nparam x[n]\nshow x\nshow A^-1 x\n")
        error = self.error("run", model, "--data", data)
        self.assertEqual((error["file"], error["line"]), (str(model), 4))

    def test_files_that_cannot_be_opened(self):
        model = self.folder / "nowhere.nabla"
        self.assertEqual(self.error("run", model)["file"], str(model))
        for path in (self.folder / "nowhere.json", self.folder / "folder.json"):
            if path.name.startswith("folder"):
                path.mkdir()
            error = self.error("eval", "x", "--data", f"x={path}")
            self.assertEqual(error["file"], str(path))
            self.assertIn("cannot open", error["message"])

    def test_tokens_of_json(self):
        for text, column, end in (('{"x":["a"', 7, 10), ('{"x":[1, null]}', 10, 14),
                                  ('{"x":[true]}', 7, 11), (r'{"x":["a\"b"]}', 7, 13),
                                  ('{"x":[[1], 23]}', 12, 14), ('{"x":[1e999]}', 7, 12),
                                  ('{"x":[1, [2]]}', 10, 11), ('{"x": {"y": 1}}', 7, 8),
                                  ('{"x":["λ"]}', 7, 10)):
            with self.subTest(text):
                error = self.error("eval", "x", "--data", self.file("d.json", text))
                self.assertEqual((error["column"], error["end_column"]), (column, end))

    def test_a_nul_behind_the_json(self):
        error = self.error("eval", "x", "--data", self.file("d.json", '{"x": 1}\n\0{"y": 2}'))
        self.assertEqual((error["line"], error["column"]), (2, 1))


class Data(CliTest):
    def test_names_that_nobody_has(self):
        model = self.file("m.nabla", "param alpha\nparam x[n]\nshow alpha\n")
        for argument, words in (("2x=3", "`2x` is not a name"),
                                ("alpa=3", "did you mean `alpha`"), ("n=3", "dim n = "),
                                ("over=3", "`over`"), ("zz=3", "it declares: alpha, x")):
            with self.subTest(argument):
                outcome = nabla("run", model, "--data", argument)
                self.assertEqual(outcome.status, 1)
                self.assertIn(words, outcome.err)
        outcome = nabla("eval", "alpha^2", "--data", "alpha=2", "--data", "alhpa=3",
                        "--declare", "alpha")
        self.assertEqual(outcome.status, 1)
        self.assertIn("did you mean `alpha`", outcome.err)
        # A file may hold more than is needed.
        self.assertEqual(self.eval("x^2", {"x": 3, "y": 4})["value"], 9)

    def test_numbers_for_sizes(self):
        data = {"x": [1, 2, 3, 4], "m": 3}
        self.assertEqual(self.eval("sum(i in 1..m: x[i])", data)["value"], 6)
        self.assertEqual(self.eval("sum(ones(k))", {"k": 5})["value"], 5)
        self.assertEqual(self.eval("m sum(i in 1..m: x[i])", data)["value"], 18)
        derived = self.eval("sum(i in 1..m: x[i]^2)", data, "--wrt", "x")
        self.assertEqual(derived["derivative"], [2, 4, 6, 0])
        outcome = nabla("eval", "sum(ones(k))", "--data", "k=4")
        self.assertEqual((outcome.status, outcome.json()["value"]), (0, 4))
        for value, words in (("2.5", "whole number"), ("0", "whole number"), ("nan", "whole")):
            outcome = nabla("eval", "sum(ones(k))", "--data", f"k={value}")
            self.assertEqual(outcome.status, 1)
            self.assertIn(words, outcome.err)
        outcome = nabla("eval", "sum(x + ones(m))", "--data", self.file("d.json", data))
        self.assertEqual(outcome.status, 1, outcome.out)
        # A size in a declaration alone is no reason to look for it in the data.
        data = {"A": [[1, 2], [3, 4]], "n": 5}
        self.assertEqual(self.eval("sum(A)", data, "--declare", "A[n,n]")["value"], 10)
        outcome = nabla("eval", "sum(ones(k))", "--data", "k=4", "--declare", "dim k = 5")
        self.assertEqual(outcome.status, 1)
        self.assertIn("the data say 4", outcome.err)
        outcome = nabla("eval", "sum(i in 1..m: x[i])", "--data",
                        self.file("d.json", {"x": [1, 2], "m": 3}))
        self.assertEqual(outcome.status, 1, outcome.out)

    def test_sizes_that_nothing_gives(self):
        outcome = nabla("eval", "sum(ones(k))")
        self.assertEqual(outcome.status, 1)
        self.assertIn("--declare 'dim k = 100'", outcome.err)
        outcome = nabla("run", self.file("m.nabla", "var x[n]\nminimize x^T x over x\n"))
        self.assertEqual(outcome.status, 1)
        self.assertIn("dim n = 100", outcome.err)

    def test_independence(self):
        for declaration, value, words in (
                ("W[n, n] invertible", [[1, 1], [1, 1]], "row 2 is a combination"),
                ("W[n, n] invertible", [[1, 2], [0, 0]], "row 2 is zero"),
                ("W[m, n] full_rank", [[1, 2], [2, 4], [3, 6]], "column"),
                ("W[m, n] full_rank", [[1, 2, 3], [2, 4, 6]], "row")):
            with self.subTest(declaration):
                model = self.file("m.nabla", f"param W{declaration[1:]}\nshow sum(W)\n")
                outcome = nabla("run", model, "--data", self.file("d.json", {"W": value}))
                self.assertEqual(outcome.status, 1)
                self.assertIn(words, outcome.err)
                self.assertIn(":1:7", outcome.err)
