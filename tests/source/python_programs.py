"""Runs Python programs, all of them in one process a language.

As a script (python_programs.py numpy|jax|torch) it is that process: cases in, numbers out, as JSON.
"""

import inspect
import json
import subprocess
import sys
import types


def numpy(cases, _folder):
    return in_a_process("numpy", cases)


def jax(cases, _folder):
    return in_a_process("jax", cases)


def torch(cases, _folder):
    return in_a_process("torch", cases)


def in_a_process(language, cases):
    job = [{"program": case.programs[language], "values": case.values, "sizes": case.sizes}
           for case in cases]
    # Debian's packages are those of Debian's Python.
    process = subprocess.run(["/usr/bin/python3", __file__, language], input=json.dumps(job),
                             capture_output=True, text=True, timeout=300, check=False)
    if process.returncode != 0:
        return [process.stderr.strip().splitlines()[-1]] * len(cases)
    return [result if isinstance(result, str) else result for result in json.loads(process.stdout)]


def install_jax_names():
    """jax.numpy and its kin over NumPy and SciPy: the programs use only what the two share."""
    import numpy as np
    import scipy.linalg
    import scipy.special

    package, nn, jax_scipy = (types.ModuleType(n) for n in ("jax", "jax.nn", "jax.scipy"))
    nn.sigmoid = scipy.special.expit
    nn.softplus = lambda x: np.logaddexp(x, 0.0)
    nn.relu = lambda x: np.maximum(x, 0.0)
    nn.silu = lambda x: x * scipy.special.expit(x)
    jax_scipy.special, jax_scipy.linalg = scipy.special, scipy.linalg
    package.nn, package.numpy, package.scipy = nn, np, jax_scipy
    sys.modules.update({"jax": package, "jax.numpy": np, "jax.nn": nn, "jax.scipy": jax_scipy})


def main():
    language = sys.argv[1]
    if language == "jax":
        install_jax_names()
    if language == "torch":
        import torch as library

        def array(value):
            return library.tensor(value, dtype=library.float64)

        def numbers(result):
            return library.as_tensor(result, dtype=library.float64).reshape(-1).tolist()
    else:
        import numpy as library
        library.seterr(all="ignore")

        def array(value):
            return library.array(value, dtype=float) if isinstance(value, list) else value

        def numbers(result):
            return library.asarray(result, dtype=float).reshape(-1).tolist()

    def results(case):
        names = {}
        exec(compile(case["program"], "program", "exec"), names)  # a program of ours
        functions = [f for name, f in names.items()
                     if inspect.isfunction(f) and f.__doc__ and name != "expm_derivative"]
        found = []
        for function in functions:
            arguments = [array(value) for value in case["values"]]
            for name in list(inspect.signature(function).parameters)[len(arguments):]:
                arguments.append(case["sizes"][name.rstrip("_")])
            found.append(numbers(function(*arguments)))
        return found

    answers = []
    for case in json.load(sys.stdin):
        try:
            answers.append(results(case))
        except Exception as error:  # whatever a program may raise is its failure
            answers.append(f"{type(error).__name__}: {error}")
    json.dump(answers, sys.stdout)


if __name__ == "__main__":
    main()
