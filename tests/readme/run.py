#!/usr/bin/env python3
"""Runs the commands that README.md, docs/ and examples/README.md show.

In a ```bash block each line is a command; in a ```console block a line with `$ ` is one and what
follows is its output, compared with numbers masked (times differ from run to run) and blanks
squeezed. `nabla …` runs the given binary; a script must exist and be executable; what sets a
machine up or builds (git, cmake) is the business of scripts/test itself.
"""

import pathlib
import re
import shlex
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"^```(bash|console)\n(.*?)^```", re.MULTILINE | re.DOTALL)
NUMBER = re.compile(r"[-+]?\d+(\.\d+)?([eE][-+]?\d+)?")
SET_UP = {"git", "cmake", "ctest", "ninja", "cd"}


def commands(kind, body):
    """[(command, expected output or None)] of one block."""
    if kind == "bash":
        lines = [line.split(" #")[0].strip() for line in body.replace("\\\n", " ").splitlines()]
        return [(line, None) for line in lines if line and not line.startswith("#")]
    found = []
    for part in re.split(r"^\$ ", body, flags=re.MULTILINE)[1:]:
        command, _, output = part.partition("\n")
        found.append((command.strip(), output))
    return found


def masked(text):
    lines = (" ".join(NUMBER.sub("#", line).split()) for line in text.splitlines())
    return [line for line in lines if line]


def problem(command, expected, binary):
    """Why the command does not do what the text promises, or None."""
    words = shlex.split(command)
    name = pathlib.Path(words[0]).name
    if name in SET_UP:
        return None
    if words[0].startswith("scripts/"):
        script = ROOT / words[0]
        runnable = script.is_file() and script.stat().st_mode & 0o111
        return None if runnable else "no such script, or it has no run bit"
    if name != "nabla":
        return "no test knows this command"
    run = subprocess.run([binary, *words[1:]], cwd=ROOT, capture_output=True, text=True,
                         timeout=120, check=False)
    if run.returncode != 0:
        return f"exit status {run.returncode}: {run.stderr.strip()[:400]}"
    if expected is None or "…" in expected or masked(run.stdout) == masked(expected):
        return None
    return f"the output differs; it is now\n{run.stdout}"


def main():
    binary = str(pathlib.Path(sys.argv[1]).resolve())
    passed = failed = 0
    files = [ROOT / "README.md", *sorted(ROOT.glob("docs/*.md")), ROOT / "examples/README.md"]
    for path in (path for path in files if path.is_file()):
        for kind, body in BLOCK.findall(path.read_text(encoding="utf-8")):
            for command, expected in commands(kind, body):
                wrong = problem(command, expected, binary)
                passed, failed = passed + (wrong is None), failed + (wrong is not None)
                if wrong is not None:
                    print(f"FAILED {path.relative_to(ROOT)}: {command}\n  {wrong}")
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
