"""Tables of docs/ that a test can check, by the word after `<!-- check:`:

  same         the pieces of code in the first two columns of a row have one value, shape and
               orientation at random values; a third column is prose
  answers      expression, name, derivative: what `nabla derive` prints
  shapes       expression, shape: both as `nabla eval` says them for the values of `data`
  errors       the first column fails with exit status 1; each code of the second is in the message
               or its help
  functions    names, meaning, domain, derivative of entrywise functions: every name in the first
               column has the value of the code in the second and the derivative in the last, at
               points of the domain

One-letter names have the kinds of a one-liner: scalars, vectors of 3, matrices 3×3. The directive
`data` replaces values; `{}` takes all of them away.
"""

import json
import math
import random
import re
import string

from blocks import cells, codes

VECTORS = [*string.ascii_lowercase[7:], "v_1", "beta"]


def values(seed):
    """Values for the names of a one-liner: positive, matrices far from singular."""
    draw = random.Random(seed)

    def vector():
        return [round(draw.uniform(0.2, 0.9), 3) for _ in range(3)]

    found = {name: round(draw.uniform(0.2, 0.9), 3) for name in [*"abcdefg", "lambda", "mu"]}
    found.update({name: vector() for name in VECTORS if name not in "ijklmn"})
    for name in string.ascii_uppercase:
        if name not in "IT":
            found[name] = [[x + 2 * (i == j) for j, x in enumerate(vector())] for i in range(3)]
    return found


def close(a, b):
    if isinstance(a, list) or isinstance(b, list):
        return (isinstance(a, list) and isinstance(b, list) and len(a) == len(b)
                and all(map(close, a, b)))
    if isinstance(a, str) or isinstance(b, str):
        return a == b
    return math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-11)


class Table:
    """Checks the rows of one table."""

    def __init__(self, piece, runner, wrong):
        self.runner, self.wrong = runner, wrong
        data = json.loads(piece.directives.get("data", "null"))
        self.data = {} if data == {} else values(1) | (data or {})

    def evaluate(self, expression, *arguments, data=None):
        name = self.runner.keep("data.json", json.dumps(data or self.data))
        done = self.runner.nabla("eval", expression, "--data", name, "--format", "json", *arguments)
        if done.returncode != 0:
            raise self.wrong(f"{expression}: {done.stderr.strip()[:400]}")
        return json.loads(done.stdout)

    def same(self, row):
        first = None
        for code in codes(row[0]) + codes(row[1]):
            found = self.evaluate(code)
            if first is None:
                first = found
            for key in ("value_shape", "value_orientation"):
                if first.get(key) != found.get(key):
                    raise self.wrong(f"{code}: {key} is {found.get(key)}, not {first.get(key)}")
            if not close(first["value"], found["value"]):
                raise self.wrong(f"{code} is {found['value']}, not {first['value']}")

    def answers(self, row):
        [expression], [name] = codes(row[0]), codes(row[1])
        done = self.runner.nabla("derive", expression, "--wrt", name)
        if done.returncode != 0:
            raise self.wrong(done.stderr.strip()[:400])
        found = done.stdout.splitlines()[0]
        if found not in codes(row[2]):
            raise self.wrong(f"{expression} by {name} is {found}")

    def shapes(self, row):
        [shape] = codes(row[1])
        for code in codes(row[0]):
            found = self.evaluate(code)
            text = str(found["value_shape"])
            if found.get("value_orientation"):
                text += " " + found["value_orientation"]
            if text != shape:
                raise self.wrong(f"{code} has shape {text}")

    def errors(self, row):
        name = self.runner.keep("data.json", json.dumps(self.data))
        for code in codes(row[0]):
            done = self.runner.nabla("eval", code, "--data", name)
            if done.returncode != 1:
                raise self.wrong(f"{code}: exit status {done.returncode}: {done.stdout[:200]}")
            for part in codes(row[1]):
                if part not in done.stderr:
                    raise self.wrong(f"{code}: no {part} in\n{done.stderr.strip()}")

    def functions(self, row):
        meaning, derivative = codes(row[1]), codes(row[3])
        for x in points(row[2]):
            data = {"x": x}
            for name in codes(row[0]):
                found = self.evaluate(f"{name}(x)", "--wrt", "x", data=data)
                pairs = [(found["value"], code) for code in meaning]
                pairs += [(found["derivative"], code) for code in derivative]
                for value, code in pairs:
                    other = self.evaluate(code, data=data)["value"]
                    if not close(value, other):
                        raise self.wrong(f"{name} at {x}: {value}; {code} is {other}")


def points(domain):
    """Points inside a domain written as `x > c`, `x >= c`, `|x| < c`, or all numbers."""
    if match := re.search(r"\\\|x\\\| <=? ([\d.]+)", domain):
        return [-0.7 * float(match[1]), 0.3 * float(match[1])]
    if match := re.search(r"x >=? (-?[\d.]+)", domain):
        return [float(match[1]) + 0.4, float(match[1]) + 2.5]
    return [-1.3, 0.6]


def examples(piece, runner, wrong):
    """(label, function that gives the right lines, the present lines, first line) for each row."""
    kind = piece.directives.get("check")
    if kind is None:
        return []
    table = Table(piece, runner, wrong)
    found = []
    for offset, line in enumerate(piece.lines[2:], start=2):
        def right_lines(line=line):
            getattr(table, kind)(cells(line))
            return [line]
        found.append((line, right_lines, [line], piece.first + offset))
    return found
