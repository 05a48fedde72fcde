#!/usr/bin/env python3
"""tests/source/run.py NABLA [--all] [LANGUAGE…]: emitted programs give the numbers of `nabla eval`.

Under a sanitizer (NABLA_SLOW=1) it takes every twelfth case: what is emitted is the same.
"""

import concurrent.futures
import json
import math
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import c_programs
import octave_programs
import python_programs
import structure
from cases import cases
from points import point

ROOT = pathlib.Path(__file__).resolve().parents[2]
TOLERANCE = 1e-9
STRIDE = 12 if os.environ.get("NABLA_SLOW") else 1
RUNNERS = {"numpy": python_programs.numpy, "jax": python_programs.jax,
           "torch": python_programs.torch, "matlab": octave_programs.run,
           "c": c_programs.run_c, "cpp": c_programs.run_cpp}
STRUCTURES = {"julia": structure.julia, "dot": structure.graphviz}


def nabla(*arguments):
    process = subprocess.run([sys.argv[1], *arguments], capture_output=True, text=True,
                             stdin=subprocess.DEVNULL, timeout=120, check=False)
    if process.returncode != 0:
        raise RuntimeError(f"nabla {' '.join(arguments)}: {process.stderr.strip()}")
    return process.stdout


def flat(value):
    if isinstance(value, list):
        return [x for part in value for x in flat(part)]
    return [float(value)]


class Case:
    def __init__(self, number, row, languages, folder):
        self.number = number
        self.expression, self.variable, self.order, options = row
        declarations = [f"--declare={text}" for text in options.get("declare", [])]
        query = ["derive", self.expression, "--wrt", self.variable, "--order", str(self.order),
                 *declarations]
        answer = json.loads(nabla(*query, "--format", "json"))
        values, self.sizes = point(answer["names"], options, number)
        self.values = [values[n["name"]] for n in answer["names"] if n["kind"] != "dimension"]
        data = folder / f"{number}.json"
        data.write_text(json.dumps({**values, **{k: v for k, v in self.sizes.items()
                                                 if self.is_free(k, answer["names"])}}))
        result = json.loads(nabla("eval", self.expression, "--data", str(data), "--wrt",
                                  self.variable, "--order", str(self.order), *declarations,
                                  "--format", "json"))
        self.expected = [flat(result["value"]), flat(result["derivative"])]
        self.programs = {name: nabla(*query, "--format", name) for name in languages
                         if name != "cpp" or c_programs.takes(number)}

    @staticmethod
    def is_free(size, names):
        """A dimension that no shape tells: its value is data."""
        return any(n["name"] == size and n["kind"] == "dimension" for n in names)

    def __str__(self):
        return f"{self.expression} by {self.variable}, order {self.order}"


def difference(actual, expected):
    if len(actual) != len(expected):
        return math.inf
    scale = max([1.0, *(abs(x) for x in expected)])
    return max((abs(a - b) / scale if a == a or b == b else 0.0
                for a, b in zip(actual, expected)), default=0.0)


def compared(case, results):
    """What is wrong with a case's numbers; empty if nothing is."""
    if isinstance(results, str):
        return results
    for name, actual, expected in zip(("value", "derivative"), results, case.expected):
        error = difference(actual, expected)
        if not error <= TOLERANCE:
            return f"{name} {actual[:6]}, expected {expected[:6]} (relative error {error:.2g})"
    return ""


def table_names():
    """Names of the function table, and of the node kinds, from their sources."""
    functions = (ROOT / "ir/functions.cpp").read_text(encoding="utf-8")
    return re.findall(r"\{Fn::(\w+), \"", functions)


def made(row, languages, folder):
    number, case = row
    try:
        return Case(number, case, languages, folder)
    except (RuntimeError, ValueError, KeyError) as error:
        return f"{case[0]}: {error}"


def main():
    if len(sys.argv) < 2:
        sys.exit("usage: run.py PATH_TO_NABLA [--all] [LANGUAGE…]")
    if "--all" in sys.argv:
        sys.argv.remove("--all")
        c_programs.CPP_SHARE = 1
    languages = sys.argv[2:] or [*RUNNERS, *STRUCTURES]
    passed, failures = 0, []
    with tempfile.TemporaryDirectory() as name, \
            concurrent.futures.ThreadPoolExecutor(2) as pool:
        folder = pathlib.Path(name)
        rows = list(enumerate(cases()))[::STRIDE]
        made_cases = list(pool.map(lambda row: made(row, languages, folder), rows))
        failures += [c for c in made_cases if isinstance(c, str)]
        good = [c for c in made_cases if isinstance(c, Case)]
        runs = {}
        for language in languages:
            if language in RUNNERS:
                runs[language] = pool.submit(RUNNERS[language], good, folder)
            else:
                runs[language] = pool.submit(STRUCTURES[language], good)
        for language, run in runs.items():
            results = run.result()
            for case, result in zip(good, results):
                if result is None:
                    continue
                problem = result if language in STRUCTURES else compared(case, result)
                if problem:
                    failures.append(f"{language}: {case}: {problem}\n{case.programs[language]}")
                else:
                    passed += 1
    if "dot" in languages and STRIDE == 1:
        drawn = "\n".join(case.programs["dot"] for case in good)
        for function in table_names():
            if re.search(rf'label="{function}(\\n|")', drawn):
                passed += 1
            else:
                failures.append(f"no case has the function {function}")
    for failure in failures:
        print("FAILED", failure)
    print(f"{passed} passed, {len(failures)} failed")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
