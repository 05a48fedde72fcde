#!/usr/bin/env python3
"""tests/limits/run.py NABLA [WORD…]: inputs at and beyond the limits of docs/limits.md.

Each is an answer or an error with a place, within ten seconds and four gigabytes; nothing crashes.
Only the 200,000 different functions, whose answer is megabytes of text, may take longer.
With words, only the cases whose names hold one of them run.
"""

import json
import pathlib
import resource
import subprocess
import sys
import tempfile
import time

SECONDS = 10
PATIENT = {"distinct functions, shown": 90, "distinct functions, differentiated": 90}
MEMORY = 4 << 30
SANITIZED = 6  # a sanitized build may take this many times as long
answer, error = 0, 1

# One line of a shell holds at most 128 KiB a word; longer expressions come in files.
WORD = 130_000


def sum_of(term, count, sign=" + "):
    return sign.join(term(i) for i in range(count))


def nested(function, depth, inner="x"):
    return f"{function}(" * depth + inner + ")" * depth


def chain(step, count, head="param x[n]\nparam A[n, n]\n", last="show d{}\n"):
    lines = "".join(f"d{i + 1} = {step.format(f'd{i}')}\n" for i in range(count))
    return f"{head}d0 = x\n{lines}{last.format(count)}"


def functions(step, count, start, last):
    lines = "".join(f"f{i + 1}(z) = {step.format(i)}\n" for i in range(count))
    return f"param x[n]\nf0(z) = {start}\n{lines}{last}\n"


def expressions():
    """(name, expression, name to differentiate by, declarations, statuses that are right)."""
    either = (answer, error)
    vector, scalar = "param x[n]\n", "param a\n"
    yield "nested parentheses", "(" * 100_000 + "x" + ")" * 100_000, "x", vector, error
    yield "nested brackets", "[" * 100_000, "x", vector, error
    yield "nested bars", "|" * 100_000 + "x", "x", vector, error
    yield "parentheses without end", "(" * 60_000, "x", vector, error
    yield "signs", "-" * 100_000 + "a", "a", scalar, answer
    yield "transposes", "x" + "'" * 100_000, "x", vector, error
    yield "functions without parentheses", "sin " * 30_000 + "a", "a", scalar, error
    yield "equal terms", "+".join(["x"] * 200_000), "x", vector, answer
    yield "equal terms on a line", "+".join(["x"] * 60_000), "x", vector, answer
    yield "distinct terms", sum_of(lambda i: f"{i + 1} a^{i + 1}", 9_000), "a", scalar, answer
    yield "distinct functions", sum_of(lambda i: f"sin({i + 1} a)", 200_000), "a", scalar, either
    yield "distinct functions on a line", sum_of(lambda i: f"sin({i + 1} a)", 6_000), "a", scalar, \
        either
    yield "equal factors", "*".join(["a"] * 200_000), "a", scalar, answer
    yield "distinct factors", "*".join(f"(a+{i})" for i in range(100_000)), "a", scalar, either
    yield "distinct factors on a line", "*".join(f"(a+{i})" for i in range(12_000)), "a", scalar, \
        either
    yield "matrix factors", "tr(" + "A " * 50_000 + ")", "A", "param A[n, n]\n", either
    yield "matrix factors on a line", "tr(" + "A " * 5_000 + ")", "A", "param A[n, n]\n", either
    yield "quotients", "a" + "/(a+1)" * 20_000, "a", scalar, either
    yield "names", sum_of(lambda i: f"a_{i}", 10_000), "a_1", \
        "".join(f"param a_{i}\n" for i in range(10_000)), answer
    yield "names of vectors", sum_of(lambda i: f"x_{i}^T x_{i}", 5_000), "x_1", \
        "".join(f"param x_{i}[n]\n" for i in range(5_000)), answer
    yield "nested exponentials", nested("exp", 200, "a"), "a", scalar, answer
    yield "huge powers", "a^1000000000000000000000", "a", scalar, answer
    yield "huge numbers", "7^1000000000 a + (3/7)^100000", "a", scalar, either
    yield "huge matrix power", "tr(A^1000000)", "A", "param A[n, n]\n", either
    yield "matrix power beyond the limit", "tr(A^1000001)", "A", "param A[n, n]\n", error
    yield "long name", "a" * 100_000, "a", scalar, error
    yield "long number", "1" * 100_000 + " a", "a", scalar, error
    yield "a megabyte of blanks", "a +" + " " * 1_000_000 + "1", "a", scalar, answer
    yield "a megabyte of digits", "1" * 1_000_000, "a", scalar, error
    yield "powers of powers", "a" + "^2" * 60_000, "a", scalar, error


