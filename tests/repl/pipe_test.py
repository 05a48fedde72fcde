"""A session from a pipe: plain text, results on stdout, errors on stderr, an exit status."""

from conversation import ConversationTest, feed


class PipeTest(ConversationTest):
    def test_results_alone_on_stdout(self):
        outcome = feed("x := [1, 2, 3]\nx' x\n2 + 3\n")
        self.assertEqual(outcome.status, 0)
        self.assertEqual(outcome.out, "x = [1, 2, 3]\n14\n5\n")
        self.assertEqual(outcome.err, "")

    def test_goes_on_after_an_error_and_says_so_at_the_end(self):
        outcome = feed("1 + 1\nunknown_word + 1\n2 + 2\n")
        self.assertEqual(outcome.status, 1)
        self.assertEqual(outcome.out, "2\n4\n")
        self.assertIn("<input>:1:1: error", outcome.err)
        self.assertNotIn("\x1b", outcome.out + outcome.err)
        self.assertNotIn("nabla>", outcome.out)

    def test_nothing_is_fine(self):
        for text in ("", "\n\n", "# only a comment\n", "1 + 1"):
            with self.subTest(text):
                self.assertEqual(feed(text).status, 0)

    def test_plain_nabla_reads_the_pipe_too(self):
        outcome = feed("6 7\n6 * 7\n", arguments=())
        self.assertEqual(outcome.out, "42\n")
        self.assertEqual(outcome.status, 1)

    def test_windows_lines(self):
        self.assertEqual(feed("1 + 1\r\nx := [1,\r\n2]\r\n").out, "2\nx = [1, 2]\n")

    def test_lines_go_on(self):
        outcome = feed("(1 + 2 +\n  3) +  # a comment\n  4\nx := [1,\n2]\n")
        self.assertEqual(outcome.out, "10\nx = [1, 2]\n")

    def test_a_statement_ends_an_unclosed_bracket(self):
        outcome = feed("(1 + 2\nparam q\n3 + 3\n")
        self.assertEqual(outcome.out, "6\n")
        self.assertEqual(outcome.err.count("error"), 1)

    def test_a_value_or_a_definition_ends_an_unfinished_line(self):
        outcome = feed("minimize x^2\nx := 3\nx\n")
        self.assertEqual(outcome.out, "x = 3\n3\n")
        self.assertEqual(outcome.err.count("error"), 1)
        self.assertIn("<input>:1:", outcome.err)
        outcome = feed("f = 2 +\ng = 3\ng\n:names\nf\n")
        self.assertIn("\n3\n", outcome.out)
        self.assertEqual(feed("max([1, 5; 7, 2],\naxis = 1)\n").out, "[7, 5]'\n")

    def test_words_of_other_programs(self):
        for word, command in (("exit", ":quit"), ("quit", ":quit"), ("quit()", ":quit"),
                              ("help", ":help"), (":q", ":quit"), (":exit", ":quit"),
                              (":h", ":help"), ("clear", ":forget")):
            with self.subTest(word):
                outcome = feed(word + "\n1 + 1\n")
                self.assertEqual((outcome.status, outcome.out), (1, "2\n"))
                self.assertIn(command, outcome.err)
                self.assertEqual(outcome.err.count("error"), 1)
        self.assertEqual(feed("help := 3\nhelp\n").out, "help = 3\n3\n")

    def test_status_of_a_refuted_claim(self):
        self.assertEqual(feed("assert 1 + 1 == 2\n").status, 0)
        self.assertEqual(feed("assert x + x == x\n1 + 1\n").status, 3)
        self.assertEqual(feed("assert x + x == x\n(1\n").status, 1)
        self.assertEqual(feed("(1\n\nassert x + x == x\n").status, 1)
        self.assertEqual(feed("minimize (a - 9)^4 over a using gd(max_iter=1)\n").status, 3)

    def test_quit_ends(self):
        self.assertEqual(feed("1 + 1\n:quit\n2 + 2\n").out, "2\n")

    def test_a_file_may_come_first(self):
        path = self.file("model.nabla", "param lambda > 0\nf = lambda^2\n")
        outcome = feed("lambda := 3\nf\n", arguments=("repl", str(path)))
        self.assertEqual(outcome.out.splitlines()[-1], "9")
        self.assertEqual(feed("1\n", arguments=("repl", "no_such.nabla")).status, 1)


