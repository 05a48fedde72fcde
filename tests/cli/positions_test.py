"""Errors that only data, sizes or the methods bring up still point into the text."""

from harness import CliTest, nabla

MODEL = """param X[m, n]
param lambda > 0
var   w[n]
var   b[n] >= 1
loss = ||X w||^2 + lambda ||w||^2
"""


class Positions(CliTest):
    def errors(self, *arguments):
        outcome = nabla(*arguments, "--format", "json")
        self.assertEqual(outcome.status, 1, outcome.out + outcome.err)
        answer = outcome.json()
        if "errors" in answer:
            return answer["errors"], outcome.err
        return [error for result in answer["results"] for error in result.get("errors", [])], \
            outcome.err

    def assert_place(self, arguments, file, line, column, end_column):
        errors, text = self.errors(*arguments)
        error = errors[0]
        self.assertEqual((error["file"], error["line"], error["column"], error["end_column"]),
                         (str(file), line, column, end_column))
        self.assertIsInstance(error["help"], str)
        self.assertIn(f"{file}:{line}:{column}: error: ", text)
        self.assertIn("^", text)

    def assert_run(self, request, place, *arguments):
        with self.subTest(request):
            model = self.file("m.nabla", MODEL + request + "\n")
            self.assert_place(["run", model, *arguments], model, *place)

    def test_statements_that_cannot_be_carried_out(self):
        data = ["--data", self.file("d.json", {"X": [[1, 2]], "lambda": 1})]
        self.assert_run("minimize loss over w subject to sum(w) == 1", (6, 33, 44), *data)
        self.assert_run("minimize ||b||^2 over b", (4, 7, 8), *data)
        self.assert_run("solve ||w||^2 == 1 for w", (6, 7, 19), *data)
        self.assert_run('import "a.nabla"', (6, 8, 17), *data)
        self.assert_run("minimize loss over w using magic", (6, 28, 33), *data)
        self.assert_run("minimize loss over w using gd(tol=1, foo=3)", (6, 38, 43), *data)

    def test_data_that_are_missing_or_do_not_fit(self):
        for data, place in (({"X": [[1, 2]]}, (2, 7, 13)),
                            ({"X": [[1, 2]], "lambda": -1}, (2, 7, 13)),
                            ({"X": [[1, 2]], "lambda": 0}, (2, 7, 13)),
                            ({"X": [1, 2], "lambda": 1}, (1, 7, 8)),
                            ({"lambda": 1}, (1, 7, 8))):
            with self.subTest(data):
                self.assert_run("minimize loss over w", place, "--data",
                                self.file("d.json", data))

    def test_strict_bounds(self):
        model = self.file("m.nabla", "param c > 3 < 5\nshow c\n")
        for value, status in ((3, 1), (5, 1), (4, 0), (3.0000001, 0)):
            self.assertEqual(nabla("run", model, "--data", f"c={value}").status, status)

    def test_sizes_that_are_missing(self):
        model = self.file("m.nabla", MODEL + "export loss as f\n")
        self.assert_place(["compile", model, "-o", self.folder, "--dim", "m=3"], model, 1, 7, 8)

    def test_exports_that_clash(self):
        model = self.file("m.nabla", MODEL + "export loss as f\nexport w as f\n")
        self.assert_place(["compile", model, "-o", self.folder], model, 7, 13, 14)

    def test_what_only_the_sizes_bring_up(self):
        model = self.file("m.nabla", "dim m = n - 3\nparam y[n]\nvar w[m]\nshow y + ones(n)\n")
        data = self.file("d.json", {"y": [1, 2]})
        self.assert_place(["run", model, "--data", data], model, 4, 6, 17)
        model = self.file("m.nabla", "var x[n]\nminimize x^T x over x\n")
        self.assert_place(["run", model], model, 1, 5, 6)
        model = self.file("m.nabla", "param y[n]\nexport y y^T as f\n")
        self.assert_place(["compile", model, "-o", self.folder, "--dim", "n=1000000000"],
                          model, 2, 1, 18)

    def test_one_liners(self):
        data = self.file("d.json", {"x": [1, 2], "A": [[1, 2], [2, -4]]})
        self.assert_place(["eval", "x^T y", "--data", data], "<expression>", 1, 5, 6)
        self.assert_place(["eval", "x^T x", "--data", data, "--wrt", "qq"], "<variable>", 1, 1, 3)
        self.assert_place(["eval", "x^T x", "--data", data, "--wrt", "sin"], "<variable>", 1, 1, 4)
        self.assert_place(["eval", "2 + x^T A x", "--data", data, "--declare", "A[n, n] pd"],
                          "<expression>", 1, 9, 10)

    def test_help_is_always_there(self):
        errors, _ = self.errors("derive", "x + * x", "--wrt", "x")
        self.assertIsInstance(errors[0]["help"], str)
        self.assertEqual(errors[0]["file"], "<expression>")
        errors, _ = self.errors("run", self.folder / "missing.nabla")
        self.assertEqual(errors[0]["help"], "")

    def test_empty_data_that_nothing_uses(self):
        data = self.file("d.json", {"x": [1, 2], "y": []})
        self.assertEqual(nabla("eval", "x^T x", "--data", data).status, 0)
        self.assert_place(["eval", "x^T x + y^T y", "--data", data], "<expression>", 1, 9, 10)