def files():
    """(name, the bytes or text of a file, statuses that are right)."""
    either = (answer, error)
    yield "empty", "", answer
    yield "only comments", "# nothing\n// here\n\n", answer
    yield "line ends of DOS", "param a\r\nf = a +\\\r\n".replace("\\", " 1") + "show f\r\n", answer
    yield "byte order mark", b"\xef\xbb\xbfparam a\nshow a\n", answer
    yield "byte order mark and an error", b"\xef\xbb\xbfparam a\nshow b\n", error
    yield "NUL bytes", b"param a\nshow a + \0\0 1\n", error
    yield "only NUL bytes", b"\0" * 100_000, error
    yield "invalid UTF-8", b"param a\nshow a + \xff\xfe\n", error
    yield "UTF-16", "param a\nshow a\n".encode("utf-16"), error
    yield "random bytes", bytes((i * i * 31 + i) % 256 for i in range(200_000)), error
    yield "sizes beyond 64 bits", "param A[4000000000 4000000000 n, n]\nshow A\n", error
    yield "product of sizes", \
        "param A[1000000000 n*1000000000*1000000000, n]\nshow sum(A)\n", error
    yield "sum of sizes", "dim n = 1099511627776\nparam x[1099511627776 n + n]\nshow sum(x)\n", \
        either
    yield "definitions", chain("sin({}) + x", 20_000), answer
    yield "definitions of products", chain("A {}", 20_000), either
    yield "definitions that double", chain("{0} + {0}", 20_000), answer
    yield "definitions that square", chain("{0} .* {0}", 20_000), either
    yield "gradient of a chain", chain("sin({}) + x", 300, last="show grad(sum(d{}), x)\n"), either
    yield "gradient of a long chain", \
        chain("sin({}) + x", 20_000, last="show grad(sum(d{}), x)\n"), either
    yield "functions that double", functions("f{0}(f{0}(z))", 40, "sin(z) + z", "show f40(x)"), error
    yield "functions that multiply", \
        functions("f{0}(z) .* f{0}(2 z)", 40, "z", "show f40(x)"), error
    yield "deep functions", functions("f{}(2 z)", 60, "z", "show f60(x)"), answer
    yield "functions too deep", functions("f{}(2 z)", 2_000, "z", "show f2000(x)"), error
    yield "many errors", "".join(f"a{i} = q{i} + r{i}\n" for i in range(50_000)), error
    yield "many shape errors", "param X[m, n]\n" + "show X X + X X\n" * 20_000, error
    yield "many lines that do not parse", "show x +* 1\n" * 50_000, error
    yield "many declarations", "".join(f"param a{i}[n{i}]\n" for i in range(50_000)), answer
    yield "many open lines", "show (x +\n" * 20_000, error
    yield "long path", f'import "{"x" * 1_000_000}"\n', error
    yield "long fact", f"param a {'b' * 200_000}\n", error
    yield "long option", f"var a\nminimize a^2 over a using gd({'b' * 200_000}=1)\n", error
    yield "cycle of definitions", \
        "".join(f"c{i} = c{(i + 1) % 5_000} + 1\n" for i in range(5_000)), error


