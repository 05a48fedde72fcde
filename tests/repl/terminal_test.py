"""The parts that only a terminal has: prompts, editing, history, completion, Ctrl-C."""

import os

from conversation import ConversationTest
from terminal import MORE, PROMPT

CTRL_A, CTRL_C, CTRL_D, UP, TAB = "\x01", "\x03", "\x04", "\x1b[A", "\t"

# Hundreds of iterations that take a good part of a second each.
ENDLESS = "minimize ||U V W - I||^2 over U, V, W using gd(tol=1e-300, max_iter=1000000000)"


class TerminalTest(ConversationTest):
    def test_answers_and_ends_with_control_d(self):
        session = self.terminal()
        self.assertIn("[1, 2, 3]", session.enter("x := [1, 2, 3]"))
        self.assertIn("14", session.enter("x' x"))
        session.send(CTRL_D)
        self.assertEqual(session.wait(), 0)

    def test_plain_nabla_is_a_session(self):
        session = self.terminal(arguments=())
        self.assertIn("3", session.enter("1 + 2"))
        session.send(":quit\r")
        self.assertEqual(session.wait(), 0)

    def test_quit_is_fine_after_errors(self):
        session = self.terminal()
        self.assertIn("error", session.enter("nonsense_name + 1"))
        session.send(":quit\r")
        self.assertEqual(session.wait(), 0)

    def test_error_points_into_the_line(self):
        session = self.terminal()
        session.enter("param A[3, 2]")
        session.enter("param z[3]")
        shown = session.enter("  1 + sum(A z)")
        self.assertIn("<input>:1:11", shown)
        self.assertIn("^^^", shown)

    def test_editing(self):
        session = self.terminal()
        session.send("2 + 3" + CTRL_A + "10 * ")
        self.assertIn("23", session.enter(""))
        session.send("7 + 88\x7f")  # backspace
        self.assertIn("15", session.enter(""))

    def test_unicode_is_typed(self):
        session = self.terminal()
        session.enter("λ := 3")
        self.assertIn("9", session.enter("λ²"))

    def test_history_within_and_across_sessions(self):
        first = self.terminal()
        first.enter("111 + 222")
        first.send(UP)
        self.assertIn("333", first.enter(""))
        first.send(CTRL_D)
        self.assertEqual(first.wait(), 0)
        self.assertTrue((self.folder / "state/nabla/history").is_file())

        second = self.terminal()
        second.send(UP)
        second.expect("111 + 222")
        self.assertIn("333", second.enter(""))

    def test_history_that_cannot_be_written_harms_nothing(self):
        self.file("state", "a file where the folder would be")
        session = self.terminal()
        self.assertIn("5", session.enter("2 + 3"))
        session.send(UP)
        self.assertIn("5", session.enter(""))

    def test_lines_of_one_input_are_one_entry(self):
        session = self.terminal()
        session.enter("(40 +  # forty", MORE)
        self.assertIn("42", session.enter("2)"))
        session.send(UP)
        session.expect("(40 + 2)")
        self.assertIn("42", session.enter(""))

    def test_continuation(self):
        session = self.terminal()
        session.enter("x := [1,", MORE)
        session.enter("2,", MORE)
        self.assertIn("[1, 2, 3]", session.enter("3]"))
        session.enter("sum(x) +", MORE)
        self.assertIn("106", session.enter("100"))
        session.enter("minimize ||z - 1||^2", MORE)
        session.enter("", PROMPT)

    def test_blank_line_ends_an_unclosed_bracket(self):
        session = self.terminal()
        session.enter("sum(1 + 2", MORE)
        self.assertIn("error", session.enter(""))
        self.assertIn("4", session.enter("2 + 2"))

    def test_a_command_ends_an_unfinished_input(self):
        session = self.terminal()
        session.enter("f = 1 +", MORE)
        shown = session.enter(":names")
        self.assertIn("error", shown)
        self.assertIn("no names yet", shown)
        session.enter(":minimize x^2", MORE)
        self.assertIn("x = 3", session.enter("x := 3"))
        session.enter("f = 1 +", MORE)
        session.send("quit\r")
        session.expect(":quit ends the session")
        session.expect(PROMPT)
        session.enter("(1 +", MORE)
        session.send(":quit\r")
        self.assertEqual(session.wait(), 0)

    def test_bytes_that_are_no_text(self):
        session = self.terminal()
        for bad in (b"\xff\xfe", b"\xc3", b"\xe2\x82", b"\xf0\x9f"):
            session.send(bad + b"\r")
            self.assertIn("error", session.expect(PROMPT))
            self.assertIn("7", session.enter("3 + 4"))

    def test_completion_of_nothing(self):
        session = self.terminal()
        session.send(TAB)
        shown = session.expect("zeros(")
        for word in ("iota(", "dexpm(", "not_greater_equal(", "max_share("):
            self.assertNotIn(word, shown)
        self.assertIn("softmax(", shown)

    def test_completion_of_functions(self):
        session = self.terminal()
        session.send("softp" + TAB)
        session.expect("softplus(")
        self.assertIn("0.693147", session.enter("0)"))

    def test_completion_of_names(self):
        session = self.terminal()
        session.enter("my_long_name = x^T x")
        session.send("my_l" + TAB)
        session.expect("my_long_name")
        self.assertIn("x", session.enter(""))

    def test_completion_of_commands(self):
        session = self.terminal()
        session.send(":lat" + TAB)
        session.expect(":latex ")
        self.assertIn(r"\lVert", session.enter("||x||"))

    def test_completion_of_files(self):
        self.file("model_with_a_name.nabla", "param A[2, 2]\n")
        session = self.terminal()
        session.send(":load mod" + TAB)
        session.expect("model_with_a_name.nabla")
        self.assertIn("A", session.enter(""))

    def test_ambiguous_completion_lists_the_words(self):
        session = self.terminal()
        session.send("soft" + TAB)
        session.expect("softmax(")
        session.expect("softplus(")
        session.send(CTRL_C)
        session.expect(PROMPT)

    def test_control_c_clears_the_input(self):
        session = self.terminal()
        session.send("1 + 2")
        session.expect("1 + 2")
        session.send(CTRL_C)
        session.expect(PROMPT)
        self.assertIn("7", session.enter("3 + 4"))

    def test_control_c_leaves_a_continuation(self):
        session = self.terminal()
        session.enter("sum([1,", MORE)
        session.send(CTRL_C)
        session.expect(PROMPT)
        self.assertIn("7", session.enter("3 + 4"))

    def test_control_c_stops_a_computation(self):
        session = self.terminal()
        session.enter("y := [5, 6]")
        session.enter("dim n = 600")
        for name in "UVW":
            session.enter(f"var {name}[n, n]")
        session.send(ENDLESS + "\r")
        session.expect("iteration ")  # the progress line: it is under way
        session.send(CTRL_C)
        session.expect("stopped")
        session.expect(PROMPT)
        self.assertIn("11", session.enter("sum(y)"))
        session.send(CTRL_D)
        self.assertEqual(session.wait(), 0)

    def test_control_d_in_a_continuation_goes_back(self):
        session = self.terminal()
        session.enter("sum([1,", MORE)
        session.send(CTRL_D)
        session.expect(PROMPT)
        self.assertIn("7", session.enter("3 + 4"))

    def test_history_file_is_private(self):
        session = self.terminal()
        session.enter("1 + 1")
        mode = os.stat(self.folder / "state/nabla/history").st_mode & 0o777
        self.assertEqual(mode, 0o600)
