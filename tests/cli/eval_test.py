"""nabla eval: values, shapes and the keys of its JSON."""

import math
import struct

from harness import CliTest, nabla


class Eval(CliTest):
    def test_scalar_with_gradient(self):
        answer = self.eval("x^T A x", {"x": [1, -2], "A": [[1, 2], [3, 4]]}, "--wrt", "x")
        self.assert_close(answer["value"], 7)
        self.assert_close(answer["derivative"], [-8, -11])
        self.assertEqual(answer["shape"], [2])
        self.assertEqual(answer["value_shape"], [])
        self.assertIsInstance(answer["expression"], str)
        self.assertNotIn("orientation", answer)
        self.assertNotIn("value_orientation", answer)

    def test_value_alone(self):
        answer = self.eval("A x", {"x": [1, -2], "A": [[1, 2], [3, 4]]})
        self.assert_close(answer["value"], [-3, -5])
        self.assertEqual(answer["shape"], [2])
        self.assertEqual(answer["value_shape"], [2])
        self.assertNotIn("derivative", answer)

    def test_axes_of_a_derivative_are_the_values_then_the_variables(self):
        answer = self.eval("A x", {"x": [5, 7], "A": [[1, 2], [3, 4], [5, 6]]}, "--wrt", "x")
        self.assert_close(answer["derivative"], [[1, 2], [3, 4], [5, 6]])
        self.assertEqual(answer["shape"], [3, 2])
        answer = self.eval("A x", {"x": [5, 7], "A": [[1, 2]]}, "--wrt", "A")
        self.assertEqual(answer["shape"], [1, 1, 2])
        self.assert_close(answer["derivative"], [[[5, 7]]])

    def test_second_and_third_order(self):
        answer = self.eval("sum(x.^3)", {"x": [1, 2]}, "--wrt", "x", "--order", "2")
        self.assert_close(answer["derivative"], [[6, 0], [0, 12]])
        answer = self.eval("sum(x.^3)", {"x": [1, 2]}, "--wrt", "x", "--order", "3")
        self.assertEqual(answer["shape"], [2, 2, 2])
        self.assert_close(answer["derivative"], [[[6, 0], [0, 0]], [[0, 0], [0, 6]]])

    def test_row_vectors_say_so(self):
        answer = self.eval("x'", {"x": [1, 2]})
        self.assertEqual((answer["orientation"], answer["value_orientation"]), ("row", "row"))
        answer = self.eval("x' A", {"x": [1, 2], "A": [[1, 2, 3], [4, 5, 6]]}, "--wrt", "x")
        self.assert_close(answer["derivative"], [[1, 4], [2, 5], [3, 6]])
        self.assertEqual(answer["value_orientation"], "row")
        self.assertNotIn("orientation", answer)
        answer = self.eval("a x'", {"x": [1, 2], "a": 3}, "--wrt", "a")
        self.assertEqual((answer["orientation"], answer["value_orientation"]), ("row", "row"))

    def test_a_name_that_does_not_occur_gives_zeros(self):
        data = {"x": [1, 2], "Y": [[1, 2, 3]]}
        answer = self.eval("x' x", data, "--wrt", "Y")
        self.assert_close(answer["derivative"], [[0, 0, 0]])
        answer = self.eval("x", data, "--wrt", "Y")
        self.assertEqual(answer["shape"], [2, 1, 3])

    def test_matrices_of_one_entry_stay_matrices(self):
        answer = self.eval("X' X", {"X": [[1], [2]]})
        self.assertEqual(answer["value"], [[5]])
        answer = self.eval("X", {"X": [[3]]}, "--wrt", "X")
        self.assertEqual(answer["derivative"], [[[[1]]]])

    def test_numbers_that_json_lacks_are_strings(self):
        answer = self.eval("log(x)", {"x": [0, -1, 1]})
        self.assertEqual(answer["value"], ["-Infinity", "NaN", 0])
        answer = self.eval("x + 1", {"x": ["NaN", "Infinity", "-Infinity"]})
        self.assertEqual(answer["value"], ["NaN", "Infinity", "-Infinity"])

    def test_numbers_have_17_digits(self):
        outcome = nabla("eval", "a/3", "--data", self.file("d.json", {"a": 1}))
        self.assertIn("0.33333333333333331", outcome.out)

    def test_expression_may_begin_with_a_minus(self):
        outcome = nabla("eval", "--data", self.file("d.json", {"x": [1, 2]}), "-x^T x")
        self.assertEqual(outcome.status, 0, outcome.err)
        self.assertEqual(outcome.json()["value"], -5)

    def test_declared_facts(self):
        data = {"x": [1, 2], "A": [[2, 1], [1, 3]]}
        answer = self.eval("x' A x", data, "--wrt", "A", "--declare", "A[n,n] symmetric")
        self.assert_close(answer["derivative"], [[1, 2], [2, 4]])

    def test_data_that_break_a_fact(self):
        outcome = nabla("eval", "x' A x", "--declare", "A[n,n] symmetric", "--data",
                        self.file("d.json", {"x": [1, 2], "A": [[2, 1], [0, 3]]}))
        self.assertEqual(outcome.status, 1)
        self.assertIn("A[1, 2]", outcome.err)

    def test_files_of_several_kinds(self):
        table = self.file("t.csv", "a,b,c\n1,2,3\n4,5,6\n")
        outcome = nabla("eval", "X' y", "--data", f"X={table}:*-c", "--data", f"y={table}:c")
        self.assertEqual(outcome.json()["value"], [27, 36])
        outcome = nabla("eval", "a x", "--data", "a=2", "--data", f"x={table}:b")
        self.assertEqual(outcome.json()["value"], [4, 10])

    def test_standardize(self):
        table = self.file("t.csv", "a,b\n1,5\n3,5\n")
        outcome = nabla("eval", "X", "--data", f"X={table}", "--standardize", "X")
        self.assertEqual(outcome.json()["value"], [[-1, 5], [1, 5]])

    def test_text(self):
        outcome = nabla("eval", "x' x", "--data", self.file("d.json", {"x": [1, 2]}), "--wrt", "x",
                        "--format", "text")
        self.assertEqual(outcome.status, 0, outcome.err)
        self.assertIn("5", outcome.out.splitlines()[0])
        self.assertIn("[2, 4]", outcome.out)

    def test_derivative_of_a_regularised_logistic_loss(self):
        data = {"X": [[1, 2], [3, -1], [0.5, 1]], "y": [1, -1, 1], "w": [0.3, -0.2], "c": 0.1}
        answer = self.eval("sum(log(1 + exp(-y .* (X w))))/3 + c/2 ||w||^2", data, "--wrt", "w")
        gradient = [0.1 * w for w in data["w"]]
        for row, label in zip(data["X"], data["y"]):
            margin = label * sum(x * w for x, w in zip(row, data["w"]))
            for j, x in enumerate(row):
                gradient[j] -= label * x / (1 + math.exp(margin)) / 3
        self.assert_close(answer["derivative"], gradient, 1e-14)

    def test_single_precision(self):
        data = {"A": [[2, 1], [1, 3]], "x": [0.1, 0.2]}
        double = self.eval("exp(A x)", data, "--wrt", "x")
        single = self.eval("exp(A x)", data, "--wrt", "x", "--precision", "f32")
        self.assert_close(single["value"], double["value"], 1e-6)
        self.assert_close(single["derivative"], double["derivative"], 1e-6)
        self.assertNotEqual(single["value"], double["value"])
        self.assertEqual(struct.unpack("f", struct.pack("f", single["value"][0]))[0],
                         single["value"][0])

    def test_no_negative_zero_in_text(self):
        outcome = nabla("eval", "-x", "--data", self.file("d.json", {"x": [0.0, 1.0]}),
                        "--format", "text")
        self.assertIn("[0, -1]", outcome.out)
