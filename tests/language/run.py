#!/usr/bin/env python3
"""Executes every example of docs/language.md and docs/conventions.md.

  ```nabla     a file, run with `nabla run` as JSON and as text. On the line of a request:
               `# => TEXT` what it answers, `# = VALUE` its value, `# w = VALUE` a variable's
  ```geno      a model of GENO, the same way; its marks are comments at the end
  ```console   `$ nabla …` and all that it prints; a line of `…` stands for any lines
  ```error     a file, or `$ nabla …`, that fails with exit status 1, then lines of the message
  ```json      a data file for the blocks after it (with the directive `file`)

Tables are checked as their directive `check` says (tables.py). A block of another kind fails.
`run.py BINARY --update` writes the present answers into the texts: read the difference.
"""

import json
import math
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

import tables
from blocks import pieces

ROOT = pathlib.Path(__file__).resolve().parents[2]
TEXTS = ["docs/language.md", "docs/conventions.md"]
REQUEST = re.compile(r"^(show|assert|solve|minimize|maximize|export|min$|max$)\b")
MARK = re.compile(r"\s*# (=>|=|\w+ =)(?: (?!\s*#)(.*?))?(?=\s+# (?:=>|=|\w+ =)|$)")
HEADER = re.compile(r"^(\S+):\d+:\d+: error: ")


class Wrong(Exception):
    """An example that is not as the text says."""


class Runner:
    """Runs the commands of one text in a folder of its own."""

    def __init__(self, binary, folder, update):
        self.binary, self.folder, self.update = binary, pathlib.Path(folder), update

    def nabla(self, *arguments):
        return subprocess.run([self.binary, *arguments], cwd=self.folder, capture_output=True,
                              text=True, timeout=60, check=False)

    def keep(self, name, text):
        (self.folder / name).write_text(text, encoding="utf-8")
        return name

    def command(self, line):
        words = shlex.split(line)
        if words[0] != "nabla":
            raise Wrong(f"no test knows this command: {line}")
        return self.nabla(*words[1:])


def rounded(value):
    """A value as the texts write it: six digits."""
    if isinstance(value, list):
        return "[" + ", ".join(map(rounded, value)) + "]"
    return value if isinstance(value, str) else f"{value:.6g}"


def same_value(text, value):
    """Whether a value is the one that a text writes."""
    def close(a, b):
        if isinstance(a, list) or isinstance(b, list):
            return (isinstance(a, list) and isinstance(b, list) and len(a) == len(b)
                    and all(map(close, a, b)))
        if isinstance(a, str) or isinstance(b, str):
            return str(a) == str(b)
        return math.isclose(a, b, rel_tol=2e-5, abs_tol=1e-8)

    try:
        expected = json.loads(re.sub(r"-?\b(NaN|Infinity)\b", r'"\g<0>"', text))
    except ValueError:
        return False
    return close(expected, value)


def answer(result):
    """What a request answers, in a line."""
    for key in ("expression", "status"):
        if key in result:
            return result[key]
    return None


def marked(kind, text, result, printed):
    """One mark as it should be: the text's own if that is right."""
    if kind == "=>":
        found = answer(result)
        if "expression" in result and found not in printed:
            raise Wrong(f"the answer as text does not show {found}")
        return found
    value = result.get("value") if kind == "=" else result.get("x", {}).get(kind.split()[0])
    if value is None:
        raise Wrong(f"no value at `# {kind}`")
    return text if same_value(text or "", value) else rounded(value)


def data_of(piece, runner):
    if "data" not in piece.directives:
        return []
    return ["--data", runner.keep("data.json", piece.directives["data"])]


def check_file(piece, runner):
    """A nabla or geno block; returns its lines with the marks as they should be."""
    name = piece.directives.get("file", f"example.{piece.kind}")
    runner.keep(name, "\n".join(piece.lines) + "\n")
    arguments = ["run", name, *data_of(piece, runner)]
    done, printed = runner.nabla(*arguments, "--format", "json"), runner.nabla(*arguments)
    status = int(piece.directives.get("status", 0))
    for run in (done, printed):
        if run.returncode != status:
            raise Wrong(f"exit status {run.returncode}: {run.stderr.strip()[:600]}")
    results, lines = iter(json.loads(done.stdout)["results"]), []
    current = None
    for line in piece.lines:
        if REQUEST.match(line) and not line.startswith("export"):
            current = next(results)
        marks = list(MARK.finditer(line))
        if marks and current is None:
            raise Wrong(f"a mark before any request: {line}")
        lines.append(line[:marks[0].start()] if marks else line)
        for i, mark in enumerate(marks):
            blank = re.match(r"\s*", mark[0])[0] if i == 0 else "  "
            lines[-1] += f"{blank}# {mark[1]} {marked(mark[1], mark[2], current, printed.stdout)}"
    return lines


def plain(text):
    return [line.rstrip() for line in text.splitlines() if line.strip()]


