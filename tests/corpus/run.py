#!/usr/bin/env python3
"""tests/corpus/run.py NABLA [--only REGEX] [--stride N] [--jobs N]

Evaluates every spelling of every case of the corpus through `nabla eval` and compares value,
derivative, shapes and orientation with the reference, numbers to 1e-9 of the largest entry.
Under a sanitizer (NABLA_SLOW=1) it takes every twelfth spelling. Ends with `N passed, N failed`.
"""

import argparse
import concurrent.futures
import json
import math
import os
import pathlib
import re
import subprocess
import sys
import tempfile

from generate import corpus

TOLERANCE = 1e-9
ROUNDING = 1e-12  # what may be left of a difference that is exactly zero
SECONDS = 120 if os.environ.get("NABLA_SLOW") else 20
SPECIAL = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


def flatten(value):
    if isinstance(value, list):
        return [x for item in value for x in flatten(item)]
    return [SPECIAL[value] if isinstance(value, str) else float(value)]


def nesting(value):
    shape = []
    while isinstance(value, list):
        shape.append(len(value))
        value = value[0] if value else None
    return shape


def difference(name, got, expected, shape):
    """What is wrong with an array of the answer, or None."""
    if nesting(got) != shape:
        return f"{name}: shape {nesting(got)}, expected {shape}"
    got, expected = flatten(got), flatten(expected)
    finite = [abs(x) for x in expected if math.isfinite(x)]
    scale = TOLERANCE * max(finite, default=1.0) + ROUNDING
    for index, (x, y) in enumerate(zip(got, expected)):
        same = (math.isnan(x) and math.isnan(y)) or x == y or abs(x - y) <= scale
        if not same:
            return f"{name}: entry {index} is {x!r}, expected {y!r}"
    return None


def evaluate(binary, case, expression, folder):
    """The parsed answer, or the text of what went wrong."""
    data = pathlib.Path(folder) / (re.sub(r"\W", "_", case["id"]) + ".json")
    if not data.exists():
        data.write_text(json.dumps(case["data"]), encoding="utf-8")
    command = [binary, "eval", expression, "--data", str(data), "--wrt", case["wrt"],
               "--order", str(case["order"]), "--format", "json"]
    for fact in case["declare"]:
        command += ["--declare", fact]
    try:
        run = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return f"no answer in {SECONDS} s"
    if run.returncode != 0:
        return f"exit status {run.returncode}: {(run.stderr or run.stdout).strip()[:600]}"
    try:
        return json.loads(run.stdout)
    except json.JSONDecodeError:
        return f"not JSON: {run.stdout[:300]}"


def problem(binary, case, expression, folder):
    answer = evaluate(binary, case, expression, folder)
    if isinstance(answer, str):
        return answer
    for key in ("value", "derivative", "shape", "value_shape"):
        if key not in answer:
            return f"the answer has no {key}"
    if answer["shape"] != case["shape"] or answer["value_shape"] != case["value_shape"]:
        return (f"shapes {answer['value_shape']} and {answer['shape']}, "
                f"expected {case['value_shape']} and {case['shape']}")
    if answer.get("value_orientation", "") != case["value_orientation"]:
        return f"value_orientation is {answer.get('value_orientation', 'absent')}"
    wrong = difference("value", answer["value"], case["value"], case["value_shape"]) or \
        difference("derivative", answer["derivative"], case["derivative"], case["shape"])
    return f"{wrong}\n  the expression was {answer.get('expression')}" if wrong else None


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("binary")
    parser.add_argument("--only", default="", help="a regular expression on the ids")
    parser.add_argument("--stride", type=int, default=12 if os.environ.get("NABLA_SLOW") else 1)
    parser.add_argument("--jobs", type=int, default=2)
    return parser.parse_args()


def main():
    options = arguments()
    binary = str(pathlib.Path(options.binary).resolve())
    os.environ["OPENBLAS_NUM_THREADS"] = "1"  # the cases are small and run side by side
    tasks = [(case, expression) for case in corpus() if re.search(options.only, case["id"])
             for expression in [case["expr"], *case["alt"]]][::options.stride]
    failed = 0
    with tempfile.TemporaryDirectory() as folder, \
            concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        problems = pool.map(lambda task: problem(binary, *task, folder), tasks)
        for (case, expression), wrong in zip(tasks, problems):
            if wrong is not None:
                failed += 1
                print(f"FAILED {case['id']}: nabla eval \"{expression}\" --wrt {case['wrt']}"
                      f" --order {case['order']}\n  {wrong}")
    print(f"{len(tasks) - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
