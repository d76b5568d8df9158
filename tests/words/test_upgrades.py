"""Upgrades: how old payloads become new ones, and how what cannot work is refused before the first job."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, TypedDict

import attrs
import pytest

from jobdefs import define, upgrades
from jobdefs.errors import DefinitionError, NewerPayload, UpgradeFailed
from jobdefs.upgrade import check_chain, refuse_newer, upgraded, upgrades_of
from tests.support.definitions import defined

HERE = __name__


class Old(TypedDict):
    to: str


def mail(version: int) -> type:
    """Return a payload class of its own whose definition has this version."""
    cls = attrs.make_class("Mail", {"to": attrs.field(type=str)}, frozen=True)
    return define("MAIL", version=version)(cls)


def second(payload: dict[str, Any]) -> dict[str, Any]:
    return payload | {"second": "to" in payload}


def third(payload: dict[str, Any]) -> dict[str, Any]:
    return payload | {"third": "second" in payload}


def chained() -> type:
    cls = mail(3)
    upgrades(cls, from_version=2)(third)
    upgrades(cls, from_version=1)(second)
    return cls


@pytest.mark.parametrize(
    ("version", "result"),
    [
        (1, {"to": "a", "second": True, "third": True}),
        (2, {"to": "a", "third": False}),
        (3, {"to": "a"}),
    ],
)
def test_a_payload_goes_through_every_upgrade_behind_its_version(version: int, result: dict[str, Any]) -> None:
    """Upgrades run one after another, from the payload's version to the definition's, whatever their order was."""
    definition = defined(chained())
    check_chain(definition)
    assert upgraded(definition, {"to": "a"}, version) == result
    assert [upgrade.place for upgrade in upgrades_of(definition)] == [f"{HERE}.second", f"{HERE}.third"]


def test_the_function_stays_as_it_was() -> None:
    """The decorator gives the function back, so that it can be tested and called as any other."""
    assert upgrades(mail(2), from_version=1)(second) is second


def test_a_newer_payload_is_refused_with_both_versions() -> None:
    """The error says which version the payload has, and which is known."""
    definition = defined(chained())
    refuse_newer(definition, 3)
    with pytest.raises(NewerPayload, match=r"^The payload has version 5 of MAIL, and this program knows version 3;"):
        refuse_newer(definition, 5)


def broken(payload: dict[str, Any]) -> dict[str, Any]:
    return {"to": payload["nowhere"]}


def forgetful(payload: dict[str, Any]) -> Any:
    payload["second"] = True


def exiting(_payload: dict[str, Any]) -> Any:
    raise SystemExit(1)


@pytest.mark.parametrize(
    ("function", "what"),
    [
        (broken, "raised KeyError: 'nowhere'"),
        (forgetful, "returned NoneType instead of a dict"),
        (exiting, "raised SystemExit: 1"),
    ],
)
def test_an_upgrade_that_fails_is_named(function: Callable[..., Any], what: str) -> None:
    """The one error has the job's name, the function and both versions, whatever the function does."""
    cls = mail(2)
    upgrades(cls, from_version=1)(function)
    with pytest.raises(UpgradeFailed) as caught:
        upgraded(defined(cls), {"to": "a"}, 1)
    assert f" of MAIL cannot be upgraded from version 1 to 2: {HERE}.{function.__name__} {what};" in str(caught.value)


@pytest.mark.parametrize(
    ("own", "from_version", "reason"),
    [
        (1, 1, "MAIL has version 1, so no payload is older; raise its version first"),
        (3, 0, "MAIL has version 3, so from_version must be an integer from 1 to 2"),
        (3, 3, "MAIL has version 3, so from_version must be an integer from 1 to 2"),
        (3, 4, "MAIL has version 3, so from_version must be an integer from 1 to 2"),
        (3, "1", "MAIL has version 3, so from_version must be an integer from 1 to 2"),
        (3, True, "MAIL has version 3, so from_version must be an integer from 1 to 2"),
    ],
)
def test_an_upgrade_leads_only_upwards_to_the_definitions_version(own: int, from_version: Any, reason: str) -> None:
    """A version that is none of the older ones is refused, so that no chain has a cycle or leads beyond its end."""
    with pytest.raises(DefinitionError) as caught:
        upgrades(mail(own), from_version=from_version)
    assert str(caught.value) == f"@upgrades(Mail, from_version={from_version!r}): {reason}"


