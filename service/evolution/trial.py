"""Tries old payloads on the code that is here: upgraded and decoded as a consumer does it."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from jobdefs.definition import Definition
from jobdefs.errors import DefinitionError, Fault, InvalidPayload, JobsError
from jobdefs.upgrade import check_chain
from jobdefs.wire import codec
from service.evolution.finding import Direction, Finding, bump
from service.evolution.lock import Locked

_STEP: Final = re.compile(r"\.\w+|\[\d+\]|\[\*\]|\[\".*?\"\]")
_PLACE: Final = re.compile(r"\[\d+\]")
_ANY: Final = "[*]"


def of_versions(definition: Definition, versions: Mapping[int, Locked]) -> Iterator[Finding]:
    """Yield what a version breaks that went backwards, or to which no chain of upgrades leads."""
    last = max(versions, default=definition.version)
    if last > definition.version:
        reason = f"version {last} is locked, and the code has {definition.version}: payloads of {last} would be parked"
        yield Finding(Direction.QUEUED, "$", reason, f"set version={last}, or a later one")
    try:
        check_chain(definition)
    except DefinitionError as error:
        yield Finding(Direction.QUEUED, "$", *_split(str(error)))


def of_samples(definition: Definition, versions: Mapping[int, Locked], told: Iterable[Finding]) -> Iterator[Finding]:
    """Yield what locked samples show, each place once, and none that was told already of the present version."""
    if not _is_linked(definition):
        return
    known = [_steps(finding.path) for finding in told if finding.direction is Direction.QUEUED]
    for version in sorted(number for number in versions if number <= definition.version):
        for fault in _first_faults(definition, version, versions[version]):
            if version < definition.version or not any(_leads(path, _steps(fault.path)) for path in known):
                yield _finding(definition, version, fault)


def untried(definition: Definition, versions: Mapping[int, Locked]) -> Iterator[str]:
    """Tell of older versions whose upgrades nobody tried."""
    for version in sorted(versions):
        if version < definition.version and not versions[version].samples:
            yield f"version {version} has no samples, so nobody knows whether its payloads are upgraded well"


def _first_faults(definition: Definition, version: int, locked: Locked) -> Iterable[Fault]:
    first: dict[str, Fault] = {}
    for sample in locked.samples:
        for fault in _faults(definition, version, sample):
            first.setdefault(_PLACE.sub(_ANY, fault.path), fault)
    return first.values()


def _is_linked(definition: Definition) -> bool:
    try:
        check_chain(definition)
    except DefinitionError:
        return False
    return True


def _faults(definition: Definition, version: int, sample: Any) -> tuple[Fault, ...]:
    try:
        codec.decode(definition, json.dumps(sample).encode(), version)
    except InvalidPayload as refusal:
        return refusal.faults
    except JobsError as error:
        return (Fault("$", str(error)),)
    except Exception as error:  # noqa: BLE001 - a converter of the application may raise what it likes
        return (Fault("$", f"{type(error).__name__}: {error}"),)
    return ()


def _finding(definition: Definition, version: int, fault: Fault) -> Finding:
    if version == definition.version:
        reason, mend = fault.reason, f"accept what was accepted before; or {bump(definition)}"
    else:
        reason = f"{fault.reason}, in a payload of version {version} that was upgraded"
        mend = f"mend @upgrades({definition.payload.__qualname__}, from_version={version}) or what follows it"
    return Finding(Direction.QUEUED, fault.path, reason, mend)


def _steps(path: str) -> list[str]:
    return _STEP.findall(path)


def _leads(path: list[str], further: list[str]) -> bool:
    """Tell whether a path, with ``[*]`` for any step, is the beginning of another one."""
    return len(path) <= len(further) and all(own in {_ANY, step} for own, step in zip(path, further, strict=False))


def _split(text: str) -> tuple[str, str]:
    reason, _, mend = text.partition("; ")
    return reason.partition(": ")[2] or reason, mend