def one_liners():
    """(name, arguments, statuses that are right)."""
    either = (answer, error)
    yield "second derivative of nested exponentials", \
        ["derive", nested("exp", 18, "a"), "--wrt", "a", "--order", "2"], answer
    yield "second derivative of fifty", \
        ["derive", f"sum({nested('exp', 50)})", "--wrt", "x", "--order", "2"], either
    yield "sixth derivative of nested exponentials", \
        ["derive", nested("exp", 18, "a"), "--wrt", "a", "--order", "6"], either
    yield "derivative of a matrix power", ["derive", "A^1000000", "--wrt", "A"], either
    yield "more ones than memory", ["eval", "ones(1000000, 1000000)"], error
    yield "a sum that needs no memory", ["eval", "sum(ones(1000000, 1000000))"], answer
    yield "a folder", ["run", "/"], error
    yield "no such file", ["run", "/nowhere/model.nabla"], error
    yield "a name that is empty", ["run", ""], error
    yield "empty expression", ["derive", "", "--wrt", "x"], error
    yield "default vectors", \
        ["derive", "+".join(f"a_{i}^T b_{i}" for i in range(3_000)), "--wrt", "a_1"], either


class Runner:
    def __init__(self, binary, words):
        self.binary = binary
        self.words = words
        self.passed = self.failed = 0
        symbols = subprocess.run([binary, "--version"], capture_output=True, check=False)
        self.sanitized = b"__asan_init" in pathlib.Path(binary).read_bytes()
        assert symbols.returncode == 0

    def limit(self):
        if not self.sanitized:  # shadow memory is address space, terabytes of it
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))

    def case(self, name, arguments, wanted):
        if self.words and not any(word in name for word in self.words):
            return
        wanted = wanted if isinstance(wanted, tuple) else (wanted,)
        problem = self.problem([*arguments, "--format", "json"], wanted,
                               PATIENT.get(name, SECONDS))
        if problem:
            self.failed += 1
            print(f"FAILED {name}: {problem}", flush=True)
        else:
            self.passed += 1

    def problem(self, arguments, wanted, seconds):
        began = time.monotonic()
        allowed = seconds * (SANITIZED if self.sanitized else 1)
        try:
            run = subprocess.run([self.binary, *arguments], capture_output=True, check=False,
                                 timeout=allowed, preexec_fn=self.limit)
        except subprocess.TimeoutExpired:
            return f"no answer in {allowed} seconds"
        took = time.monotonic() - began
        shown = run.stderr[:300].decode(errors="replace")
        if run.returncode not in wanted:
            return f"status {run.returncode} after {took:.1f} s: {shown}"
        try:
            result = json.loads(run.stdout)
        except ValueError as bad:
            return f"the output is no JSON ({bad}): {run.stdout[:200]!r}"
        if run.returncode == error:
            return self.error_problem(result["errors"], len(run.stderr))
        return None

    @staticmethod
    def error_problem(errors, size):
        if not errors or not all(entry["message"] for entry in errors):
            return "an error without a message"
        if len(errors) > 50:
            return f"{len(errors)} errors"
        if any("internal error" in entry["message"] for entry in errors):
            return "an internal error"
        placed = all("line" in entry or entry["message"].startswith("cannot open")
                     for entry in errors)
        if not placed:
            return f"an error without a place: {errors[0]['message']}"
        return f"{size} bytes of messages" if size > 100_000 else None


def main():
    if len(sys.argv) < 2:
        sys.exit("usage: run.py PATH_TO_NABLA [WORD…]")
    runner = Runner(str(pathlib.Path(sys.argv[1]).resolve()), sys.argv[2:])
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "model.nabla"

        def file_case(name, content, wanted):
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
            runner.case(name, ["run", path], wanted)

        for name, expression, variable, head, wanted in expressions():
            file_case(f"{name}, shown", f"{head}show {expression}\n", wanted)
            wanted_gradient = wanted
            if "param x[n]" in head or "[n]" in head.split("\n")[0]:
                gradient = f"{head}f = {expression}\nshow jacobian(f, {variable})\n"
            else:
                gradient = f"{head}f = {expression}\nshow grad(f, {variable})\n"
            file_case(f"{name}, differentiated", gradient, wanted_gradient)
            if len(expression) < WORD:
                runner.case(f"{name}, one line", ["derive", expression, "--wrt", variable], wanted)
        for name, content, wanted in files():
            file_case(name, content, wanted)
        for name, arguments, wanted in one_liners():
            runner.case(name, arguments, wanted)
    print(f"{runner.passed} passed, {runner.failed} failed")
    sys.exit(1 if runner.failed or not runner.passed else 0)


if __name__ == "__main__":
    main()
