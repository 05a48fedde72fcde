"""What the tests of this folder share: a binary, a folder of its own for each test, sessions."""

import pathlib
import subprocess
import tempfile
import unittest

from terminal import PATIENCE, PROMPT, Pipe, Terminal

ROOT = pathlib.Path(__file__).resolve().parents[2]
binary = "nabla"  # run.py puts the path under test here


class Outcome:
    def __init__(self, process):
        self.status = process.returncode
        self.out = process.stdout
        self.err = process.stderr


def feed(text, cwd=None, arguments=("repl",)):
    """A whole session from a pipe."""
    return Outcome(subprocess.run([binary, *arguments], input=text, cwd=cwd, capture_output=True,
                                  text=True, encoding="utf-8", timeout=PATIENCE, check=False))


class ConversationTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def terminal(self, arguments=("repl",)):
        """A session on a terminal, at its first prompt."""
        session = Terminal(binary, self.folder / "state", arguments, cwd=self.folder)
        self.addCleanup(session.close)
        session.expect(PROMPT)
        return session

    def pipe(self):
        session = Pipe(binary, cwd=self.folder)
        self.addCleanup(session.process.stdout.close)
        self.addCleanup(session.process.stdin.close)
        self.addCleanup(session.process.wait)
        self.addCleanup(session.process.kill)
        return session

    def file(self, name, content):
        path = self.folder / name
        path.write_text(content, encoding="utf-8")
        return path
