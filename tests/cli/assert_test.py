"""Claims in claims/*.nabla: every one in false.nabla is refuted, every other one is proved."""

import pathlib

from harness import CliTest, nabla

CLAIMS = pathlib.Path(__file__).parent / "claims"


class Claims(CliTest):
    def results(self, path, status):
        outcome = nabla("run", path, "--format", "json")
        self.assertEqual(outcome.status, status, outcome.err)
        return outcome.json()["results"]

    def one(self, text, status=0):
        results = self.run_file(text, status=status)["results"]
        self.assertEqual(len(results), 1)
        return results[0]

    def test_true_claims_are_proved(self):
        total = 0
        for path in sorted(CLAIMS.glob("*.nabla")):
            if path.stem == "false":
                continue
            for result in self.results(path, 0):
                total += 1
                with self.subTest(f"{path.stem}: {result['request']}"):
                    self.assertEqual(result["status"], "proved", result["result"])
                    self.assertTrue(result["result"].startswith("proved: "))
        self.assertGreaterEqual(total, 200)

    def test_false_claims_are_refuted_by_a_counterexample(self):
        results = self.results(CLAIMS / "false.nabla", 3)
        self.assertGreaterEqual(len(results), 70)
        for result in results:
            with self.subTest(result["request"]):
                self.assertEqual(result["status"], "refuted", result["result"])
                found = result["counterexample"]
                self.assertTrue(found["values"])
                self.assertIn("left", found)
                self.assertIn("right", found)

    def test_a_proof_says_what_it_did_and_what_it_needs(self):
        matrices = "param A[n, n]\nparam B[n, n]\n"
        result = self.one(matrices + "assert inv(I + A B) A == A inv(I + B A)\n")["result"]
        self.assertIn("from the ", result)
        self.assertIn("multiply by ", result)
        self.assertIn("then both sides have the same normal form", result)
        self.assertIn("is invertible)", result)
        result = self.one("param t\nassert t/(1 + t) == 1 - 1/(1 + t)\n")["result"]
        self.assertIn("proved: ", result)
        result = self.one("param x[n]\nparam y[n]\nassert x' y <= ||x|| ||y||\n")["result"]
        self.assertEqual(result, "proved: square both sides; then the difference is a sum of "
                                 "squares and of what is at least 0")

    def test_true_for_small_sizes_only(self):
        claim = ("param A[n, n]\nparam B[n, n]\nparam C[n, n]\n"
                 "assert (A B - B A)^2 C == C (A B - B A)^2\n")
        self.assertEqual(self.one("dim n = 2\n" + claim)["status"], "holds")
        self.assertGreaterEqual(self.one(claim, 3)["counterexample"]["dims"]["n"], 3)

    def test_a_tie_refutes_a_strict_claim(self):
        text = "param x[n]\nparam y[n]\nassert ||x + y|| < ||x|| + ||y||\n"
        result = self.one(text, 3)
        self.assertIn("both sides are equal", result["result"])
        self.assertAlmostEqual(result["counterexample"]["left"], result["counterexample"]["right"])

    def test_what_is_nowhere_defined_is_not_proved(self):
        for claim in ("1/(sin(t)^2 + cos(t)^2 - 1) == 5", "log(-exp(t)) == 3",
                      "sqrt(-1 - t^2) == t"):
            with self.subTest(claim):
                # Rounding may make a number of 1/0, which agrees with anything.
                self.assertIn(self.one(f"param t\nassert {claim}\n")["status"],
                              ("untested", "holds"))

    def test_branches_that_are_not_taken_prove_nothing(self):
        # log(t) does not make t positive where it is not looked at.
        for claim in ("abs(t) + step(t) log(t) == t + step(t) log(t)",
                      "where(t > 0, log(t), 0) + abs(t) == where(t > 0, log(t), 0) + t"):
            with self.subTest(claim):
                self.assertEqual(self.one(f"param t\nassert {claim}\n", 3)["status"], "refuted")

    def test_rounding_does_not_refute(self):
        text = ("param K[n, n] antisymmetric\nparam S[n, n] symmetric\nparam X[m, n]\n"
                "param p[n] simplex\nassert tr(K S) == 0\n"
                "assert X - X inv(X' X) X' X == zeros(m, n)\n"
                "assert sum(diag(p) - p p') == 0\n")
        for result in self.run_file(text)["results"]:
            self.assertEqual(result["status"], "proved", result["request"])

    def test_too_many_terms_are_left_to_the_points(self):
        powers = " + ".join(f"x{i}" for i in range(12))
        names = "".join(f"param x{i}\n" for i in range(12))
        result = self.one(names + f"assert ({powers})^14 == ({powers})^7 ({powers})^7 "
                          f"+ 0 x0 + sin(x1)^2 + cos(x1)^2 - 1\n")
        self.assertIn(result["status"], ("holds", "proved"))
