#!/usr/bin/env python3
"""Relative links of the Markdown files lead to files that exist."""

import re

from harness import ROOT, Report, project_files

LINK = re.compile(r"\]\((?!https?://|#)([^)#\s]+)")


def broken(path):
    text = (ROOT / path).read_text(encoding="utf-8")
    return [f"{path}: {target} is not there" for target in LINK.findall(text)
            if not (ROOT / path.parent / target).exists()]


def main():
    report = Report()
    for path in project_files({".md"}):
        report.check(f"links of {path}", broken(path))
    report.finish()


if __name__ == "__main__":
    main()
