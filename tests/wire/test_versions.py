"""Payloads of other versions, as the codec reads them: raw JSON goes through each upgrade, and then must fit."""

import json
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobdefs import Catalog, TestJob, define, upgrades
from jobdefs.errors import DefinitionError, Fault, InvalidBody, InvalidPayload, NewerPayload, UpgradeFailed
from jobdefs.wire import codec
from tests.support.definitions import defined


@attrs.frozen
class Line:
    name: str
    cents: int


@define("VERSIONED", version=3)
@attrs.frozen
class Versioned:
    """Had ``items``, a list of names, in version 1, and lines with ``euros`` in version 2."""

    lines: list[Line]


@upgrades(Versioned, from_version=1)
def items_to_lines(payload: dict[str, Any]) -> dict[str, Any]:
    return {"lines": [{"name": name, "euros": 1} for name in payload["items"]]}


@upgrades(Versioned, from_version=2)
def euros_to_cents(payload: dict[str, Any]) -> dict[str, Any]:
    for line in payload["lines"]:
        line["cents"] = 100 * line.pop("euros")
    return payload


DEFINITION = defined(Versioned)
NAMES = st.text(st.characters(exclude_categories=["Cs"]))


@given(st.lists(NAMES))
def test_every_version_of_a_payload_is_read_as_the_same(names: list[str]) -> None:
    """An old payload becomes what a payload of the present version says, with any text in it."""
    old = json.dumps({"items": names}).encode()
    middle = json.dumps({"lines": [{"name": name, "euros": 1} for name in names]}).encode()
    wanted = Versioned([Line(name, 100) for name in names])
    assert codec.decode(DEFINITION, old, 1) == codec.decode(DEFINITION, middle, 2) == wanted
    assert codec.decode(DEFINITION, codec.encode(DEFINITION, wanted), 3) == wanted


@pytest.mark.parametrize(
    ("version", "data", "fault"),
    [
        (2, b'{"lines":[{"name":5,"euros":1}]}', Fault("$.lines[0].name", "expected a string, got an integer")),
        (2, b'{"lines":[{"name":"a","euros":"1"}]}', Fault("$.lines[0].cents", "expected an integer, got a string")),
        (2, b'{"lines":[],"items":[]}', Fault("$.items", "unknown field")),
    ],
)
def test_what_does_not_fit_after_its_upgrade_is_told_as_of_the_new_payload(
    version: int, data: bytes, fault: Fault
) -> None:
    """The faults have paths into the upgraded payload, and the text says that it was upgraded."""
    with pytest.raises(InvalidPayload, match=f"upgraded from version {version} to 3, does not fit VERSIONED") as caught:
        codec.decode(DEFINITION, data, version)
    assert caught.value.faults == (fault,)


@pytest.mark.parametrize("data", [b"[]", b"null", b'"items"', b"5"])
def test_what_is_no_object_reaches_no_upgrade(data: bytes) -> None:
    """Upgrades get dicts and nothing else."""
    with pytest.raises(InvalidPayload, match=r"^The payload does not fit VERSIONED: \$: expected an object, got"):
        codec.decode(DEFINITION, data, 1)


def test_an_old_payload_that_is_no_json_is_no_matter_of_versions() -> None:
    """Broken JSON is refused as in any version."""
    with pytest.raises(InvalidBody):
        codec.decode(DEFINITION, b'{"items":', 1)


def test_a_member_that_the_upgrade_needs_and_that_is_missing() -> None:
    """What an upgrade stumbles over is told with its name and its version."""
    with pytest.raises(UpgradeFailed, match=r"from version 1 to 2: .*items_to_lines raised KeyError: 'items';"):
        codec.decode(DEFINITION, b"{}", 1)


@pytest.mark.parametrize("data", [b"[]", b'{"lines":[]}'])
def test_a_newer_payload_is_refused_also_where_it_would_fit(data: bytes) -> None:
    """Whatever it holds, nobody guesses at what it means."""
    with pytest.raises(NewerPayload):
        codec.decode(DEFINITION, data, 4)


def test_a_catalogue_with_a_gap_is_not_prepared() -> None:
    """A program that starts can read every version of every payload, or says which it could not."""

    @define("GAP", version=2)
    @attrs.frozen
    class Gap:
        pass

    with pytest.raises(DefinitionError, match="definition 'GAP': it has version 2, and no upgrade from version 1;"):
        codec.prepare(Catalog((defined(TestJob), defined(Gap))))
