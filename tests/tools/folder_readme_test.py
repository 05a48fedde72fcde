#!/usr/bin/env python3
"""Each folder that holds sources has a short README.md that says what the folder is for."""

from harness import LAYERS, ROOT, SOURCE_SUFFIXES, Report, project_files

SHORTEST, LONGEST = 5, 80


def folders():
    found = {"tests", "bench", "examples", "cmake", "scripts", "docs"}
    for path in project_files(SOURCE_SUFFIXES, [*LAYERS, "cli"]):
        found.add(str(path.parent))
    return sorted(found)


def problems(folder):
    readme = ROOT / folder / "README.md"
    if not readme.is_file():
        return ["there is none"]
    lines = len(readme.read_text(encoding="utf-8").splitlines())
    if SHORTEST <= lines <= LONGEST:
        return []
    return [f"{lines} lines; {SHORTEST} to {LONGEST} are wanted"]


def main():
    report = Report()
    for folder in folders():
        report.check(f"README of {folder}", problems(folder))
    report.finish()


if __name__ == "__main__":
    main()
