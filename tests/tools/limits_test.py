#!/usr/bin/env python3
"""docs/limits.md has a row for every limit in the sources, with its value."""

import re

from harness import ROOT, Report

CONSTANT = re.compile(r"constexpr\s+[\w:]+\s+(\w+)\s*=\s*([^;]+);")
SYMBOLIC = {"std::numeric_limits<double>::max()": "1.8e308",
            "std::numeric_limits<double>::denorm_min()": "4.9e-324"}


def value(text):
    """The value of a constant as the page writes it."""
    if text in SYMBOLIC:
        return SYMBOLIC[text]
    shifted = re.fullmatch(r"std::(?:size_t|int64_t)\{(\d+)\} << (\d+)", text)
    if shifted:
        number = int(shifted[1]) << int(shifted[2])
        return f"{number >> 20} MB" if "size_t" in text else str(number)
    return str(int(text.replace("'", "")))


def rows():
    page = (ROOT / "docs" / "limits.md").read_text(encoding="utf-8")
    found = {}
    for line in page.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 5 and cells[4].startswith("`"):
            found[cells[4].strip("`")] = cells[1]
    return found


def main():
    report = Report()
    documented = rows()
    constants = {}
    for path in ("frontend/limits.hpp", "ir/work_limit.hpp"):
        constants.update(CONSTANT.findall((ROOT / path).read_text(encoding="utf-8")))
    for name, text in constants.items():
        written = documented.get(name, "nothing")
        wanted = value(text)
        good = wanted in written.split(" levels")
        report.check(name, [] if good else [f"docs/limits.md says {written}, and it is {wanted}"])
    for name in documented.keys() - constants.keys():
        report.check(name, ["docs/limits.md has a row for it, and the sources have none"])
    report.finish()


if __name__ == "__main__":
    main()
