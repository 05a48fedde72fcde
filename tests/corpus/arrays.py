"""Small dense arrays of jets or numbers, in plain loops: the notation of the reference formulas.

`@` is the matrix product (the dot product for two vectors), `*` and `/` act entry by entry and
with a scalar on either side; a vector has one axis and no orientation.
"""

import jets


class Arr:
    """shape (a tuple) and entries (row-major)."""

    def __init__(self, shape, entries):
        self.shape, self.entries = tuple(shape), list(entries)

    def __getitem__(self, index):
        if isinstance(index, tuple):
            return self.entries[index[0] * self.shape[1] + index[1]]
        return self.entries[index]

    def zip(self, other, function):
        if isinstance(other, Arr):
            assert self.shape == other.shape, (self.shape, other.shape)
            return Arr(self.shape, map(function, self.entries, other.entries))
        return Arr(self.shape, [function(x, other) for x in self.entries])

    def map(self, function):
        return Arr(self.shape, map(function, self.entries))

    def __add__(self, other):
        return self.zip(other, lambda a, b: a + b)

    def __sub__(self, other):
        return self.zip(other, lambda a, b: a - b)

    def __rsub__(self, other):
        return (-self) + other

    def __mul__(self, other):
        return self.zip(other, lambda a, b: a * b)

    def __truediv__(self, other):
        return self.zip(other, lambda a, b: a * jets.reciprocal(b))

    def __rtruediv__(self, other):
        return self.map(lambda a: jets.reciprocal(a) * other)

    def __pow__(self, exponent):
        return self.map(lambda a: jets.power(a, exponent))

    def __neg__(self):
        return self.map(lambda a: -a)

    __radd__ = __add__
    __rmul__ = __mul__

    @property
    def T(self):
        rows, columns = self.shape
        return matrix(columns, rows, lambda i, j: self[j, i])

    def row(self, i):
        return vector(self.shape[1], lambda j: self[i, j])

    def column(self, j):
        return vector(self.shape[0], lambda i: self[i, j])

    def __matmul__(self, other):
        if len(self.shape) == 1 and len(other.shape) == 1:
            return total(self * other)
        if len(other.shape) == 1:
            return vector(self.shape[0], lambda i: self.row(i) @ other)
        if len(self.shape) == 1:
            return vector(other.shape[1], lambda j: self @ other.column(j))
        return matrix(self.shape[0], other.shape[1], lambda i, j: self.row(i) @ other.column(j))


def vector(n, entry):
    return Arr((n,), [entry(i) for i in range(n)])


def matrix(m, n, entry):
    return Arr((m, n), [entry(i, j) for i in range(m) for j in range(n)])


def add_up(items):
    result = items[0]
    for item in items[1:]:
        result = result + item
    return result


def total(x):
    return add_up(x.entries)


def mean(x):
    return total(x) / float(len(x.entries))


def over(function):
    """An entrywise function: on numbers, jets and arrays."""
    return lambda x: x.map(function) if isinstance(x, Arr) else function(x)


exp, log, sqrt = over(jets.exp), over(jets.log), over(jets.sqrt)
sin, cos, tan, tanh = over(jets.sin), over(jets.cos), over(jets.tan), over(jets.tanh)
sigmoid, softplus, relu = over(jets.sigmoid), over(jets.softplus), over(jets.relu)
erf, sign, absolute = over(jets.erf), over(jets.sign), over(jets.absolute)
square = over(lambda x: x * x)


def larger(a, b):
    return _choose(a, b, lambda x, y: jets.maximum([x, y]))


def smaller(a, b):
    return _choose(a, b, lambda x, y: jets.minimum([x, y]))


def _choose(a, b, function):
    if isinstance(a, Arr):
        return a.zip(b, function)
    if isinstance(b, Arr):
        return b.zip(a, lambda y, x: function(x, y))
    return function(a, b)


def powers(a, b):
    """a .^ b with a variable exponent."""
    return exp(b * log(a))


def max_of(x):
    return jets.maximum(x.entries)


def min_of(x):
    return jets.minimum(x.entries)


