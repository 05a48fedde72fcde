"""Runs MATLAB programs in Octave, all in one script."""

import re
import subprocess


def literal(value):
    if not isinstance(value, list):
        return repr(value)
    if value and isinstance(value[0], list):
        return "[" + "; ".join(" ".join(map(repr, row)) for row in value) + "]"
    return "[" + "; ".join(map(repr, value)) + "]"


def renamed(program, number):
    """The program with its functions' names made unique, and the first two of them."""
    names = re.findall(r"^function (?:\S+|\[.*?\]) = (\w+)\(", program, re.M)
    for name in names:
        program = re.sub(rf"(?<![\w'.]){name}\(", f"{name}_{number}(", program)
    return program, [f"{name}_{number}" for name in names[:2]]


def parameters(program, name):
    return re.search(rf"= {name}\((.*?)\)", program).group(1).split(", ")


def run(cases, folder):
    script = ["1;", "warning('off', 'all');"]
    for case in cases:
        program, names = renamed(case.programs["matlab"], case.number)
        script.append(program)
        for name in names:
            words = parameters(program, name)
            arguments = [literal(v) for v in case.values]
            arguments += [repr(case.sizes[w.rstrip("_")]) for w in words[len(arguments):]]
            script.append(f"try\n  r = {name}({', '.join(arguments)});\n"
                          "  r = permute(r, ndims(r):-1:1);\n"
                          "  printf('%.17g ', r); printf('\\n');\n"
                          "catch err\n  printf('! %s\\n', strrep(err.message, \"\\n\", ' '));\nend")
    path = folder / "programs.m"
    path.write_text("\n".join(script) + "\n", encoding="utf-8")
    process = subprocess.run(["octave-cli", "--norc", str(path)], capture_output=True, text=True,
                             timeout=300, check=False)
    lines = process.stdout.splitlines()
    if len(lines) != 2 * len(cases):
        return [f"Octave: {process.stderr.strip()[-400:]}"] * len(cases)
    return [answer(lines[2 * k:2 * k + 2]) for k in range(len(cases))]


def answer(lines):
    for line in lines:
        if line.startswith("!"):
            return line
    return [[float(x) for x in line.split()] for line in lines]
