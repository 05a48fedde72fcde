"""What `nabla derive` prints reads back: the answer, given again with the declarations that the
answer itself states, is the same text, in ASCII and in Unicode."""

import re

from harness import ROOT, CliTest, nabla

# Expression, variable, order, declarations.
CASES = [
    ("x^T A x", "x", 1),
    ("x^T A x", "x", 2),
    ("||X w - y||^2", "w", 1),
    ("||X w - y||^2", "w", 2),
    ("||A x - b||", "x", 1, "b[m]"),
    ("||A x - b||", "x", 2, "b[m]"),
    ("sqrt(x^T A x)", "x", 2, "A[n,n] pd"),
    ("log det X", "X", 1),
    ("det X", "X", 1),
    ("logdet(X^T X)", "X", 1),
    ("tr(X^-1 A)", "X", 1),
    ("tr(X^T A X B)", "X", 1),
    ("b^T A^-1 b", "A", 1),
    ("b^T A^-1 b", "b", 2),
    ("sum(log(1 + exp(-(y .* (X w)))))/m + lambda/2 ||w||^2", "w", 1,
     "X[m,n]", "y[m]", "w[n]", "lambda > 0"),
    ("sum(log(1 + exp(-(y .* (X w)))))/m + lambda/2 ||w||^2", "w", 2,
     "X[m,n]", "y[m]", "w[n]", "lambda > 0"),
    ("logsumexp(x)", "x", 1),
    ("logsumexp(x)", "x", 2),
    ("softmax(x)", "x", 1),
    ("sum(softmax(X, 2) .* Y)", "X", 1),
    ("max(x)", "x", 1),
    ("max(x) - min(x)", "x", 1),
    ("sum(max(X, axis=1))", "X", 1),
    ("max(x, y)", "x", 1, "x[n]", "y[n]"),
    ("sum(min(x, y))", "y", 1, "x[n]", "y[n]"),
    ("relu(A x + b)", "x", 1, "b[m]"),
    ("sum(relu(A x + b))", "x", 1, "b[m]"),
    ("prod(x)", "x", 1),
    ("abs(x)", "x", 1),
    ("||x||_1", "x", 1),
    ("||x||_inf", "x", 1),
    ("exp(x^T y)", "x", 2),
    ("sin(x)^T y", "x", 2),
    ("sigmoid(x)^T y", "x", 2),
    ("softplus(X w)^T y", "w", 2, "X[m,n]", "w[n]", "y[m]"),
    ("tanh(a x)", "a", 2),
    ("a^4", "a", 3),
    ("2^a", "a", 2),
    ("erf(a)", "a", 3),
    ("a^b", "b", 2),
    ("x .^ 3", "x", 1),
    ("sum(x .^ a)", "a", 1, "x[n]"),
    ("(x^T x)^2", "x", 2),
    ("1/(1 + x^T x)", "x", 2),
    ("log(1 + x^T x)", "x", 2),
    ("||A X - B||_F^2", "X", 1),
    ("||A X - B||_F", "X", 1),
    ("sum(X, 1) v", "v", 1, "X[m,n]", "v[n]"),
    ("x^T A", "x", 1),
    ("-sum(p .* log(q))", "q", 2),
    ("sum(p) x", "x", 1, "p[n] simplex"),
    ("x^T diag(y) x", "x", 2),
    ("(x - y)^T P (x - y)", "x", 2, "P[n,n] pd", "x[n]", "y[n]"),
    ("exp(-(x - mu)^2/(2 sigma^2)) / sqrt(2 pi sigma^2)", "x", 2, "x", "mu", "sigma > 0"),
    ("x^T X^T X x + c", "x", 2, "X[2n+1, n]", "x[n]"),
    ("x^T A x", "A", 1, "A[3,3]"),
    ("tr(A X)", "X", 1, "X[n,n] symmetric"),
    ("logdet Sigma + mu^T Sigma^-1 mu", "Sigma", 1, "Sigma[n,n] pd", "mu[n]"),
    ("alpha x^T y / (beta + 1)", "x", 1, "alpha >= 0", "beta >= 0", "x[n]", "y[n]"),
    ("sum(ones(n) .* x)/n", "x", 1),
    ("cbrt(a) + log1p(a) + expm1(a)", "a", 1),
    ("Q^T Q x", "x", 1, "Q[n,n] orthogonal"),
    ("x^T L y", "x", 1, "L[n,n] lower", "y[n]"),
    ("a sum(ones(k))", "a", 1, "dim k"),
    # Tensors of rank 3 and more.
    ("A x", "A", 1),
    ("x^T x x", "x", 2),
    ("softmax(A x)", "A", 1),
    ("tr(X^T A X)", "X", 2),
    ("X^-1", "X", 1),
    ("tanh(X w)", "X", 1),
    ("log det X", "X", 2),
    ("det X", "X", 2),
    ("prod(x)", "x", 2),
    ("||x||", "x", 3),
    ("logsumexp(x)", "x", 3),
    # Parts, blocks, other shapes, choices.
    ("||x[2:5]||^2", "x", 1, "x[n]"),
    ("x[3] x", "x", 2, "x[n]"),
    ("A[2, :] x", "x", 1, "A[m,n]"),
    ("||A[:, 2:4] y||^2", "y", 1, "A[m,n]"),
    ("||[A; B] x - c||^2", "x", 1, "A[m,n]", "B[p,n]", "c[m+p]"),
    ("||[x; 1]||^4", "x", 1, "x[n]"),
    ("jacobian(vec(A X B), vec(X)) a", "a", 1),
    ("||kron(A, B) x||^2", "x", 1),
    ("y^T vec(X)", "X", 1),
    ("sum(where(x > y, x .* y, sin(x)))", "x", 1, "x[n]", "y[n]"),
    ("sum(where(X >= 0, X, a X))", "a", 1),
    ("sum(i in 1..m: log(1 + exp(-y[i] X[i,:] w)))", "w", 1, "X[m,n]", "y[m]", "w[n]"),
    ("[i, j, k: A[i,j] x[k]]", "x", 1),
]


