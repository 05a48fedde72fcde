"""nabla compile: objects that a C program links."""

import math
import subprocess

from harness import CliTest, nabla

MODEL = """
param X[m, n]
param y[m]
param lambda > 0
var w[n]
loss = ||X w - y||^2/2 + lambda/2 ||w||^2
export loss, grad(loss, w) as ridge
export hessian(loss, w) as ridge_hessian
"""

PROGRAM = r"""
#include <stdio.h>
#include <stdlib.h>
#include "ridge.h"
#include "ridge_hessian.h"

int main(void) {
    const double X[6] = {1, 0, 0, 2, 1, 1}, y[3] = {1, 2, 4}, w[2] = {0.5, -1};
    double loss, gradient[2], hessian[4];
    void* workspace = malloc(ridge_workspace() + ridge_hessian_workspace() + 1);
    if (ridge(X, y, 2.0, w, &loss, gradient, workspace) != 0) return 1;
    if (ridge_hessian(X, y, 2.0, w, hessian, workspace) != 0) return 2;
    printf("%.17g %.17g %.17g %.17g %.17g %.17g %.17g\n", loss, gradient[0], gradient[1],
           hessian[0], hessian[1], hessian[2], hessian[3]);
    free(workspace);
    return 0;
}
"""

SOLVER = r"""
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "solver.h"

int main(void) {
    const double good[4] = {2, 0, 0, 4}, singular[4] = {1, 1, 1, 1}, b[2] = {2, 4};
    double x[2];
    void* workspace = malloc(solver_workspace() + 1);
    if (solver(good, b, x, workspace) != 0 || x[0] != 1 || x[1] != 1) return 1;
    const int code = solver(singular, b, x, workspace);
    if (code < 1 || solver_error(code) == NULL || strlen(solver_error(code)) == 0) return 2;
    puts(solver_error(code));
    free(workspace);
    return 0;
}
"""

SPECTRAL = """
param A[n, n]
param x[n]
export sum(digamma(x) + polygamma(2, x) + lgamma(x)), expm(A), grad(tr(expm(A)^2), A),
       lambda_max(A), grad(lambda_max(A), A), chol(A), hessian(sum(chol(A)), A) as spectral
"""

SPECTRAL_PROGRAM = r"""
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "spectral.h"

int main(void) {
    const NUMBER A[4] = {2, 1, 1, 2}, bad[4] = {1, 2, 2, 1}, x[2] = {1, -0.5};
    NUMBER gamma, e[4], g[4], top, v[4], l[4], h[16];
    void* workspace = malloc(spectral_workspace() + 1);
    if (spectral(A, x, &gamma, e, g, &top, v, l, h, workspace) != 0) return 1;
    printf("%.9g %.9g %.9g %.9g %.9g %.9g %.9g %.9g\n", gamma, e[0], e[1], g[0], top, v[1], l[2],
           l[1]);
    const int code = spectral(bad, x, &gamma, e, g, &top, v, l, h, workspace);
    if (code < 1 || strstr(spectral_error(code), "positive definite") == NULL) return 2;
    free(workspace);
    return 0;
}
"""

EQUATIONS = """
param X[m, n]
param y[m]
param A[n, n]
param B[n, n]
export (X^T X)^-1 X^T y, sylvester(A, B, B), sylvester(A, B, B, A, A) as equations
"""

# The third column is the first one but for 1e-9: X^T X is singular to the last digit.
EQUATIONS_PROGRAM = r"""
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "equations.h"

int main(void) {
    double X[15], y[5], b[3], S[9], G[9], sum;
    const double A[9] = {1, 2, 0, -2, 1, 1, 0, 0, 3}, B[9] = {2, 1, 0, 0, 2, 1, -1, 0, 2};
    int i, j, k;
    void* workspace = malloc(equations_workspace());
    for (i = 0; i < 5; ++i) {
        X[3 * i] = i - 2;
        X[3 * i + 1] = 1;
        X[3 * i + 2] = X[3 * i] + 1e-9 * (i * i);
        y[i] = X[3 * i] + 2 + X[3 * i + 2];
    }
    if (equations(X, y, A, B, b, S, G, workspace) != 0) return 1;
    printf("%.3g %.3g %.3g\n", fabs(b[0] - 1) < 1e-5 ? 0 : b[0], fabs(b[1] - 2) < 1e-5 ? 0 : b[1],
           fabs(b[2] - 1) < 1e-5 ? 0 : b[2]);
    for (i = 0; i < 3; ++i)
        for (j = 0; j < 3; ++j) {
            for (k = 0, sum = -B[3 * i + j]; k < 3; ++k)
                sum += A[3 * i + k] * S[3 * k + j] + S[3 * i + k] * B[3 * k + j];
            if (fabs(sum) > 1e-12) return 2;
        }
    for (i = 0; i < 5; ++i) X[3 * i + 2] = 2 * X[3 * i];
    i = equations(X, y, A, B, b, S, G, workspace);
    if (i < 1 || strstr(equations_error(i), "X^T X is singular") == NULL) return 3;
    free(workspace);
    return 0;
}
"""

