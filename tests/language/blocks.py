"""The examples of a Markdown text: fenced blocks and tables, with the directives before them.

A directive is an HTML comment on a line of its own, `<!-- KEY: VALUE -->`; it belongs to the next
block or table:

  data: {"x": [1, 2]}     values, given to the command as a JSON file
  file: other.nabla       the name under which a block is kept for the blocks after it
  status: 3               the exit status of a nabla block (0 without it)
  check: same             what a table promises, see tables.py
"""

import dataclasses
import re

DIRECTIVE = re.compile(r"^<!-- (\w+): (.*) -->$")
FENCE = re.compile(r"^```(\w*)$")


@dataclasses.dataclass
class Piece:
    kind: str  # the word after the fence, or "table"
    lines: list  # what stands between the fences, or the rows
    first: int  # index of lines[0] in the text
    directives: dict


def pieces(lines):
    """Every block and table of a text, in order."""
    found, directives, at = [], {}, 0
    while at < len(lines):
        line = lines[at]
        if match := DIRECTIVE.match(line):
            directives[match[1]] = match[2]
        elif match := FENCE.match(line):
            end = next(i for i in range(at + 1, len(lines) + 1) if lines[i] == "```")
            found.append(Piece(match[1], lines[at + 1:end], at + 1, directives))
            directives, at = {}, end
        elif line.startswith("|"):
            end = next((i for i in range(at, len(lines)) if not lines[i].startswith("|")), len(lines))
            found.append(Piece("table", lines[at:end], at, directives))
            directives, at = {}, end - 1
        elif line.strip():
            directives = {}
        at += 1
    return found


def cells(row):
    """The cells of a table's row; a bar inside one is written with a backslash."""
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", row.strip().strip("|"))]


def codes(cell):
    """The pieces of inline code in a cell."""
    return [code.replace("\\|", "|") for code in re.findall(r"``? ?(.+?) ?``?(?!`)", cell)]
