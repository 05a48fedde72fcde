"""Second-order forward differentiation: a number with its gradient and its Hessian.

This is the corpus's own arithmetic, written for being obviously right: every rule below is the
product or the chain rule for one operation. It shares nothing with Nabla. Kinks follow the
conventions of docs/conventions.md.
"""

import math

SQRT_PI = math.sqrt(math.pi)


class Jet:
    """value, gradient (list of n) and Hessian (list of n rows), or None where not wanted."""

    __slots__ = ("value", "gradient", "hessian")

    def __init__(self, value, gradient, hessian):
        self.value, self.gradient, self.hessian = value, gradient, hessian

    @staticmethod
    def variable(value, index, count, order):
        gradient = [0.0] * count
        gradient[index] = 1.0
        return Jet(value, gradient, [[0.0] * count for _ in range(count)] if order > 1 else None)

    def through(self, value, first, second):
        """f(self) from f, f' and f'' at self.value."""
        g = self.gradient
        hessian = None
        if self.hessian is not None:
            hessian = [[_times(second, gi * gj) + _times(first, h) for gj, h in zip(g, row)]
                       for gi, row in zip(g, self.hessian)]
        return Jet(value, [_times(first, gi) for gi in g], hessian)

    def __add__(self, other):
        if isinstance(other, (int, float)):
            return Jet(self.value + other, self.gradient, self.hessian)
        if not isinstance(other, Jet):
            return NotImplemented  # an array takes it entry by entry
        hessian = None
        if self.hessian is not None:
            hessian = [[a + b for a, b in zip(r, s)] for r, s in zip(self.hessian, other.hessian)]
        return Jet(self.value + other.value,
                   [a + b for a, b in zip(self.gradient, other.gradient)], hessian)

    def __mul__(self, other):
        if isinstance(other, (int, float)):
            return self.through(self.value * other, other, 0.0)
        if not isinstance(other, Jet):
            return NotImplemented
        u, v, g, k = self.value, other.value, self.gradient, other.gradient
        hessian = None
        if self.hessian is not None:
            hessian = [[u * sij + v * rij + gi * kj + ki * gj
                        for gj, kj, rij, sij in zip(g, k, r, s)]
                       for gi, ki, r, s in zip(g, k, self.hessian, other.hessian)]
        return Jet(u * v, [u * ki + v * gi for gi, ki in zip(g, k)], hessian)

    def __neg__(self):
        return self.through(-self.value, -1.0, 0.0)

    def __sub__(self, other):
        return self + (-other)

    def __rsub__(self, other):
        return (-self) + other

    def __truediv__(self, other):
        if not isinstance(other, (int, float, Jet)):
            return NotImplemented
        return self * reciprocal(other)

    def __rtruediv__(self, other):
        return reciprocal(self) * other

    def __pow__(self, exponent):
        return power(self, exponent)

    __radd__ = __add__
    __rmul__ = __mul__


def _times(factor, x):
    """A derivative of zero along a direction stays zero where f' is infinite: the direction is not
    there at all (x does not depend on that variable)."""
    return 0.0 if x == 0.0 else factor * x


def value_of(x):
    return x.value if isinstance(x, Jet) else x


def _apply(x, value, first, second):
    """f(x) for a number or a jet; the derivatives are functions, called only if needed."""
    if not isinstance(x, Jet):
        return value(x)
    v = x.value
    return x.through(value(v), first(v), second(v) if x.hessian is not None else 0.0)


def _quotient(a, b):
    """IEEE division: Python raises where a double is infinite."""
    if b != 0.0:
        return a / b
    if a == 0.0 or math.isnan(a):
        return math.nan
    return math.copysign(math.inf, a) * math.copysign(1.0, b)


def _exp(v):
    return math.exp(v) if v < 709.78 else math.inf


def _log(v):
    return math.log(v) if v > 0 else (-math.inf if v == 0 else math.nan)


def reciprocal(x):
    return _apply(x, lambda v: _quotient(1.0, v), lambda v: _quotient(-1.0, v * v),
                  lambda v: _quotient(2.0, v * v * v))


def power(x, p):
    """x^p for a constant p; exp(p log x) where p is a jet too."""
    if isinstance(p, Jet):
        return exp(p * log(x))

    def monomial(coefficient, exponent):
        if coefficient == 0.0:
            return lambda v: 0.0
        if exponent < 0:
            return lambda v: _quotient(coefficient, v ** -exponent)
        return lambda v: coefficient * v ** exponent
    return _apply(x, monomial(1.0, p), monomial(p, p - 1), monomial(p * (p - 1), p - 2))


def exp(x):
    return _apply(x, _exp, _exp, _exp)


def log(x):
    return _apply(x, _log, lambda v: _quotient(1.0, v), lambda v: _quotient(-1.0, v * v))


def sqrt(x):
    return _apply(x, math.sqrt, lambda v: _quotient(0.5, math.sqrt(v)),
                  lambda v: _quotient(-0.25, v * math.sqrt(v)))


def sin(x):
    return _apply(x, math.sin, math.cos, lambda v: -math.sin(v))


def cos(x):
    return _apply(x, math.cos, lambda v: -math.sin(v), lambda v: -math.cos(v))


def tan(x):
    return _apply(x, math.tan, lambda v: 1 + math.tan(v) ** 2,
                  lambda v: 2 * math.tan(v) * (1 + math.tan(v) ** 2))


def tanh(x):
    return _apply(x, math.tanh, _sech2, lambda v: -2 * math.tanh(v) * _sech2(v))


def _sech2(v):
    e = math.exp(-2 * abs(v))
    return 4 * e / (1 + e) ** 2


def _sigmoid(v):
    return 1 / (1 + math.exp(-v)) if v >= 0 else math.exp(v) / (1 + math.exp(v))


def sigmoid(x):
    def first(v):
        return _sigmoid(v) * _sigmoid(-v)
    return _apply(x, _sigmoid, first, lambda v: first(v) * (_sigmoid(-v) - _sigmoid(v)))


def softplus(x):
    return _apply(x, lambda v: max(v, 0.0) + math.log1p(math.exp(-abs(v))), _sigmoid,
                  lambda v: _sigmoid(v) * _sigmoid(-v))


def erf(x):
    def first(v):
        return 2 / SQRT_PI * math.exp(-v * v)
    return _apply(x, math.erf, first, lambda v: -2 * v * first(v))


def sign(x):
    return _apply(x, lambda v: float((v > 0) - (v < 0)), lambda v: 0.0, lambda v: 0.0)


def absolute(x):
    return _apply(x, abs, lambda v: float((v > 0) - (v < 0)), lambda v: 0.0)


def relu(x):
    return _apply(x, lambda v: max(v, 0.0), lambda v: float(v > 0), lambda v: 0.0)


def maximum(items):
    """The largest; where several tie each gets an equal share of the derivative."""
    top = max(map(value_of, items))
    tied = [item for item in items if value_of(item) == top]
    total = tied[0]
    for item in tied[1:]:
        total = total + item
    return total / float(len(tied))


def minimum(items):
    return -maximum([-item for item in items])
