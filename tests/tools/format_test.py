#!/usr/bin/env python3
"""Every C and C++ source is as clang-format-19 writes it (scripts/format fixes it)."""

import subprocess

from harness import ROOT, SOURCE_FOLDERS, SOURCE_SUFFIXES, Report, project_files


def main():
    report = Report()
    for path in project_files(SOURCE_SUFFIXES, SOURCE_FOLDERS):
        run = subprocess.run(["clang-format-19", "--dry-run", "--Werror", str(path)], cwd=ROOT,
                             capture_output=True, text=True, check=False)
        problems = run.stderr.splitlines()[:3] if run.returncode else []
        report.check(f"format of {path}", problems)
    report.finish()


if __name__ == "__main__":
    main()
