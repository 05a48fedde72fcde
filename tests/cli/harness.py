"""Runs the nabla binary for the tests of this folder."""

import json
import pathlib
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
binary = "nabla"  # run.py puts the path under test here


class Outcome:
    def __init__(self, process):
        self.status = process.returncode
        self.out = process.stdout
        self.err = process.stderr

    def json(self):
        return json.loads(self.out)


def nabla(*arguments, cwd=ROOT, timeout=120):
    return Outcome(subprocess.run([binary, *map(str, arguments)], cwd=cwd, capture_output=True,
                                  stdin=subprocess.DEVNULL, text=True, timeout=timeout,
                                  check=False))


class CliTest(unittest.TestCase):
    """A test with a folder of its own that goes away with it."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def file(self, name, content):
        path = self.folder / name
        path.write_text(content if isinstance(content, str) else json.dumps(content),
                        encoding="utf-8")
        return path

    def eval(self, expression, data, *arguments):
        outcome = nabla("eval", expression, "--data", self.file("data.json", data), *arguments)
        self.assertEqual(outcome.status, 0, outcome.err)
        return outcome.json()

    def run_file(self, text, *arguments, status=0):
        outcome = nabla("run", self.file("model.nabla", text), "--format", "json", *arguments)
        self.assertEqual(outcome.status, status, outcome.err)
        return outcome.json()

    def assert_close(self, actual, expected, tolerance=1e-12):
        """Nested lists of numbers, entry by entry."""
        if isinstance(expected, list):
            self.assertIsInstance(actual, list)
            self.assertEqual(len(actual), len(expected))
            for one, other in zip(actual, expected):
                self.assert_close(one, other, tolerance)
        elif isinstance(expected, str):
            self.assertEqual(actual, expected)
        else:
            self.assertIsInstance(actual, (int, float))
            self.assertLessEqual(abs(actual - expected), tolerance * max(1, abs(expected)))