class PlaceTest(ConversationTest):
    """Errors point into the line just typed, whatever stands behind the scenes."""

    def place_of(self, session, text):
        first = session.ask(text).splitlines()[0]
        return first.split(": error")[0], first

    def test_places(self):
        session = self.pipe()
        session.ask("param A[3, 2]\nparam z[3]\nf = sum(z)\ng(u) = A u")
        for text, place in (
                ("A z", "<input>:1:1"),
                ("   1 + sum(A z)", "<input>:1:12"),
                ("h = f + sum(A z)", "<input>:1:13"),
                (":type A z", "<input>:1:7"),
                (":latex  sum(A z)", "<input>:1:13"),
                ("λ + sum(A z)", "<input>:1:9"),
                ("f + (\n sum(A z))", "<input>:2:6"),
                ("x := A z", "<input>:1:6"),
                (":minimize sum(A z) over z", "<input>:1:15"),
                ("minimize f over z", "<input>:1:17"),
                ("show A z", "<input>:1:6"),
                ("param B[\n", "<input>:1:8"),
                (":nonsense", "<input>:1:1"),
                (":type", "<input>:1:6"),
                (":names 3", "<input>:1:8"),
                (":help nonsense", "<input>:1:7"),
                (":load nowhere.nabla", "<input>:1:7"),
                (":data z=nowhere.json", "<input>:1:7"),
                (":save no/such/folder", "<input>:1:7"),
                (":forget nobody", "<input>:1:9")):
            with self.subTest(text):
                found, line = self.place_of(session, text)
                self.assertEqual(found, place, line)

    def test_an_earlier_line_is_a_label(self):
        session = self.pipe()
        session.ask("f = x' A x")
        session.ask("A := [[1, 2], [3, 4]]")
        session.ask("x := [1, 2, 3]")
        shown = session.ask("1 + f")
        self.assertTrue(shown.startswith("<input>:1:1: error"), shown)
        self.assertIn("x' A x", shown)

    def test_a_file_has_its_own_places(self):
        path = self.file("wrong.nabla", "param A[3, 2]\nparam z[3]\n\n  f = sum(A z)\n")
        session = self.pipe()
        self.assertIn(f"{path}:4:11: error", session.ask(f":load {path}"))
        self.assertIn("no names yet", session.ask(":names"))


