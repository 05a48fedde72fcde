"""Runs C and C++ programs: all cases compiled into one program each, without optimisation."""

import re
import subprocess


def flat(value):
    if isinstance(value, list):
        return [x for part in value for x in flat(part)]
    return [value]


def compiled(command, source, path, text, count):
    path.write_text(text, encoding="utf-8")
    program = path.with_suffix("")
    process = subprocess.run([*command, str(path), "-o", str(program), *source],
                             capture_output=True, text=True, timeout=600, check=False)
    if process.returncode != 0:
        errors = [x for x in process.stderr.splitlines() if "error" in x]
        return ["\n".join((errors or [process.stderr])[:3])] * count
    process = subprocess.run([str(program)], capture_output=True, text=True, timeout=300,
                             check=False)
    lines = process.stdout.splitlines()
    if process.returncode != 0 or len(lines) != 2 * count:
        return [f"ended with {process.returncode} after {len(lines)} lines"] * count
    results = []
    for k in range(count):
        pair = lines[2 * k:2 * k + 2]
        bad = [line for line in pair if line.startswith("!")]
        results.append(bad[0] if bad else [[float(x) for x in line.split()] for line in pair])
    return results


def renamed(program, number):
    """C has no namespaces: every function of a program gets the case's number."""
    names = re.findall(r"^(?:static )?(?:int|double|void|size_t) (\w+)\(", program, re.M)
    for name in set(names):
        program = re.sub(rf"\b{name}\(", f"{name}_{number}(", program)
    entry = re.findall(r"^int (\w+)\((.*?)\) \{", program, re.M)
    return program, entry[-2:]


def run_c(cases, folder):
    text, calls = [], []
    for case in cases:
        program, functions = renamed(case.programs["c"], case.number)
        text.append(program)
        for (name, signature), expected in zip(functions, case.expected):
            arguments = []
            values = iter(case.values)
            for parameter in signature.split(", ")[:-1]:
                kind, word = parameter.rsplit(" ", 1)
                if kind == "size_t":
                    arguments.append(str(case.sizes[word.rstrip("_")]))
                elif kind == "double":
                    arguments.append(repr(next(values)))
                else:
                    numbers = ", ".join(map(repr, flat(next(values))))
                    arguments.append(f"(const double[]){{{numbers}}}")
            size = max(1, len(expected))
            calls.append(f"    {{ double out[{size}]; int s = {name}({', '.join(arguments)}, out);\n"
                         f"      if (s) printf(\"! status %d\\n\", s); else show(out, {size}); }}")
    text.append("#include <stdio.h>\nstatic void show(const double *x, size_t n) {\n"
                "    for (size_t i = 0; i < n; ++i) printf(\"%.17g \", x[i]);\n"
                "    printf(\"\\n\");\n}\nint main(void) {\n" + "\n".join(calls) + "\n}\n")
    command = ["gcc", "-std=c99", "-O0", "-Wall", "-Wextra", "-Werror", "-Wno-unused-parameter",
               "-Wno-unused-function", "-Wno-unused-variable", "-fsanitize=address,undefined",
               "-fno-sanitize-recover=all"]
    return compiled(command, ["-lm"], folder / "programs.c", "\n".join(text), len(cases))


def cpp_literal(value):
    if not isinstance(value, list):
        return repr(value)
    numbers = ", ".join(map(repr, flat(value)))
    if value and isinstance(value[0], list):
        return f"matrix({len(value)}, {len(value[0])}, {{{numbers}}})"
    return f"vector({{{numbers}}})"


def run_cpp(cases, folder):
    includes = ["#include <Eigen/Dense>", "#include <unsupported/Eigen/MatrixFunctions>",
                "#include <algorithm>", "#include <cstdio>", "#include <math.h>",
                "#include <string>", "#include <vector>"]
    text = includes + [CPP_PRELUDE]
    calls = []
    for case in cases:
        program = re.sub(r"^#include .*\n", "", case.programs["cpp"], flags=re.M)
        text.append(f"namespace case_{case.number} {{\n{program}}}")
        for name, signature in re.findall(r"^inline \S+ (\w+)\((.*?)\) \{", program, re.M)[-2:]:
            arguments = [cpp_literal(v) for v in case.values]
            for parameter in signature.split(", ")[len(arguments):] if signature else []:
                arguments.append(str(case.sizes[parameter.split(" ")[-1].rstrip("_")]))
            calls.append(f"    show(case_{case.number}::{name}({', '.join(arguments)}));")
    text.append("int main() {\n" + "\n".join(calls) + "\n}\n")
    command = ["g++", "-std=c++17", "-O0", "-w"]
    return compiled(command, [], folder / "programs.cpp", "\n".join(text), len(cases))


CPP_PRELUDE = """
static Eigen::VectorXd vector(std::vector<double> x) {
    return Eigen::Map<Eigen::VectorXd>(x.data(), x.size());
}
static Eigen::MatrixXd matrix(int m, int n, std::vector<double> x) {
    return Eigen::Map<Eigen::MatrixXd>(x.data(), n, m).transpose();
}
static void show(double x) { printf("%.17g\\n", x); }
static void show(const Eigen::VectorXd& x) {
    for (double v : x) printf("%.17g ", v);
    printf("\\n");
}
static void show(const Eigen::RowVectorXd& x) { show(Eigen::VectorXd(x.transpose())); }
static void show(const Eigen::MatrixXd& x) {
    show(Eigen::VectorXd(x.reshaped<Eigen::RowMajor>()));
}
template <class Tensor> auto show(const Tensor& t) -> decltype(t.data.size(), void()) {
    show(vector(t.data));
}
"""
