"""The conversations of docs/repl.md: each ```nabla-repl block is typed, and must answer as shown.

Numbers that follow a `≈` on the same line, and lines of `…` alone, match anything.
NABLA_UPDATE_GOLDEN=1 writes the present answers into the text.
"""

import os
import re

from conversation import ROOT, ConversationTest

BLOCK = re.compile(r"^```nabla-repl\n(.*?)^```", re.MULTILINE | re.DOTALL)
PROMPT, MORE = "nabla> ", "  ...> "
TIMES = re.compile(r"\d+(\.\d+)?(e[-+]?\d+)? (ns|µs|ms|s)\b|\d+(\.\d+)? G(FLOP|B)/s|\(\d+ calls\)"
                   r"|\d+ calls|\d\.\de-\d\d")
UPDATE = os.environ.get("NABLA_UPDATE_GOLDEN") == "1"


def exchanges(block):
    """[(typed text, expected answer)]."""
    found = []
    for line in block.splitlines():
        if line.startswith(PROMPT):
            found.append([line[len(PROMPT):], ""])
        elif line.startswith(MORE):
            found[-1][0] += "\n" + line[len(MORE):]
        else:
            found[-1][1] += line + "\n"
    return found


def masked(text):
    return [" ".join(TIMES.sub("#", line).split()) for line in text.splitlines() if line.strip()]


def matches(answer, expected):
    pattern = "\n".join(masked(expected))
    parts = [re.escape(part.strip("\n")) for part in re.split(r"^…$", pattern, flags=re.M)]
    return re.fullmatch(r"\s*" + r"[\s\S]*".join(parts) + r"\s*", "\n".join(masked(answer)))


def as_typed(text):
    first, *more = text.split("\n")
    return "".join([f"{PROMPT}{first}\n", *(f"{MORE}{line}\n" for line in more)])


class TranscriptTest(ConversationTest):
    def test_docs(self):
        path = ROOT / "docs/repl.md"
        text = path.read_text(encoding="utf-8")
        blocks = BLOCK.findall(text)
        self.assertTrue(blocks)
        for block in blocks:
            session = self.pipe()
            fresh = ""
            for typed, expected in exchanges(block):
                answer = session.ask(typed)
                fresh += as_typed(typed)
                if matches(answer, expected):
                    fresh += expected
                    continue
                fresh += answer
                if not UPDATE:
                    with self.subTest(typed):
                        self.assertEqual(answer, expected)
            text = text.replace(block, fresh, 1)
        if UPDATE:
            path.write_text(text, encoding="utf-8")