def test_two_upgrades_from_one_version_are_refused() -> None:
    """The error names both functions."""
    cls = chained()
    with pytest.raises(DefinitionError) as caught:
        upgrades(cls, from_version=1)(third)
    assert str(caught.value) == (
        f"@upgrades(Mail, from_version=1): {HERE}.second and {HERE}.third upgrade the same version; remove one"
    )


@pytest.mark.parametrize(("from_versions", "missing"), [((), "1, 2, 3"), ((2,), "1, 3"), ((1, 2), "3")])
def test_a_gap_in_the_chain_is_refused(from_versions: tuple[int, ...], missing: str) -> None:
    """Every version that no upgrade leads on from is named, with what to write and where."""
    cls = mail(4)
    for version in from_versions:
        upgrades(cls, from_version=version)(second)
    with pytest.raises(DefinitionError) as caught:
        check_chain(defined(cls))
    assert str(caught.value) == (
        f"definition 'MAIL': it has version 4, and no upgrade from version {missing}; write one with "
        f"@upgrades(Mail, from_version={missing[0]}) beside {cls.__module__}.Mail"
    )


@pytest.mark.parametrize("payload", [Old, second])
def test_an_upgrade_of_what_is_no_job_is_refused(payload: Any) -> None:
    """Only a class with a definition has versions."""
    with pytest.raises(DefinitionError) as caught:
        upgrades(payload, from_version=1)
    assert str(caught.value) == (
        f"@upgrades({payload.__qualname__}, from_version=1): the class is no job; put @define(NAME) above it"
    )


async def waiting(payload: dict[str, Any]) -> dict[str, Any]:
    return payload


def yielding(payload: dict[str, Any]) -> Iterator[Any]:
    yield payload


def nothing() -> dict[str, Any]:
    return {}


def more(payload: dict[str, Any], version: int) -> dict[str, Any]:
    return payload | {"version": version}


def keyword(*, payload: dict[str, Any]) -> dict[str, Any]:
    return payload


def number(payload: int) -> dict[str, Any]:
    return {"to": payload}


def in_place(payload: dict[str, Any]) -> None:
    payload["second"] = True


@pytest.mark.parametrize(
    ("function", "flaw"),
    [
        (waiting, "is async; make it a plain def that waits for nobody"),
        (yielding, "yields; return the new payload instead"),
        (nothing, "must take one argument, the payload"),
        (more, "must take one argument, the payload"),
        (keyword, "must take one argument, the payload"),
        (number, "takes int; it must take and return a dict, which is plain JSON"),
        (in_place, "returns NoneType; it must take and return a dict, which is plain JSON"),
    ],
)
def test_a_function_of_another_shape_is_refused(function: Any, flaw: str) -> None:
    """What could not upgrade anything is refused where it is defined, with what is wrong about it."""
    with pytest.raises(DefinitionError) as caught:
        upgrades(mail(2), from_version=1)(function)
    assert str(caught.value) == f"@upgrades(Mail, from_version=1): {HERE}.{function.__name__} {flaw}"


def test_what_is_no_function_is_refused() -> None:
    """A class or another callable has no source that would tell builds apart."""
    with pytest.raises(
        DefinitionError, match=r"^@upgrades\(Mail, from_version=1\): functools\.partial.* is no function"
    ):
        upgrades(mail(2), from_version=1)(partial(second))


def typed(payload: Old) -> Old:
    return payload


def mapped(payload: Mapping[str, Any], *_more: object, loudly: bool = False) -> "dict[str, Any] | None":
    return dict(payload) if not loudly else None


def told_nothing(payload):
    return payload


def told_to_checkers(payload: "Missing") -> "Missing":  # type: ignore[name-defined] # noqa: F821 - as under TYPE_CHECKING
    return payload


@pytest.mark.parametrize("function", [typed, mapped, told_nothing, told_to_checkers])
def test_whatever_may_take_and_return_a_dict_is_taken(function: Any) -> None:
    """Types that are dicts by another name, or that nobody can look up, are no reason to refuse a function."""
    cls = mail(2)
    upgrades(cls, from_version=1)(function)
    assert upgraded(defined(cls), {"to": "a"}, 1) == {"to": "a"}
