"""How a case is written down, and how its reference derivative is computed."""

import inspect
import math
import zlib
from dataclasses import dataclass, field

import jets
from arrays import Arr


@dataclass
class Case:
    """One formula: its spellings, its values, and a Python function that computes it."""

    name: str
    spellings: list
    data: dict
    wrt: str
    function: object
    orders: tuple = (1,)
    declare: list = field(default_factory=list)
    project: str = ""        # the structure of `wrt` that its derivatives are projected on
    orientation: str = ""    # "row" where the value is one
    check: bool = True       # compare with differences; not at a kink, and not where that is slow


def cases(name, spellings, data, wrt, function, orders=(1,), **options):
    """One Case for each variable named in `wrt` (blank-separated)."""
    variables = wrt.split()
    return [Case(f"{name}-{v}" if len(variables) > 1 else name, spellings, data, v, function,
                 orders, **options) for v in variables]


class Random:
    """Reproducible numbers with two decimals, in [-1.5, 1.5] and never near a kink."""

    def __init__(self, seed):
        self.state = zlib.crc32(seed.encode()) | 1

    def number(self):
        while True:
            self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2 ** 64
            value = round(((self.state >> 33) / 2 ** 31) * 3 - 1.5, 2)
            if abs(value) >= 0.05:
                return value


def vec(n, seed="x"):
    random = Random(f"vec{n}{seed}")
    return [random.number() for _ in range(n)]


def mat(m, n, seed="A"):
    random = Random(f"mat{m}x{n}{seed}")
    return [[random.number() for _ in range(n)] for _ in range(m)]


def pos(n, seed="p"):
    return [round(abs(v) + 0.2, 2) for v in vec(n, seed)]


def posmat(m, n, seed="P"):
    return [[round(abs(v) + 0.2, 2) for v in row] for row in mat(m, n, seed)]


def square(n, seed="S"):
    """Well conditioned, with a positive determinant, not symmetric."""
    a = mat(n, n, seed)
    return [[round(0.4 * a[i][j] + (2.0 if i == j else 0.0), 3) for j in range(n)]
            for i in range(n)]


def sym(n, seed="Y"):
    a = mat(n, n, seed)
    return [[round((a[i][j] + a[j][i]) / 2, 3) for j in range(n)] for i in range(n)]


def pd(n, seed="D"):
    a = mat(n, n, seed)
    return [[round(sum(a[i][k] * a[j][k] for k in range(n)) + (1.0 if i == j else 0.0), 4)
             for j in range(n)] for i in range(n)]


def simplex(n, seed="q"):
    """Sixty-fourths, so that the sum is exactly 1."""
    raw = [abs(v) + 0.1 for v in vec(n, seed)]
    parts = [max(1, int(64 * v / sum(raw))) for v in raw]
    parts[0] += 64 - sum(parts)
    return [p / 64 for p in parts]


def shape_of(value):
    shape = []
    while isinstance(value, list):
        shape.append(len(value))
        value = value[0]
    return tuple(shape)


def flatten(value):
    return [x for item in value for x in flatten(item)] if isinstance(value, list) else [value]


def nested(entries, shape):
    if not shape:
        return entries[0]
    step = len(entries) // shape[0]
    return [nested(entries[i * step:(i + 1) * step], shape[1:]) for i in range(shape[0])]


def encode(value):
    """NaN and infinities as the strings that Nabla's JSON has."""
    if isinstance(value, list):
        return [encode(item) for item in value]
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return value


def _argument(value, make):
    shape = shape_of(value)
    entries = [make(i, float(x)) for i, x in enumerate(flatten(value))]
    return Arr(shape, entries) if shape else entries[0]


def _call(case, data, make_variable):
    parameters = inspect.signature(case.function).parameters.values()
    names = [p.name for p in parameters if p.default is inspect.Parameter.empty]
    if len(names) == 1 and names[0] not in data:  # a bare function such as `det`
        names = [case.wrt]
    arguments = [_argument(data[name], make_variable if name == case.wrt else lambda i, x: x)
                 for name in names]
    return case.function(*arguments)


def _entries(result):
    return result.entries if isinstance(result, Arr) else [result]


def evaluate(case, order):
    """(value shape, values, derivative shape, derivatives), the derivatives row-major."""
    variable_shape = shape_of(case.data[case.wrt])
    count = math.prod(variable_shape)
    result = _call(case, case.data, lambda i, x: jets.Jet.variable(x, i, count, order))
    shape = result.shape if isinstance(result, Arr) else ()
    derivatives = []
    for entry in _entries(result):
        if not isinstance(entry, jets.Jet):
            entry = jets.Jet(entry, [0.0] * count, [[0.0] * count for _ in range(count)])
        rows = [entry.gradient] if order == 1 else entry.hessian
        derivatives += [x for row in _project(rows, case.project, variable_shape, order)
                        for x in row]
    values = [jets.value_of(entry) for entry in _entries(result)]
    return shape, values, shape + variable_shape * order, derivatives


def _project(rows, structure, shape, order):
    if not structure:
        return rows
    rows = [_projected(row, structure, shape[0]) for row in rows]
    if order == 2:
        columns = [_projected(list(column), structure, shape[0]) for column in zip(*rows)]
        rows = [list(row) for row in zip(*columns)]
    return rows


def _projected(row, structure, n):
    pairs = {
        "symmetric": lambda i, j: (row[i * n + j] + row[j * n + i]) / 2,
        "antisymmetric": lambda i, j: (row[i * n + j] - row[j * n + i]) / 2,
        "diagonal": lambda i, j: row[i * n + j] if i == j else 0.0,
        "lower": lambda i, j: row[i * n + j] if i >= j else 0.0,
        "upper": lambda i, j: row[i * n + j] if i <= j else 0.0,
    }
    return [pairs[structure](i, j) for i in range(n) for j in range(n)]


def difference_error(case, order):
    """Relative distance of the derivative from central differences of the next lower one: a check
    of the corpus itself, made whenever it is generated."""
    free = Case(**{**case.__dict__, "project": ""})
    variable = flatten(case.data[case.wrt])
    shape = shape_of(case.data[case.wrt])
    exact = evaluate(free, order)[3]
    worst = 0.0
    for i, center in enumerate(variable):
        h = 1e-4 * max(1.0, abs(center))
        sides = []
        for step in (2 * h, h, -h, -2 * h):
            moved = variable[:]
            moved[i] += step
            free.data = {**case.data, case.wrt: nested(moved, shape)}
            sides.append(evaluate(free, 1)[1 if order == 1 else 3])
        for entry, (a, b, c, d) in enumerate(zip(*sides)):
            slope = (8 * (b - c) - (a - d)) / (12 * h)
            worst = max(worst, abs(exact[entry * len(variable) + i] - slope))
    return worst / max(1.0, max(map(abs, exact)))
