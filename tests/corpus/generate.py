#!/usr/bin/env python3
"""The corpus as records with reference values; run as a program, it prints them as JSON lines.

Standard library only. Each reference derivative comes from second-order forward differentiation of
a hand-written formula (jets.py), and is compared here with central differences. It takes seconds
for all of them, so nothing is stored.
"""

import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from case import difference_error, encode, evaluate, nested  # noqa: E402
from cases import cookbook, corners, elementwise, learning  # noqa: E402
from cases import operators, parts, scale, spelling, structure  # noqa: E402

FAMILIES = (cookbook, learning, elementwise, structure, operators, parts, corners, spelling, scale)
DIFFERENCE_LIMIT = 1e-7


def record(case, family, order):
    shape, values, derivative_shape, derivatives = evaluate(case, order)
    return {"id": f"{family}/{case.name}/{order}", "expr": case.spellings[0],
            "alt": case.spellings[1:], "wrt": case.wrt, "order": order,
            "declare": case.declare, "data": case.data,
            "value_shape": list(shape), "value_orientation": case.orientation,
            "value": encode(nested(values, shape)), "shape": list(derivative_shape),
            "derivative": encode(nested(derivatives, derivative_shape))}


def corpus():
    """Every record; raises where a reference disagrees with differences of its own formula."""
    seen = set()
    for family in FAMILIES:
        name = family.__name__.split(".")[-1]
        for case in family.all_cases():
            for order in case.orders:
                error = difference_error(case, order) if case.check else 0.0
                if not error < DIFFERENCE_LIMIT:
                    raise ValueError(f"{name}/{case.name} is {error} off from differences")
                result = record(case, name, order)
                if result["id"] in seen:
                    raise ValueError(f"{result['id']} occurs twice")
                seen.add(result["id"])
                yield result


if __name__ == "__main__":
    for item in corpus():
        print(json.dumps(item, ensure_ascii=False))
