"""What the tool tests share: the project's files, and a report that counts."""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
LAYERS = ["ir", "frontend", "passes", "codegen", "runtime"]
SOURCE_FOLDERS = ["include", *LAYERS, "cli", "tests", "bench", "examples"]
SOURCE_SUFFIXES = {".cpp", ".hpp", ".c", ".h"}


def project_files(suffixes, folders=None, root=ROOT):
    """Files of the project (build trees left out), sorted, as paths relative to the root."""
    found = []
    for path in sorted(root.rglob("*")):
        relative = path.relative_to(root)
        top = relative.parts[0]
        if top.startswith("build") or top == ".git" or not path.is_file():
            continue
        if "__pycache__" in relative.parts or (folders is not None and top not in folders):
            continue
        if relative.suffix in suffixes or relative.name in suffixes:
            found.append(relative)
    return found


def includes(path):
    """(line number, included name) of each #include of a file."""
    pattern = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]')
    lines = path.read_text(encoding="utf-8").splitlines()
    matches = ((number, pattern.match(line)) for number, line in enumerate(lines, 1))
    return [(number, match.group(1)) for number, match in matches if match]


class Report:
    """Counts checks, prints those that fail, and ends with `N passed, N failed`."""

    def __init__(self):
        self.passed = 0
        self.failed = 0

    def check(self, name, problems):
        """`problems` is a list of texts; none means that the check passed."""
        if not problems:
            self.passed += 1
            return
        self.failed += 1
        print(f"FAILED {name}")
        for problem in problems:
            print(f"  {problem}")

    def finish(self):
        print(f"{self.passed} passed, {self.failed} failed")
        sys.exit(1 if self.failed else 0)
