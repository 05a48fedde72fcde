#!/usr/bin/env python3
"""Includes go one way only, and the two expensive libraries stay in few translation units.

ir <- {frontend, passes} <- codegen <- runtime <- cli; `frontend` and `passes` do not include each
other, `codegen` does not include `frontend`. The public headers use the standard library alone.
"""

import pathlib
import tempfile

from harness import LAYERS, ROOT, SOURCE_SUFFIXES, Report, includes, project_files

MAY_INCLUDE = {
    "include": set(),
    "ir": {"ir"},
    "frontend": {"ir", "frontend"},
    "passes": {"ir", "passes"},
    "codegen": {"ir", "passes", "codegen"},
    "runtime": set(LAYERS),
    "cli": {"cli", "runtime", "frontend/render.hpp"},
    "examples": set(),
}
LLVM_UNITS = 6
X3_UNITS = 4  # expressions, statements, GENO models, and the door to them (parser.cpp)
PRIVATE_LIBRARIES = ("llvm", "boost", "fmt", "nlohmann", "CLI")


def violations(folder, root):
    """Includes of `folder` that the layout does not allow."""
    wrong = []
    for path in project_files(SOURCE_SUFFIXES, [folder], root):
        for number, name in includes(root / path):
            top = name.split("/")[0]
            ours = top in LAYERS or top in ("cli", "tests", "bench")
            if ours and top not in MAY_INCLUDE[folder] and name not in MAY_INCLUDE[folder]:
                wrong.append(f"{path}:{number}: includes {name}")
            if top == "nabla" and name != "nabla/error.hpp" and folder in LAYERS[:4]:
                wrong.append(f"{path}:{number}: {folder} may use nabla/error.hpp only, not {name}")
            if folder == "include" and top in PRIVATE_LIBRARIES:
                wrong.append(f"{path}:{number}: a public header shows {name}")
    return wrong


def reaches(path, prefix, root, seen):
    """Does the file include something of `prefix`, itself or through our own headers?"""
    if path in seen or not (root / path).is_file():
        return False
    seen.add(path)
    names = [name for _, name in includes(root / path)]
    if any(name.startswith(prefix) for name in names):
        return True
    return any(reaches(pathlib.Path(name), prefix, root, seen) for name in names)


def units(prefix, root):
    files = project_files({".cpp"}, [*LAYERS, "cli", "examples"], root)
    return [path for path in files if reaches(path, prefix, root, set())]


def private_to(prefix, folders, root):
    return [f"{path} includes {prefix}" for path in units(prefix, root)
            if path.parts[0] not in folders]


def too_many(found, limit):
    return [f"{len(found)} units, at most {limit}:", *map(str, found)] if len(found) > limit else []


def self_check():
    """The checks above must notice a tree that breaks them."""
    with tempfile.TemporaryDirectory() as name:
        root = pathlib.Path(name)
        (root / "ir").mkdir()
        (root / "passes").mkdir()
        (root / "passes/rule.hpp").write_text('#include <llvm/IR/Module.h>\n')
        (root / "ir/bad.cpp").write_text('#include "passes/rule.hpp"\n')
        noticed = violations("ir", root) and private_to("llvm/", ["codegen"], root)
    return [] if noticed else ["a wrong include was not noticed"]


def main():
    report = Report()
    report.check("the checker notices a wrong include", self_check())
    for folder in MAY_INCLUDE:
        report.check(f"includes of {folder}", violations(folder, ROOT))
    report.check("LLVM is private to codegen and runtime",
                 private_to("llvm/", ["codegen", "runtime"], ROOT))
    report.check("Boost is private to frontend", private_to("boost/", ["frontend"], ROOT))
    report.check("translation units with LLVM", too_many(units("llvm", ROOT), LLVM_UNITS))
    report.check("translation units with X3", too_many(units("boost/spirit", ROOT), X3_UNITS))
    report.finish()


if __name__ == "__main__":
    main()
