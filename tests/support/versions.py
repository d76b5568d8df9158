"""Steps of a definition from version to version, and what each breaks."""

from collections.abc import Callable
from typing import Any, Final

import attrs

from jobdefs import Definition, define, definition_of, upgrades

Upgrade = Callable[[dict[str, Any]], dict[str, Any]]


def versioned(version: int, fields: dict[str, Any], *chain: Upgrade) -> Definition:
    """Return a definition of this version, and with upgrades from version 1 on."""
    made = {key: attrs.field(type=type_) for key, type_ in fields.items()}
    payload: type[Any] = define("EDITED", version=version)(attrs.make_class("Edited", made, frozen=True))
    for number, upgrade in enumerate(chain, 1):
        upgrades(payload, from_version=number)(upgrade)
    definition = definition_of(payload)
    assert definition is not None
    return definition


@attrs.frozen
class Step:
    """What is done, the definitions that were locked, the one that is there, and where and why it breaks."""

    what: str
    before: tuple[Definition, ...]
    after: Definition
    paths: tuple[str, ...] = ()
    reason: str = ""
    rolling: tuple[str, ...] = ()


def same(payload: dict[str, Any]) -> dict[str, Any]:
    """Change nothing."""
    return payload


def with_y(payload: dict[str, Any]) -> dict[str, Any]:
    """Add a member."""
    return {**payload, "y": "y"}


def renamed(payload: dict[str, Any]) -> dict[str, Any]:
    """Give a member another name."""
    payload["z"] = payload.pop("y")
    return payload


def failing(payload: dict[str, Any]) -> dict[str, Any]:
    """Look for a member that is not there."""
    return payload["nowhere"]  # type: ignore[no-any-return]


ONE: Final = versioned(1, {"x": int})
TWO: Final = versioned(2, {"x": int, "y": str}, with_y)

VERSIONS: Final = (
    Step("a next version with its upgrade", (ONE,), TWO),
    Step("two versions at once", (ONE,), versioned(3, {"x": int, "z": str}, with_y, renamed)),
    Step("a third version", (ONE, TWO), versioned(3, {"x": int, "z": str}, with_y, renamed)),
    Step("a next version without an upgrade", (ONE,), versioned(2, {"x": int, "y": str}), ("$",), "no upgrade from"),
    Step("a gap in the chain", (ONE, TWO), versioned(3, {"x": int, "y": str}, with_y), ("$",), "no upgrade from"),
    Step("an upgrade that forgets a field", (ONE,), versioned(2, {"x": int, "y": str}, same), ("$.y",), "is required"),
    Step("an upgrade that fails", (ONE,), versioned(2, {"x": int, "y": str}, failing), ("$",), "KeyError"),
    Step(
        "a type that the upgrade does not turn",
        (ONE,),
        versioned(2, {"x": str}, same),
        ("$.x",),
        "expected a string, got an integer, in a payload of version 1 that was upgraded",
    ),
    Step("a version that went backwards", (ONE, TWO), ONE, ("$",), "version 2 is locked, and the code has 1"),
    Step(
        "a version that was locked with another schema",
        (ONE, TWO),
        versioned(2, {"x": int}, same),
        ("$.y",),
        "unknown field",
        ("$.y",),
    ),
)