def norm1(x):
    return total(absolute(x))


def norm_inf(x):
    return max_of(absolute(x))


def norm2(x):
    """Euclidean or Frobenius; at 0 the gradient is 0."""
    squares = total(x * x)
    if jets.value_of(squares) == 0.0:
        return squares * 0.0
    return jets.sqrt(squares)


def outer(x, y):
    return matrix(x.shape[0], y.shape[0], lambda i, j: x[i] * y[j])


def trace(a):
    return add_up([a[i, i] for i in range(a.shape[0])])


def diag(x):
    if len(x.shape) == 2:
        return vector(x.shape[0], lambda i: x[i, i])
    return matrix(x.shape[0], x.shape[0], lambda i, j: x[i] if i == j else x[i] * 0.0)


def eye(n):
    return matrix(n, n, lambda i, j: float(i == j))


def ones(*shape):
    count = 1
    for size in shape:
        count *= size
    return Arr(shape, [1.0] * count)


def minor(a, i, j):
    n = a.shape[0]
    rows = [r for r in range(n) if r != i]
    columns = [c for c in range(n) if c != j]
    return matrix(n - 1, n - 1, lambda r, c: a[rows[r], columns[c]])


def det(a):
    """Expansion along the first row: no division, so it is right for singular matrices too. Large
    matrices by elimination."""
    n = a.shape[0]
    if n == 1:
        return a[0, 0]
    if n > EXPANDED:
        return eliminate(a, eye(n))[0]
    return add_up([a[0, j] * det(minor(a, 0, j)) * (-1.0) ** j for j in range(n)])


def inv(a):
    """Cramer's rule; large matrices by elimination."""
    n = a.shape[0]
    if n == 1:
        return matrix(1, 1, lambda i, j: jets.reciprocal(a[0, 0]))
    if n > EXPANDED:
        return eliminate(a, eye(n))[1]
    scale = jets.reciprocal(det(a))
    return matrix(n, n, lambda i, j: det(minor(a, j, i)) * ((-1.0) ** (i + j)) * scale)


EXPANDED = 4  # the largest size that is expanded by minors


def eliminate(a, b):
    """(det a, a^-1 b) by Gauss-Jordan elimination with row exchanges."""
    n = a.shape[0]
    rows = [a.row(i).entries + b.row(i).entries for i in range(n)]
    determinant = 1.0
    for k in range(n):
        pivot = max(range(k, n), key=lambda i: abs(jets.value_of(rows[i][k])))
        if pivot != k:
            rows[k], rows[pivot] = rows[pivot], rows[k]
            determinant = -determinant
        determinant = rows[k][k] * determinant
        scale = jets.reciprocal(rows[k][k])
        rows[k] = [x * scale for x in rows[k]]
        for i in range(n):
            if i != k:
                factor = rows[i][k]
                rows[i] = [x - factor * y for x, y in zip(rows[i], rows[k])]
    return determinant, matrix(n, b.shape[1], lambda i, j: rows[i][n + j])


def logdet(a):
    return jets.log(det(a))


def logsumexp(x):
    top = max(map(jets.value_of, x.entries))
    return jets.log(total(exp(x - top))) + top


def softmax(x):
    top = max(map(jets.value_of, x.entries))
    e = exp(x - top)
    return e / total(e)


def log_softmax(x):
    return x - logsumexp(x)


def down(function, a):
    """Along axis 1: one result per column."""
    return vector(a.shape[1], lambda j: function(a.column(j)))


def across(function, a):
    """Along axis 2: one result per row."""
    return vector(a.shape[0], lambda i: function(a.row(i)))


def softmax_rows(a):
    rows = [softmax(a.row(i)) for i in range(a.shape[0])]
    return matrix(*a.shape, lambda i, j: rows[i][j])


def matrix_power(a, k):
    result = a
    for _ in range(k - 1):
        result = result @ a
    return result


def vec(a):
    """Columns one below the other."""
    return Arr((len(a.entries),), a.T.entries)


def rows_of(x, n):
    """The vector x repeated as each of n rows."""
    return matrix(n, x.shape[0], lambda i, j: x[j])
