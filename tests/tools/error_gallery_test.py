#!/usr/bin/env python3
"""docs/errors.md is what scripts/error-gallery writes, and it holds many distinct mistakes."""

import subprocess
import sys

from harness import ROOT, Report

ENOUGH = 90


def page_is_current():
    run = subprocess.run([sys.executable, ROOT / "scripts" / "error-gallery", "--check"],
                         capture_output=True, text=True, check=False)
    return [] if run.returncode == 0 else [run.stderr.strip()]


def first_lines(files):
    """What each file's first message says, without its place."""
    found = {}
    for path in files:
        text = path.read_text(encoding="utf-8")
        found.setdefault(text.split(": error: ", 1)[-1].split("\n")[0], path)
    return found


def main():
    report = Report()
    report.check("docs/errors.md", page_is_current())
    files = sorted((ROOT / "tests" / "errors").glob("*.expected"))
    messages = first_lines(files)
    report.check("distinct messages", [] if len(messages) >= ENOUGH else
                 [f"only {len(messages)} of {len(files)} files begin with a message of their own"])
    for path in files:
        source = path.with_suffix(".nabla")
        report.check(path.name, [] if source.exists() else [f"{source} is not there"])
    report.finish()


if __name__ == "__main__":
    main()
