#!/usr/bin/env python3
"""Runs the commands that README.md, docs/ and examples/README.md show; the reference of the language
is tests/language's.

In a ```bash block each line is a command; in a ```console block a line with `$ ` is one and what
follows is its output, compared with numbers masked (times differ from run to run) and blanks
squeezed; a line of `…` alone stands for any lines. `nabla …` runs the given binary; a script must
exist and be executable; what sets a machine up or builds (git, cmake) is the business of
scripts/test itself. NABLA_UPDATE_GOLDEN=1 writes the present output into the texts.
"""

import os
import pathlib
import re
import shlex
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"^```(bash|console)\n(.*?)^```", re.MULTILINE | re.DOTALL)
NUMBER = re.compile(r"[-+]?\d+(\.\d+)?([eE][-+]?\d+)?")
SET_UP = {"git", "cmake", "ctest", "ninja", "cd"}
ELSEWHERE = {"language.md", "conventions.md"}
UPDATE = os.environ.get("NABLA_UPDATE_GOLDEN") == "1"


def commands(kind, body):
    """[(command, expected output or None)] of one block; a backslash continues a command."""
    if kind == "bash":
        lines = [line.split(" #")[0].strip() for line in body.replace("\\\n", " ").splitlines()]
        return [(line, None) for line in lines if line and not line.startswith("#")]
    return [(command.replace("\\\n", " "), output) for command, output
            in re.findall(r"^\$ ((?:.*\\\n)*.*)\n((?:(?!\$ ).*\n)*)", body, re.MULTILINE)]


def masked(text):
    lines = (" ".join(NUMBER.sub("#", line).split()) for line in text.splitlines())
    return "\n".join(line for line in lines if line)


def matches(output, expected):
    parts = [re.escape(part.strip("\n")) for part in re.split(r"^…$", masked(expected), flags=re.M)]
    return re.fullmatch(r"\s*" + r"[\s\S]*".join(parts) + r"\s*", masked(output)) is not None


def run(command, binary):
    """(what is wrong or None, the output or None)."""
    words = shlex.split(command)
    name = pathlib.Path(words[0]).name
    if name in SET_UP:
        return None, None
    if words[0].startswith("scripts/"):
        script = ROOT / words[0]
        runnable = script.is_file() and script.stat().st_mode & 0o111
        return (None if runnable else "no such script, or it has no run bit"), None
    if name != "nabla":
        return "no test knows this command", None
    done = subprocess.run([binary, *words[1:]], cwd=ROOT, capture_output=True, text=True,
                          timeout=120, check=False)
    if done.returncode != 0:
        return f"exit status {done.returncode}: {done.stderr.strip()[:400]}", None
    return None, done.stdout


def check(path, binary):
    """(number of commands, problems) of one text."""
    text = path.read_text(encoding="utf-8")
    problems = []
    count = 0
    for kind, body in BLOCK.findall(text):
        for command, expected in commands(kind, body):
            count += 1
            wrong, output = run(command, binary)
            if wrong is None and output is not None and expected and not matches(output, expected):
                if UPDATE:
                    text = text.replace(expected, output, 1)
                else:
                    wrong = f"the output differs; it is now\n{output}"
            if wrong is not None:
                problems.append(f"FAILED {path.relative_to(ROOT)}: {command}\n  {wrong}")
    if UPDATE:
        path.write_text(text, encoding="utf-8")
    return count, problems


def main():
    binary = str(pathlib.Path(sys.argv[1]).resolve())
    total, problems = 0, []
    for path in [ROOT / "README.md", *sorted(ROOT.glob("docs/*.md")), ROOT / "examples/README.md"]:
        if path.is_file() and path.name not in ELSEWHERE:
            count, wrong = check(path, binary)
            total += count
            problems += wrong
    print("\n".join([*problems, f"{total - len(problems)} passed, {len(problems)} failed"]))
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
