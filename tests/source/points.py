"""Random values for the names of a case, as their shapes and facts ask for."""

import random
import re

SIZES = {"m": 3, "n": 4, "p": 2, "k": 3, "l": 2, "q": 3}


def size_of(text, sizes):
    """The value of `2n + 1`; names without a size get the next of 3, 4, 2 …"""
    def value(match):
        name = match.group(0)
        if name not in sizes:
            sizes[name] = SIZES.get(name, [3, 4, 2][len(sizes) % 3])
        return str(sizes[name])
    numbers = re.sub(r"[A-Za-z_]\w*", value, text)
    return eval(re.sub(r"(?<=\d) (?=\d)", "*", numbers), {"__builtins__": {}})


def identity(n):
    return [[float(i == j) for j in range(n)] for i in range(n)]


def product(a, b):
    return [[sum(x * y for x, y in zip(row, column)) for column in zip(*b)] for row in a]


def transposed(a):
    return [list(column) for column in zip(*a)]


def with_facts(a, facts):
    n = len(a)
    if "pd" in facts or "psd" in facts:
        a = product(a, transposed(a))
        return [[a[i][j] + (i == j) for j in range(n)] for i in range(n)]
    if "orthogonal" in facts:
        square = sum(x * x for x in a[0])
        return [[(i == j) - 2 * a[0][i] * a[0][j] / square for j in range(n)] for i in range(n)]
    if "symmetric" in facts:
        return [[(a[i][j] + a[j][i]) / 2 for j in range(n)] for i in range(n)]
    keep = {"diagonal": lambda i, j: i == j, "lower": lambda i, j: i >= j,
            "upper": lambda i, j: i <= j}
    for fact, kept in keep.items():
        if fact in facts:
            return [[a[i][j] * kept(i, j) for j in range(n)] for i in range(n)]
    return a


def point(names, options, seed):
    """The values of `names` (of the JSON of derive), and the sizes of their dimensions."""
    source = random.Random(seed)
    low, high = options.get("range", (-1, 1))

    def number():
        return source.uniform(low, high)

    sizes, values = {}, {}
    for name in names:
        if name["kind"] == "dimension":
            size_of(name["name"], sizes)
            continue
        shape = [size_of(text, sizes) for text in name["shape"]]
        if not shape:
            values[name["name"]] = number()
        elif len(shape) == 1:
            values[name["name"]] = [number() for _ in range(shape[0])]
        else:
            array = [[number() for _ in range(shape[1])] for _ in range(shape[0])]
            facts = list(name["facts"])
            if options.get("pd") == name["name"]:
                facts.append("pd")
            array = with_facts(array, facts)
            shift = options.get("shift", {}).get(name["name"], 0)
            for k in range(min(shape)):
                array[k][k] += shift
            values[name["name"]] = array
    return values, sizes