def check_console(piece, runner):
    """Commands with all that they print."""
    lines = []
    for command, expected in commands(piece.lines):
        done = runner.command(" ".join(line.rstrip("\\") for line in command).removeprefix("$ "))
        if done.returncode != 0:
            raise Wrong(f"exit status {done.returncode}: {done.stderr.strip()[:600]}")
        pattern = "\n".join(r"[\s\S]*" if line.strip() == "…" else re.escape(line.rstrip())
                            for line in expected if line.strip())
        right = re.fullmatch(pattern, "\n".join(plain(done.stdout)))
        lines += [*command, *(expected if right else plain(done.stdout))]
    return lines


def commands(lines):
    """[(lines of the command, lines after it)]"""
    found = []
    for line in lines:
        if line.startswith("$ ") or (found and not found[-1][1] and found[-1][0][-1].endswith("\\")):
            if line.startswith("$ "):
                found.append(([], []))
            found[-1][0].append(line)
        elif found:
            found[-1][1].append(line)
    return found


def error_lines(expected, done):
    """The message as it should stand in the text; a text without carets leaves these out."""
    if done.returncode != 1:
        raise Wrong(f"exit status {done.returncode}, not 1: {(done.stdout + done.stderr)[:400]}")
    if "error: " not in done.stderr:
        raise Wrong(f"no error in {done.stderr[:400]}")
    printed = iter(plain(done.stderr))
    if expected and all(line.rstrip() in printed for line in expected):
        return expected
    carets = any(re.match(r"^\s*\d* \|", line) for line in expected)
    return [line for line in plain(done.stderr)
            if carets or HEADER.match(line) or line.startswith("  help: ")]


def check_error(piece, runner):
    """A file or commands that must fail."""
    if piece.lines[0].startswith("$ "):
        lines = []
        for command, expected in commands(piece.lines):
            done = runner.command(" ".join(part.rstrip("\\") for part in command).removeprefix("$ "))
            lines += [*command, *error_lines(expected, done)]
        return lines
    end = next((i for i, line in enumerate(piece.lines) if HEADER.match(line)), len(piece.lines))
    expected = piece.lines[end:]
    name = HEADER.match(expected[0])[1] if expected else "example.nabla"
    runner.keep(name, "\n".join(piece.lines[:end]) + "\n")
    done = runner.nabla("run", name, *data_of(piece, runner))
    return piece.lines[:end] + error_lines(expected, done)


def check_json(piece, runner):
    json.loads("\n".join(piece.lines))
    runner.keep(piece.directives["file"], "\n".join(piece.lines))
    return piece.lines


CHECKS = {"nabla": check_file, "geno": check_file, "console": check_console, "error": check_error,
          "json": check_json}


def examples(piece, runner):
    """(label, function that gives the right lines, the lines as they are, first line), one each."""
    if piece.kind == "table":
        return tables.examples(piece, runner, Wrong)
    check = CHECKS.get(piece.kind)
    if check is None:
        def check(*_):
            raise Wrong("a block of no kind that is executed")
    return [(piece.lines[0] if piece.lines else "", lambda: check(piece, runner), piece.lines,
             piece.first)]


def check_lines(lines, runner):
    """(number of examples that are right, [(place, label, what is wrong)], replacements)."""
    passed, problems, replaced = 0, [], []
    for piece in pieces(lines):
        for label, right_lines, present, first in examples(piece, runner):
            wrong = None
            try:
                right = right_lines()
                if right != present and runner.update:
                    replaced.append((first, len(present), right))
                elif right != present:
                    wrong = "it is now\n    " + "\n    ".join(
                        line for line in right if line not in present)
            except Wrong as error:
                wrong = str(error)
            passed += wrong is None
            if wrong is not None:
                problems.append((first + 1, label, wrong))
    return passed, problems, replaced


def check_text(path, runner):
    """(examples that are right, problems); rewrites the text when updating."""
    lines = path.read_text(encoding="utf-8").split("\n")
    passed, problems, replaced = check_lines(lines, runner)
    for first, count, right in reversed(replaced):
        lines[first:first + count] = right
    if replaced:
        path.write_text("\n".join(lines), encoding="utf-8")
    name = path.relative_to(ROOT)
    return passed, [f"FAILED {name}:{line}: {label}\n  {wrong}" for line, label, wrong in problems]


def check_itself(runner):
    """Every example of the sample is wrong: one that passes is a fault of this runner."""
    sample = pathlib.Path(__file__).with_name("wrong.md").read_text(encoding="utf-8").split("\n")
    passed, problems, _ = check_lines(sample, runner)
    if passed or not problems:
        return 0, [f"FAILED wrong.md: {passed} of {passed + len(problems)} pass, none should"]
    return 1, []


def main():
    binary = str(pathlib.Path(sys.argv[1]).resolve())
    with tempfile.TemporaryDirectory() as folder:
        passed, problems = check_itself(Runner(binary, folder, False))
    for text in TEXTS:
        with tempfile.TemporaryDirectory() as folder:
            right, wrong = check_text(ROOT / text, Runner(binary, folder, "--update" in sys.argv))
        passed += right
        problems += wrong
    print("\n".join([*problems, f"{passed} passed, {len(problems)} failed"]))
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
