"""Errors as JSON: one object on stdout, places and labels in it, the exit status as without."""

from harness import CliTest, nabla


class JsonErrors(CliTest):
    def errors(self, *arguments, status=1):
        """The errors, after a look that text and JSON agree on the status and on each message."""
        outcome = nabla(*arguments, "--format", "json")
        self.assertEqual(outcome.status, status, outcome.err)
        self.assertEqual(list(outcome.json()), ["errors"])
        text = nabla(*arguments, "--format", "text")
        self.assertEqual(text.status, status)
        self.assertEqual(text.out, "")
        errors = outcome.json()["errors"]
        self.assertTrue(errors)
        for error in errors:
            self.assertIn(error["message"], text.err)
            self.assertIsInstance(error["help"], str)
            self.assertIsInstance(error["labels"], list)
        return errors

    def test_labels_at_both_operands(self):
        model = self.file("m.nabla", "param X[m, n]\nparam y[m]\nshow X y\n")
        (error,) = self.errors("run", model)
        self.assertEqual((error["line"], error["column"], error["end_column"]), (3, 6, 9))
        self.assertEqual(error["help"], "did you mean X^T y?")
        places = [(label["line"], label["column"], label["end_column"], label["text"])
                  for label in error["labels"]]
        self.assertEqual(places, [(3, 6, 7, "X is m×n"), (3, 8, 9, "y has m entries")])
        self.assertEqual({label["file"] for label in error["labels"]}, {str(model)})

    def test_a_label_in_another_line(self):
        model = self.file("m.nabla", "param x[n]\nparam x[m]\n")
        (error,) = self.errors("run", model)
        self.assertEqual((error["line"], error["labels"][0]["line"]), (2, 1))

    def test_sizes_that_uses_fixed(self):
        """Nobody declares x: where it got its size is a place of its own."""
        (error,) = self.errors("derive", "A x + x", "--wrt", "x", "--declare", "A[m, n]")
        texts = {label["text"]: label["column"] for label in error["labels"]}
        self.assertEqual(texts["A x has m entries"], 1)
        self.assertEqual(texts["x has n entries"], 7)
        self.assertEqual(len(error["labels"]), 3)
        self.assertIn("`x` becomes n", error["labels"][2]["text"])
        self.assertEqual(error["labels"][2]["column"], 1)

    def test_files_that_cannot_be_read(self):
        for path in (self.folder, self.folder / "nowhere.nabla"):
            (error,) = self.errors("run", path)
            self.assertIn("cannot open", error["message"])

    def test_usage(self):
        for arguments in (["derive", "x"], ["run"], ["derive", "x", "y", "--wrt", "x"],
                          ["run", "a.nabla", "--frob"], ["frobnicate"]):
            with self.subTest(arguments):
                outcome = nabla(*arguments, "--format", "json")
                self.assertEqual(outcome.status, 2)
                (error,) = outcome.json()["errors"]
                self.assertNotEqual(error["message"], "")
        # eval answers in JSON if nothing says otherwise.
        outcome = nabla("eval", "--data")
        self.assertEqual(outcome.status, 2)
        self.assertEqual(list(outcome.json()), ["errors"])

    def test_methods_and_options_are_suggested(self):
        head = "var x\nminimize x^2 over x using "
        (error,) = self.errors("run", self.file("a.nabla", head + "nwton\n"))
        self.assertIn("did you mean `newton`?", error["help"])
        (error,) = self.errors("run", self.file("b.nabla", head + "lbfgs(memry=3)\n"))
        self.assertIn("did you mean `memory`?", error["help"])
        self.assertEqual(error["line"], 2)

    def test_every_command_says_where(self):
        model = self.file("m.nabla", "param x[n]\nexport x + z as f\n")
        for arguments in (["run", model], ["compile", model, "-o", self.folder / "out"],
                          ["derive", "x +", "--wrt", "x"], ["eval", "x +", "--data", "x=1"]):
            with self.subTest(arguments):
                for error in self.errors(*arguments):
                    self.assertGreater(error["line"], 0)
                    self.assertGreater(error["end_column"], error["column"])

    def test_too_much_work_has_a_place(self):
        nested = "exp(" * 18 + "a" + ")" * 18
        (error,) = self.errors("derive", nested, "--wrt", "a", "--order", "6")
        self.assertEqual((error["line"], error["column"]), (1, 1))
        self.assertIn("too many steps", error["message"])
