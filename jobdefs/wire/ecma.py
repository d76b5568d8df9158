"""Says a pattern of Python as one of ECMA-262, by which JSON Schema goes, where it means the same there."""

import re
from typing import Any, Final

# A list of what is the same in both, since what is not cannot be listed: "\-" outside of brackets, "a{b", "[]a]",
# "\Z", "(?i)" and many more; and Python, up to 3.13, finds no "\B" in an empty string.
_SHARED_ESCAPE: Final = r"\\(?:[dDwWsSb.\\/\[\](){}*+?^$|nrtfv]|x[0-9A-Fa-f]{2}|u(?![dD][89A-Fa-f])[0-9A-Fa-f]{4})"
_BRACKETS: Final = rf"\[\^?(?:[^\\\[\]]|\\-|{_SHARED_ESCAPE})+\]"
_REPEAT: Final = r"(?:[*+?]|\{[0-9]+(?:,[0-9]*)?\})\??"
_SHARED: Final = re.compile(
    rf"(?:\((?:\?(?:[:=!]|<[=!]))?"
    rf"|[|^$]|\\b|\)(?:{_REPEAT})?"
    rf"|(?:[^\\\[\](){{}}*+?|^$]|{_BRACKETS}|(?!\\b){_SHARED_ESCAPE})(?:{_REPEAT})?)*"
)
_LOOKS_AROUND: Final = re.compile(r"\(\?<?[=!]")
_REPEATED_GROUP: Final = re.compile(r"\)[*+?{]")

_WHOLE: Final = {"search": "{}", "match": "^(?:{})", "fullmatch": "^(?:{})$"}


def in_ecma(pattern: re.Pattern[Any], how: str) -> dict[str, str]:
    """Return the keyword that asks for what a method of a pattern does, none where ECMA-262 has it not, or another."""
    source = pattern.pattern
    if pattern.flags != re.UNICODE or not _SHARED.fullmatch(source):
        return {}
    # There, what looks ahead cannot be repeated. Which group is repeated is not looked at closer.
    if _LOOKS_AROUND.search(source) and _REPEATED_GROUP.search(source):
        return {}
    return {"pattern": _WHOLE[how].replace("{}", source)}