class SessionTest(ConversationTest):
    def test_expressions_without_values_are_shown(self):
        session = self.pipe()
        shown = session.ask("x^T A x")
        self.assertIn("x^T A x\nwhere\n", shown)
        self.assertIn("x  vector n", shown)
        self.assertIn("A  matrix n×n", shown)

    def test_derivatives_of_what_is_defined(self):
        session = self.pipe()
        session.ask("f = ||A x - b||^2")
        self.assertIn("2 A^T (A x - b)", session.ask("∇_x f"))
        self.assertIn("2 A^T (A x - b)", session.ask("grad(f, x)"))
        self.assertIn("2 A^T A", session.ask("hessian(f, x)"))
        session.ask("A := [[1, 0], [0, 2]]\nb := [1, 1]\nx := [1, 1]")
        self.assertEqual(session.ask("∇_x f"), "[0, 4]\n")
        self.assertEqual(session.ask("hessian(f, x)"), "[2, 0;\n 0, 8]\n")

    def test_functions(self):
        session = self.pipe()
        session.ask("q(u) = u^T u + 1")
        session.ask("y := [3, 4]")
        self.assertEqual(session.ask("q(y)"), "26\n")
        self.assertIn("2 x", session.ask("grad(q(x), x)"))

    def test_a_later_definition_replaces_the_earlier_one(self):
        session = self.pipe()
        session.ask("a := 2\nf = a^2\ng = f + 1")
        self.assertEqual(session.ask("g"), "5\n")
        session.ask("f = a^3")
        self.assertEqual(session.ask("g"), "9\n")
        session.ask("a := 3")
        self.assertEqual(session.ask("g"), "28\n")
        session.ask("f := 10")
        self.assertEqual(session.ask("g"), "11\n")

    def test_an_error_changes_nothing(self):
        session = self.pipe()
        session.ask("a := 2\nf = a^2")
        for wrong in ("f = a +* 2", "f = nonsense_word", "a := [1, 2", "a := [1, [2]]", "f = f + 1",
                      "param a[", "a := b_7"):
            with self.subTest(wrong):
                self.assertIn("error", session.ask(wrong + "\n"))
                self.assertEqual(session.ask("f"), "4\n")

    def test_a_user_of_what_changed_is_named(self):
        session = self.pipe()
        session.ask("f = x' x\nh = grad(f, x)")
        self.assertIn("warning: h, which uses f, is wrong from here on", session.ask("f = 2 x"))
        self.assertIn("error", session.ask("h"))
        session.ask("f = 3 x' x")
        self.assertIn("6 x", session.ask("h"))

    def test_values(self):
        session = self.pipe()
        self.assertEqual(session.ask("x := [1, -2.5, 1e3]"), "x = [1, -2.5, 1000]\n")
        self.assertEqual(session.ask("X := [[1,2],[3,40]]"), "X = [1,  2;\n     3, 40]\n")
        self.assertEqual(session.ask("X := [1, 2; 3, 4]"), "X = [1, 2;\n     3, 4]\n")
        self.assertEqual(session.ask("y := 2 x"), "y = [2, -5, 2000]\n")
        self.assertEqual(session.ask("y := y + x"), "y = [3, -7.5, 3000]\n")
        self.assertEqual(session.ask("x'"), "[1, -2.5, 1000]'\n")
        self.assertIn("1×1", session.ask("M := [[3]]\n:names"))
        self.assertIn("error", session.ask("x := [[1, 2], [3]]"))
        self.assertIn("error", session.ask("x := 1e999"))
        self.assertIn("has no value", session.ask("z := 2 w"))
        self.assertIn("(30 entries)", session.ask("v := [" + ", ".join("1" * 30) + "]"))

    def test_values_fit_declarations(self):
        session = self.pipe()
        session.ask("param A[n, n] symmetric\nparam p > 0\ndim k = 3\nparam w[k]")
        self.assertIn("error", session.ask("A := [[1, 2], [3, 4]]"))
        self.assertIn("error", session.ask("A := [1, 2]"))
        self.assertIn("error", session.ask("p := -1"))
        self.assertIn("error", session.ask("w := [1, 2]"))
        self.assertNotIn("error", session.ask("w := [1, 2, 3]\nA := [[1, 2], [2, 4]]\np := 1"))
        self.assertEqual(session.ask("sum(w)"), "6\n")

    def test_sizes_may_change_one_value_at_a_time(self):
        session = self.pipe()
        session.ask("param X[m, n]\nparam y[m]\nX := [[1, 2], [3, 4]]\ny := [1, 1]")
        session.ask("X := [[1, 2], [3, 4], [5, 6]]")
        self.assertIn("error", session.ask("X^T y"))
        session.ask("y := [1, 1, 1]")
        self.assertEqual(session.ask("X^T y"), "[9, 12]\n")

    def test_minimize(self):
        session = self.pipe()
        session.ask("var x[2]\nc := [3, 4]")
        self.assertIn("converged", session.ask("minimize ||x - c||^2 over x"))
        self.assertEqual(session.ask("x"), "[3, 4]\n")
        session.ask("c := [5, 6]")
        self.assertIn("converged", session.ask(":minimize ||x - c||^2 over x"))
        self.assertEqual(session.ask("x"), "[5, 6]\n")

    def test_minimize_over_an_undeclared_name(self):
        session = self.pipe()
        session.ask("A := [[2, 0], [0, 4]]\nb := [2, 4]")
        self.assertIn("converged", session.ask("minimize ||A z - b||^2 over z"))
        self.assertEqual(session.ask("z"), "[1, 1]\n")
        session.ask("z := [7, 7]")  # a start value
        self.assertIn("converged", session.ask("minimize ||A z - b||^2 over z"))
        self.assertEqual(session.ask("z"), "[1, 1]\n")

    def test_solve_and_assert(self):
        session = self.pipe()
        session.ask("A := [[2, 0], [0, 4]]\nb := [2, 4]\nvar x[2]")
        self.assertIn("[1, 1]", session.ask("solve A x == b for x"))
        self.assertEqual(session.ask("x"), "[1, 1]\n")
        self.assertIn("assert", session.ask("assert (A B)^T == B^T A^T"))

    def test_what_a_problem_lacks_is_asked_for_in_the_session(self):
        session = self.pipe()
        session.ask("var x[2]\nparam c[2]")
        shown = session.ask("minimize ||x - c||^2 over x")
        self.assertIn("c[2] has no value", shown)
        self.assertIn(":data c=FILE", shown)
        self.assertNotIn("--data", shown)

    def test_singular_matrices_are_no_crash(self):
        session = self.pipe()
        session.ask("A := [[1, 2], [2, 4]]\nb := [1, 1]")
        session.ask("A^-1 b")
        self.assertEqual(session.ask("1 + 1"), "2\n")


