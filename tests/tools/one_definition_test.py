#!/usr/bin/env python3
"""No two types of a folder have one name: outside of unnamed namespaces the linker would merge them.

The folders are the namespaces (`codegen/source` is `nabla::codegen`), so that two structs of one name
in two headers are two definitions of one type, which nothing but a sanitizer notices.
"""

import pathlib
import re
import tempfile

from harness import LAYERS, ROOT, Report, project_files

DEFINITION = re.compile(r"^(?:template <.*>\s*)?(?:struct|class|enum class) (\w+)\b(?!::)[^;]*\{")


def definitions(path):
    """Names of the types that a file defines at its left margin, outside of `namespace {`."""
    hidden = False
    for line in path.read_text(encoding="utf-8").splitlines():
        if line == "namespace {":
            hidden = True
        elif line == "}  // namespace":
            hidden = False
        match = DEFINITION.match(line)
        if match and not hidden:
            yield match[1]


def duplicates(folder, root):
    where = {}
    for path in project_files({".cpp", ".hpp"}, [folder], root):
        for name in definitions(root / path):
            where.setdefault(name, []).append(str(path))
    return [f"{name}: {', '.join(paths)}" for name, paths in where.items() if len(paths) > 1]


def self_check():
    """The check above must notice two types of one name, and leave hidden ones alone."""
    with tempfile.TemporaryDirectory() as name:
        root = pathlib.Path(name)
        (root / "ir").mkdir()
        (root / "ir/a.hpp").write_text("struct Step {\n};\n")
        (root / "ir/b.cpp").write_text("namespace {\n\nstruct Step {\n};\n\n}  // namespace\n")
        quiet = duplicates("ir", root)
        (root / "ir/c.hpp").write_text("class Step : Base {\n};\n")
        loud = duplicates("ir", root)
    return [] if loud and not quiet else ["two types of one name were not noticed"]


def main():
    report = Report()
    report.check("itself", self_check())
    for folder in [*LAYERS, "cli"]:
        report.check(folder, duplicates(folder, ROOT))
    report.finish()


if __name__ == "__main__":
    main()