def golden_cases():
    """The expressions of the golden files, as CASES."""
    for path in sorted((ROOT / "tests" / "golden").glob("*.golden")):
        for block in path.read_text(encoding="utf-8").split("\n\n"):
            fields = dict(re.findall(r"^(\w+): (.*)$", block, re.MULTILINE))
            if "wrt" not in fields:
                continue
            declared = [text.strip() for text in fields.get("declare", "").split(";")]
            yield (fields["expr"], fields["wrt"], int(fields.get("order", 1)),
                   *filter(None, declared))


def derive(expression, variable, order, declarations):
    arguments = [expression, "--wrt", variable, "--order", order, "--format", "json"]
    for text in declarations:
        arguments += ["--declare", text]
    return nabla("derive", *arguments)


def stated_declarations(answer):
    """What the answer says of its names, as declarations."""
    declarations = []
    for name in answer["names"]:
        sizes = f"[{', '.join(name['shape'])}]" if name["shape"] else ""
        word = "dim " if name["kind"] == "dimension" else ""
        declarations.append(word + " ".join([name["name"] + sizes, *name["facts"]]))
    return declarations


class RoundTrip(CliTest):
    def check(self, expression, variable, order, *declarations):
        outcome = derive(expression, variable, order, declarations)
        self.assertEqual(outcome.status, 0, outcome.err)
        answer = outcome.json()
        for style in ("text", "unicode"):
            shown = answer["formulas"][style]
            again = derive(shown, variable, 1, stated_declarations(answer))
            self.assertEqual(again.status, 0, f"{shown}: {again.out}{again.err}")
            self.assertEqual(again.json()["expression"], answer["formulas"]["text"], shown)
            told = {size for name in answer["names"] for size in name["shape"]}
            for name in again.json()["names"]:
                if name["name"] not in told:  # a size that the shape of another name tells
                    self.assertIn(name, answer["names"], shown)

    def test_answers(self):
        for case in CASES:
            with self.subTest(" ".join(map(str, case))):
                self.check(*case)

    def test_golden_answers(self):
        cases = list(golden_cases())
        self.assertGreater(len(cases), 100)
        for case in cases:
            with self.subTest(" ".join(map(str, case))):
                self.check(*case)

    def test_the_printed_names_are_declarations(self):
        out = nabla("derive", "(x - mu)^T Sigma (x - mu)", "--wrt", "x", "--declare",
                    "Sigma[2n+1, 2n+1] pd", "--declare", "mu[2n+1] > 0").out.splitlines()
        declarations = []
        for line in out[out.index("where") + 1:]:
            name, kind, rest = re.fullmatch(r"  (\S+) +(scalar|vector|matrix)(.*)", line).groups()
            sizes, *facts = [part.strip() for part in rest.split(",")]
            sizes = f"[{sizes.replace('×', ', ')}]" if kind != "scalar" else ""
            declarations.append(" ".join([name + sizes, *facts]))
        again = derive(out[0], "x", 1, declarations).json()
        self.assertEqual(again["expression"], out[0])
        self.assertIn({"name": "Sigma", "kind": "matrix", "shape": ["2 n + 1", "2 n + 1"],
                       "facts": ["pd"]}, again["names"])
