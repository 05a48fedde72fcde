#!/usr/bin/env python3
"""tests/cli/run.py NABLA [NAME…]: the command line as its contract describes it."""

import pathlib
import sys
import unittest

import harness


def main():
    if len(sys.argv) < 2:
        sys.exit("usage: run.py PATH_TO_NABLA [TEST_NAME…]")
    harness.binary = str(pathlib.Path(sys.argv[1]).resolve())
    folder = str(pathlib.Path(__file__).resolve().parent)
    loader = unittest.TestLoader()
    if len(sys.argv) > 2:
        loader.testNamePatterns = [f"*{name}*" for name in sys.argv[2:]]
    suite = loader.discover(folder, pattern="*_test.py")
    result = unittest.TextTestRunner(verbosity=1).run(suite)
    # A test may fail in several of its subtests, which have its name and a blank in theirs.
    failed = len({test.id().split(" ")[0] for test, _ in result.failures + result.errors})
    print(f"{result.testsRun - failed} passed, {failed} failed")
    sys.exit(0 if failed == 0 and result.testsRun > 0 else 1)


if __name__ == "__main__":
    main()