LIBRARIES = ["-llapacke", "-lopenblas", "-lsleef", "-lm"]


class Compile(CliTest):
    def build(self, program, *objects):
        source = self.file("program.c", program)
        target = self.folder / "program"
        subprocess.run(["gcc", "-std=c99", "-Wall", "-Wextra", "-Werror", "-I", self.folder / "out",
                        source, *(self.folder / "out" / name for name in objects), "-o", target,
                        *LIBRARIES], check=True)
        return subprocess.run([target], capture_output=True, text=True, check=True).stdout

    def compile(self, text, *arguments):
        outcome = nabla("compile", self.file("model.nabla", text), "-o", self.folder / "out",
                        *arguments)
        self.assertEqual(outcome.status, 0, outcome.err)

    def test_objects_link_from_c(self):
        self.compile(MODEL, "--dim", "m=3,n=2")
        numbers = [float(word) for word in
                   self.build(PROGRAM, "ridge.o", "ridge_hessian.o").split()]
        residual = [0.5 - 1, -2 - 2, -0.5 - 4]
        loss = sum(r * r for r in residual) / 2 + (0.25 + 1)
        gradient = [residual[0] + residual[2] + 1, 2 * residual[1] + residual[2] - 2]
        self.assert_close(numbers, [loss, *gradient, 4, 1, 1, 7])

    def test_least_squares_and_matrix_equations(self):
        self.compile(EQUATIONS, "--dim", "m=5,n=3")
        self.assertEqual(self.build(EQUATIONS_PROGRAM, "equations.o").split(), ["0", "0", "0"])

    def test_other_symbols_are_local(self):
        self.compile(MODEL, "--dim", "m=3", "--dim", "n=2")
        symbols = subprocess.run(["nm", "-g", "--defined-only", self.folder / "out/ridge.o"],
                                 capture_output=True, text=True, check=True).stdout
        names = sorted(line.split()[-1] for line in symbols.splitlines())
        self.assertEqual(names, ["ridge", "ridge_error", "ridge_workspace"])

    def test_a_failed_factorisation_returns_a_number(self):
        self.compile("param A[n, n]\nparam b[n]\ndim n = 2\nexport inv(A) b as solver\n")
        self.assertNotEqual(self.build(SOLVER, "solver.o").strip(), "")

    def test_the_header_is_c_and_cpp(self):
        self.compile(MODEL, "--dim", "m=3,n=2")
        header = (self.folder / "out/ridge.h").read_text(encoding="utf-8")
        self.assertIn("const double* X", header)
        self.assertIn("double lambda", header)
        for compiler in (["gcc", "-std=c99", "-x", "c"], ["g++", "-std=c++11", "-x", "c++"]):
            subprocess.run([*compiler, "-fsyntax-only", "-Wall", "-Wextra", "-Werror", "-include",
                            self.folder / "out/ridge.h", "/dev/null"], check=True)

    def test_sizes_must_be_known(self):
        model = self.file("model.nabla", MODEL)
        outcome = nabla("compile", model, "-o", self.folder / "out", "--dim", "m=3")
        self.assertEqual(outcome.status, 1)
        self.assertIn("the size n is not given", outcome.err)
        outcome = nabla("compile", model, "-o", self.folder / "out", "--dim", "m=3,n=2,k=1")
        self.assertEqual(outcome.status, 1)
        self.assertIn("no dimension k", outcome.err)
        outcome = nabla("compile", model, "-o", self.folder / "out", "--dim", "m=three")
        self.assertEqual(outcome.status, 2)

    def test_a_file_without_exports(self):
        outcome = nabla("compile", self.file("m.nabla", "param x[n]\nshow x\n"), "-o",
                        self.folder / "out")
        self.assertEqual(outcome.status, 1)
        self.assertIn("exports nothing", outcome.err)

    def refused(self, text, *arguments):
        outcome = nabla("compile", self.file("model.nabla", text), "-o", self.folder / "out",
                        *arguments)
        self.assertEqual(outcome.status, 1, outcome.out + outcome.err)
        return outcome.err

    def test_impossible_sizes(self):
        for size in ("0", "-1", "18446744073709551616", "9223372036854775807", "10000000000000"):
            with self.subTest(size):
                error = self.refused(MODEL, "--dim", f"m=3,n={size}")
                self.assertRegex(error, "cannot be|too large")
        self.assertIn("too large", self.refused(MODEL, "--dim", "m=1000000000000,n=1000000000"))
        for text in ("n=", "n", "=3", "n=3x", "n=1.5", "n=+3", ""):
            with self.subTest(text):
                outcome = nabla("compile", self.file("m.nabla", MODEL), "-o", self.folder / "out",
                                "--dim", text)
                self.assertEqual(outcome.status, 2, outcome.err)

    def test_sizes_that_follow_from_others(self):
        tied = "dim m = n - 3\nparam x[m]\nparam y[n]\nexport sum(x) + sum(y) as f\n"
        self.assertIn("would be 0", self.refused(tied, "--dim", "n=3"))
        self.assertIn("fit", self.refused(tied, "--dim", "n=5,m=3"))
        self.compile(tied, "--dim", "m=2")
        difference = "param D[n-1, n]\nparam x[n]\nexport D x as f\n"
        self.assertIn("n = 1", self.refused(difference, "--dim", "n=1"))
        self.compile(difference, "--dim", "n=2")
        self.assertIn("n = 1", self.refused("param D[n-1, n]\nparam x[n]\nexport x as f\n",
                                            "--dim", "n=1"))

    def test_names_that_c_has_taken(self):
        self.compile("param double\nparam workspace[n]\nparam NULL\nparam out1[n]\n"
                     "param size_t\nparam sin\nparam class\nparam linux\nparam X[n]\n"
                     "export double workspace + NULL * out1 + size_t + sin + class + linux + X "
                     "as f\n", "--dim", "n=2")
        header = (self.folder / "out/f.h").read_text(encoding="utf-8")
        self.assertIn("const double* X", header)
        self.assertIn("double_    a number: double", header)
        for compiler in (["gcc", "-std=gnu11", "-x", "c"], ["g++", "-x", "c++"]):
            subprocess.run([*compiler, "-fsyntax-only", "-Wall", "-Wextra", "-Werror", "-include",
                            "stdio.h", "-include", "math.h", "-include",
                            self.folder / "out/f.h", "/dev/null"], check=True)

    def test_exports_that_c_cannot_name(self):
        for name in ("NULL", "class", "linux"):
            with self.subTest(name):
                self.assertIn(name, self.refused(f"param x\nexport 2 x as {name}\n"))

    def test_single_precision(self):
        self.compile(MODEL, "--dim", "m=3,n=2", "--precision", "f32")
        header = (self.folder / "out/ridge.h").read_text(encoding="utf-8")
        self.assertIn("const float* X", header)
        self.assertNotIn("double", header)
        program = PROGRAM.replace("double", "float").replace("%.17g", "%.9g")
        numbers = [float(word) for word in
                   self.build(program, "ridge.o", "ridge_hessian.o").split()]
        self.assert_close(numbers[3:], [4, 1, 1, 7], 1e-6)
        self.assert_close(numbers[0], 19.5, 1e-6)

    def test_bounds_of_dimensions(self):
        text = "dim n >= 3\nparam x[n]\nexport sum(x) as f\n"
        error = self.refused(text, "--dim", "n=2")
        self.assertIn("breaks `dim n >= 3`", error)
        self.assertIn("model.nabla:1:5", error)
        self.compile(text, "--dim", "n=3")

    def test_functions_of_whole_matrices_need_no_more_than_the_libraries(self):
        high, low = math.exp(3), math.exp(1)
        zeta3 = 1.2020569031595942854
        gamma = (-0.5772156649015329 - 2 * zeta3 + 0.03648997397857652 - 14 * zeta3 + 16 +
                 math.log(2 * math.sqrt(math.pi)))
        expected = [gamma, (high + low) / 2, (high - low) / 2, high**2 + low**2, 3, 0.5,
                    math.sqrt(0.5), 0]
        for precision, number, tolerance in [("f64", "double", 1e-8), ("f32", "float", 2e-4)]:
            self.compile(SPECTRAL, "--dim", "n=2", "--precision", precision)
            program = SPECTRAL_PROGRAM.replace("NUMBER", number)
            numbers = [float(word) for word in self.build(program, "spectral.o").split()]
            self.assert_close(numbers, expected, tolerance)
