#!/usr/bin/env python3
"""A source file of more than 600 lines fails: split it by idea."""

from harness import ROOT, SOURCE_SUFFIXES, Report, project_files

LIMIT = 600


def main():
    report = Report()
    for path in project_files(SOURCE_SUFFIXES | {".py"}):
        lines = len((ROOT / path).read_text(encoding="utf-8").splitlines())
        report.check(f"length of {path}",
                     [f"{lines} lines, at most {LIMIT}"] if lines > LIMIT else [])
    report.finish()


if __name__ == "__main__":
    main()
