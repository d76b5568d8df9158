"""What can be altered in a line of Lua: the whole line goes, or one token of it becomes another one."""

import re
from collections.abc import Iterator
from typing import Final

# Strings and comments come first, so that nothing is altered inside them.
_TOKEN: Final = re.compile(
    r"""'[^']*' | "[^"]*" | --.* | == | ~= | <= | >= | < | > | [+*-] | \b(?:and|or|not|true|false)\b | \b\d[\d_]*\b""",
    re.VERBOSE,
)
_OTHERS: Final = {
    "==": "~=",
    "~=": "==",
    "<": "<=",
    "<=": "<",
    ">": ">=",
    ">=": ">",
    "+": "-",
    "-": "+",
    "*": "+",
    "and": "or",
    "or": "and",
    "not": "",
    "true": "false",
    "false": "true",
}


def alterations(line: str) -> Iterator[str]:
    """Yield the line's altered forms, an empty one for its removal; none for a comment, as nothing depends on it."""
    code = line.strip()
    if not code or code.startswith(("--", "#!")):
        return
    yield ""
    for token in _TOKEN.finditer(line):
        other = _other(token[0])
        if other is not None:
            yield line[: token.start()] + other + line[token.end() :]


def _other(token: str) -> str | None:
    return str(int(token) + 1) if token.isdecimal() else _OTHERS.get(token)
