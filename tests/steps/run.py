#!/usr/bin/env python3
"""Derivations as they must be printed: each block of a *.board file is a command line after `$ `
and its output up to the next one. Besides the text, the other formats of the same derivation must
say the same: as many lines, the rules by the same names, and the answer last.

NABLA_UPDATE_GOLDEN=1 writes the present output into the files; read the difference before you keep
it. That every line has the value it claims is tested by tests/property."""

import json
import os
import pathlib
import shlex
import subprocess
import sys

FOLDER = pathlib.Path(__file__).resolve().parent
UPDATE = os.environ.get("NABLA_UPDATE_GOLDEN") == "1"


def blocks(text):
    """[(command line, expected output)]"""
    parts = text.split("$ derive ")[1:]
    return [tuple(part.split("\n", 1)) for part in parts]


def run(binary, words):
    done = subprocess.run([binary, "derive", *words, "--steps"], capture_output=True, text=True,
                          timeout=60, check=False)
    return done.stdout, done.returncode


def differences_between_formats(binary, words):
    whole = json.loads(run(binary, [*words, "--format", "json"])[0])
    steps = whole["steps"]
    if steps[-1]["kind"] != "derivative" or steps[-1]["text"] != whole["derivative"]:
        return "the last line is not the derivative"
    latex = run(binary, [*words, "--format", "latex"])[0]
    if latex.count("&=") != len(steps) or not latex.startswith("\\begin{aligned}"):
        return "LaTeX has another number of lines"
    if latex.count("{") != latex.count("}"):
        return "LaTeX's braces do not match"
    unicode = run(binary, [*words, "--format", "unicode"])[0]
    for step in steps:
        if step["unicode"] not in unicode:
            return f"Unicode lacks {step['unicode']}"
        for rule in step["rules"]:
            if rule["rule"] not in unicode or rule["rule"] not in latex:
                return f"a format lacks the rule {rule['rule']}"
    return None


def main():
    binary = sys.argv[1]
    passed = failed = 0
    for path in sorted(FOLDER.glob("*.board")):
        kept = path.read_text(encoding="utf-8").split("$ derive ")[0]
        for command, expected in blocks(path.read_text(encoding="utf-8")):
            words = shlex.split(command)
            output, status = run(binary, words)
            wrong = None
            if status != 0:
                wrong = f"exit status {status}"
            elif not UPDATE and output.strip() != expected.strip():
                wrong = f"it is now\n{output}"
            else:
                wrong = differences_between_formats(binary, words)
            kept += f"$ derive {command}\n{output.strip()}\n\n"
            passed += wrong is None
            failed += wrong is not None
            if wrong is not None:
                print(f"FAILED {path.name}: {command}: {wrong}")
        if UPDATE:
            path.write_text(kept.rstrip("\n") + "\n", encoding="utf-8")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
