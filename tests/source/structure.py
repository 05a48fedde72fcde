"""Checks of programs that nothing here can run."""

import re
import shutil
import subprocess

# What Julia, LinearAlgebra and SpecialFunctions define, as far as programs use it.
JULIA = set("""abs acos acosh asin asinh atan atanh cbrt ceil collect cos cosh det diag diagm dot
    dropdims eachindex eigen eigmax eps exp expm1 fill findfirst hcat ifelse inv isfinite isnan
    iszero kron length log log1p logabsdet logabsgamma max maximum min minimum ndims norm ones
    permutedims prod reshape reverse setdiff sign sin sinh size sqrt sum tan tanh tr tril triu
    unique vcat vec zeros enumerate zip join split cholesky erf erfc digamma polygamma
    CartesianIndices Dict Float64 Int Matrix Symmetric Tuple""".split())


def julia(cases):
    return [julia_problem(case.programs["julia"]) for case in cases]


def julia_problem(program):
    code = re.sub(r'"""(.|\n)*?"""', "", program)
    code = re.sub(r'"[^"\n]*"', '""', code)
    code = re.sub(r"#.*", "", code)
    pairs = {")": "(", "]": "[", "}": "{"}
    opened = []
    for c in code:
        if c in "([{":
            opened.append(c)
        elif c in pairs and (not opened or opened.pop() != pairs[c]):
            return f"an unmatched {c}"
    if opened:
        return f"an unclosed {opened[-1]}"
    # Inside brackets `end` and `for` are an index and a generator.
    outside, depth = "", 0
    for c in code:
        depth += (c in "([{") - (c in ")]}")
        outside += c if depth == 0 or c == "\n" else ""
    words = re.findall(r"[A-Za-z_]\w*", outside)
    opens = sum(words.count(w) for w in ("function", "for", "if", "let", "while"))
    if opens != words.count("end"):
        return f"{opens} blocks, {words.count('end')} ends"
    defined = set(re.findall(r"^(?:function )?(\w+)\(", program, re.M))
    for name in re.findall(r"(?<![\w.])([A-Za-z_]\w*)\.?\(", code):
        if name not in JULIA and name not in defined:
            return f"{name} is defined nowhere"
    bound = set(re.findall(r"^    (\w+)(?:, \w+)* = ", code, re.M))
    heads = re.findall(r"^function (\w+)\((.*?)\)\n((?:    .*\n)*)end", code, re.M)
    for _, parameters, body in heads[-2:]:
        known = bound | set(re.split(r"\W+", parameters)) | JULIA | defined
        for name in re.findall(r"(?<![\w.\d])([A-Za-z_]\w*)", body):
            if name not in known | {"return", "dims", "pi", "I", "Inf", "im"}:
                return f"{name} is defined nowhere"
    return ""


def graphviz(cases):
    tool = shutil.which("dot")
    if tool is None:
        return ["graphviz is not installed"] * len(cases)
    # All graphs in one run; which one is wrong, if any is, by a run of its own.
    together = "\n".join(case.programs["dot"] for case in cases)
    if not dot_problem(tool, together):
        return [""] * len(cases)
    return [dot_problem(tool, case.programs["dot"]) for case in cases]


def dot_problem(tool, text):
    process = subprocess.run([tool, "-Tdot"], input=text, capture_output=True, text=True,
                             timeout=120, check=False)
    return process.stderr.strip() if process.returncode != 0 or process.stderr else ""