class CommandTest(ConversationTest):
    def test_type(self):
        shown = self.pipe().ask(":type x^T A")
        self.assertTrue(shown.startswith("row vector n\nwhere\n"), shown)

    def test_latex(self):
        self.assertIn("A^{\\top} x", self.pipe().ask(":latex A^T x"))

    def test_code_needs_sizes(self):
        for command in (":plan", ":llvm", ":asm", ":time"):
            with self.subTest(command):
                session = self.pipe()
                shown = session.ask(f"{command} A x")
                self.assertIn("give sizes: ", shown)
                self.assertIn("dim n = 100", shown)
                self.assertTrue(shown.startswith(f"<input>:1:{len(command) + 2}: error"), shown)

    def test_plan(self):
        session = self.pipe()
        session.ask("dim m = 1000\ndim n = 100\nparam X[m, n]\nparam w[n]")
        shown = session.ask(":plan X^T (X w)")
        self.assertIn("flops", shown)
        self.assertIn("1000", shown)

    def test_llvm_and_assembly(self):
        session = self.pipe()
        session.ask("x := [1, 2, 3, 4]")
        self.assertIn("define ", session.ask(":llvm exp(x)"))
        self.assertIn("ret", session.ask(":asm exp(x)"))

    def test_time(self):
        session = self.pipe()
        session.ask("dim n = 50\nparam A[n, n]\nparam x[n]")
        shown = session.ask(":time x^T A x")
        self.assertIn("a call", shown)
        self.assertIn("GFLOP/s", shown)
        self.assertIn("random numbers stood for A, x", shown)

    def test_check(self):
        session = self.pipe()
        session.ask("param S[n, n] symmetric\nparam P[n, n] pd\nparam q[n] simplex")
        for expression in ("x^T A x", "sum(log(x))", "tr(S^2 A) + x' S x", "logdet P", "A x",
                           "sum(q) + q' x", "grad(log(sum(exp(A x))), x)", "||x|| + norm1(x)"):
            with self.subTest(expression):
                shown = session.ask(f":check {expression}")
                self.assertIn("fine", shown)
                self.assertNotIn("WRONG", shown)

    def test_check_says_where_no_point_is(self):
        self.assertIn("no random point", self.pipe().ask(":check log(-exp(x))"))

    def test_steps_show_the_derivation(self):
        session = self.pipe()
        session.ask("param A[n, n] symmetric\nparam b[n]\nvar x[n]\nf = x^T A x/2 - b^T x")
        shown = session.ask(":steps grad(f, x)")
        for line in ("product rule: x^T A x", "a scalar is its own transpose", "collect: dx",
                     "df/dx = A x - b"):
            self.assertIn(line, shown)
        shown = session.ask(":steps hessian(f, x)")
        self.assertIn("d2f/dx2 = A", shown)
        shown = session.ask(":steps grad(f, x) + 2 jacobian(A b, b)^T x")
        self.assertIn("df/db", shown)
        self.assertIn("df/dx", shown)
        self.assertIn("there is no derivative in this", session.ask(":steps x^T x"))
        self.assertIn("gradients, Jacobians and Hessians", session.ask(":steps hvp(f, x, b)"))
        self.assertIn("error", session.ask(":steps grad(x +* x, x)"))

    def test_convex(self):
        session = self.pipe()
        shown = session.ask(":convex log(sum(exp(A x))) over x")
        self.assertIn("convex in x\n", shown)
        self.assertIn("1. A x is affine", shown)
        self.assertIn("neither convex nor concave in x", session.ask(":convex x^T A x over x"))
        # With values the question is about them.
        session.ask("x := [1, 2]\nA := [[1, 0], [0, 2]]")
        self.assertIn("unknown", session.ask(":convex x^T A x over x"))
        session.ask("A := [[1, 0], [0, -2]]")
        self.assertIn("with the values given", session.ask(":convex x^T A x over x"))
        self.assertIn("error", session.ask(":convex x +* x"))
        self.assertIn("needs a scalar", session.ask(":convex A x over x"))
        self.assertIn("the expression has no y", session.ask(":convex x^T x over y"))
        session.ask("var w[n]")
        self.assertIn("convex in w\n", session.ask(":convex ||A w - x||^2"))

    def test_classify(self):
        session = self.pipe()
        self.assertIn("the point is not known", session.ask(":classify x^T x"))
        session.ask("x := [0, 0]")
        self.assertEqual(session.ask(":classify x^T x"),
                         "minimum: the Hessian's eigenvalues are 2, 2\n")
        self.assertIn("maximum", session.ask(":classify -x^T x"))
        self.assertIn("saddle: the Hessian's eigenvalues are -2, 2",
                      session.ask(":classify x[1]^2 - x[2]^2 over x"))
        self.assertIn("degenerate", session.ask(":classify x[1]^2 over x"))
        self.assertIn("degenerate", session.ask(":classify sum(x.^4)"))
        session.ask("x := [1, 0]")
        self.assertIn("not a critical point", session.ask(":classify x^T x"))

    def test_load_save(self):
        session = self.pipe()
        session.ask("dim n = 2\nparam A[n, n] symmetric\nf = x^T A x\ng(u) = u^T u\n"
                    "x := [0.1, 1e-300]\nlambda := 3\nA := [[1, 2], [2, 5]]\nexport f as f_out")
        names = session.ask(":names")
        self.assertIn("saved", session.ask(":save session.nabla"))
        fresh = self.pipe()
        fresh.ask(":load session.nabla")
        self.assertEqual(sorted(fresh.ask(":names").splitlines()), sorted(names.splitlines()))
        self.assertEqual(fresh.ask("x"), session.ask("x"))
        self.assertEqual(fresh.ask("g(x) + f"), session.ask("g(x) + f"))

    def test_load_takes_statements_in_any_order(self):
        self.file("model.nabla", "loss = sum(margin) + my_weight\nmargin = X w\n"
                                 "param my_weight\nparam X[m, n]\nvar w[n]\nminimize loss over w\n")
        session = self.pipe()
        shown = session.ask(":load model.nabla")
        self.assertIn("not carried out: minimize loss over w", shown)
        self.assertIn("scalar", session.ask(":type loss"))

    def test_load_changes_nothing_where_it_fails(self):
        self.file("model.nabla", "f = 2\ng = unknown_word\n")
        session = self.pipe()
        session.ask("f = 1")
        self.assertIn("model.nabla:2:5: error", session.ask(":load model.nabla"))
        self.assertEqual(session.ask("f"), "1\n")

    def test_data(self):
        self.file("table.csv", "a,b,target\n1,2,3\n4,5,6\n")
        self.file("values.json", '{"x": [1, 2], "lambda": 0.5}')
        session = self.pipe()
        self.assertIn("X  matrix 2×2", session.ask(":data X=table.csv:a,b"))
        self.assertIn("y  vector 2", session.ask(":data y=table.csv:target"))
        session.ask(":data values.json")
        self.assertEqual(session.ask("lambda X^T y"), "[13.5, 18]\n")

    def test_names(self):
        session = self.pipe()
        self.assertEqual(session.ask(":names"), "no names yet\n")
        session.ask("param A[n, n]\nf = x^T A x\nx := [1, 2]")
        shown = session.ask(":names")
        for expected in ("param A[n, n]", "f = x^T A x", "scalar", "vector 2"):
            self.assertIn(expected, shown)

    def test_forget(self):
        session = self.pipe()
        session.ask("x := [1, 2]\nf = 3")
        session.ask(":forget f")
        self.assertNotIn("f = 3", session.ask(":names"))
        self.assertIn(":forget needs a name", session.ask(":forget"))
        self.assertIn("x", session.ask(":names"))
        session.ask(":forget x")
        self.assertEqual(session.ask(":names"), "no names yet\n")

    def test_help(self):
        session = self.pipe()
        shown = session.ask(":help")
        for command in (":type", ":steps", ":latex", ":llvm", ":asm", ":plan", ":time", ":check",
                        ":convex", ":classify", ":minimize", ":load", ":data", ":save",
                        ":names", ":help",
                        ":quit"):
            self.assertIn(command, shown)
        self.assertIn("derivative by x: cos(x)", session.ask(":help sin"))
        self.assertIn("gradient of a scalar", session.ask(":help grad"))
        self.assertIn("minimize EXPR over", session.ask(":help minimize"))
        for word in ("pd", "psd", "simplex", "integer", "adam", "lbfgs", "∇", "in", "for", "as",
                     "T", "invertible", "full_rank", "subject", "newton-cg"):
            self.assertIn(word, session.ask(":help " + word))
        self.assertIn(":plan E", session.ask(":help plan"))
        self.assertIn("did you mean `softplus`", session.ask(":help softpluss"))

    def test_unknown_commands_offer_the_near_one(self):
        self.assertIn("did you mean :latex?", self.pipe().ask(":latexx x"))
