"""What a consumer and its quarantine's process say to each other: lines of JSON, each a word and what belongs to it."""

import json
from collections.abc import Iterator
from enum import StrEnum
from typing import Any, TypeAlias

import attrs

from consumer.huey_bridge.serializer import from_plain, to_plain
from jobdefs.storage.contract import Claim, Effect, Outcome, Settlement


class Word(StrEnum):
    """The first item of a line."""

    SETUP = "setup"
    RUN = "run"
    SETTLED = "settled"
    BEGAN = "began"
    ENDED = "ended"
    SPOILT = "spoilt"


Said: TypeAlias = tuple[Word, list[Any]]


def write(word: Word, *content: Any) -> bytes:
    """Return a line; raises TypeError for what JSON and the tags of Huey's values cannot hold."""
    # ASCII, since a handler's words may hold lone surrogates, which have no other written form.
    return json.dumps([word.value, *(to_plain(item) for item in content)]).encode() + b"\n"


class Reader:
    """Puts lines together from the pieces in which they come."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, piece: bytes) -> Iterator[Said]:
        """Take in a piece and yield the lines that it completes."""
        *lines, self._rest = (self._rest + piece).split(b"\n")
        for each in lines:
            word, *content = json.loads(each)
            yield Word(word), [from_plain(item) for item in content]


def claim_fields(claim: Claim) -> dict[str, Any]:
    """Return a claim as a line holds it."""
    return attrs.asdict(claim)


def to_claim(fields: dict[str, Any]) -> Claim:
    """Return the claim behind its fields."""
    return Claim(**fields)


def settlement_fields(settlement: Settlement) -> dict[str, Any]:
    """Return a settlement as a line holds it."""
    effects = [[effect.kind, effect.args] for effect in settlement.effects]
    return attrs.asdict(settlement, recurse=False) | {"outcome": settlement.outcome.value, "effects": effects}


def to_settlement(fields: dict[str, Any]) -> Settlement:
    """Return the settlement behind its fields."""
    effects = [Effect(kind, args) for kind, args in fields["effects"]]
    return Settlement(**fields | {"outcome": Outcome(fields["outcome"]), "effects": effects})
