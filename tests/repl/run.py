#!/usr/bin/env python3
"""tests/repl/run.py NABLA [NAME…]: conversations, on a terminal and through a pipe."""

import pathlib
import sys
import unittest

import conversation


def main():
    if len(sys.argv) < 2:
        sys.exit("usage: run.py PATH_TO_NABLA [TEST_NAME…]")
    conversation.binary = str(pathlib.Path(sys.argv[1]).resolve())
    folder = str(pathlib.Path(__file__).resolve().parent)
    loader = unittest.TestLoader()
    if len(sys.argv) > 2:
        loader.testNamePatterns = [f"*{name}*" for name in sys.argv[2:]]
    suite = loader.discover(folder, pattern="*_test.py")
    result = unittest.TextTestRunner(verbosity=1).run(suite)
    failed = len({test.id().split(" ")[0] for test, _ in result.failures + result.errors})
    print(f"{result.testsRun - failed} passed, {failed} failed")
    sys.exit(0 if failed == 0 and result.testsRun > 0 else 1)


if __name__ == "__main__":
    main()
