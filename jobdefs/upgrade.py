"""How a payload that was written under an older version of its definition becomes one of the present version."""

import inspect
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar

import attrs

from jobdefs import signature
from jobdefs.definition import Definition, definition_of
from jobdefs.errors import DefinitionError, NewerPayload, UpgradeFailed
from jobdefs.policy import FIRST_VERSION

Function = Callable[[dict[str, Any]], dict[str, Any]]

_ATTRIBUTE: Final = "__job_upgrades__"

F = TypeVar("F", bound=Function)


@attrs.frozen
class Upgrade:
    """A function that turns payloads of one version into payloads of the next."""

    definition: Definition
    from_version: int
    function: Function

    @property
    def place(self) -> str:
        """Where the function stands, for messages: ``module.function``."""
        return signature.place(self.function)

    def apply(self, payload: dict[str, Any]) -> dict[str, Any]:
        """Return the payload in the next version; raises UpgradeFailed."""
        try:
            upgraded: object = self.function(payload)
        except (Exception, SystemExit) as error:
            raise self._failed(f"raised {type(error).__name__}: {error}") from error
        if not isinstance(upgraded, dict):
            raise self._failed(f"returned {type(upgraded).__name__} instead of a dict")
        return upgraded

    def _failed(self, reason: str) -> UpgradeFailed:
        return UpgradeFailed(self.definition.name, self.from_version, self.place, reason)


def upgrades(payload: type[Any], *, from_version: int) -> Callable[[F], F]:
    """Make the function below turn payloads of this class that have ``from_version`` into those of the next version.

    It is a plain ``def`` that gets a payload as it was written, a dict of str, int, float, bool, None, list and dict,
    which it may change, and returns the dict of the next version. It runs whenever such a job is read, so it has to be
    quick and to ask nobody. Raises DefinitionError for anything that cannot work.
    """
    definition = definition_of(payload)
    where = f"@upgrades({getattr(payload, '__qualname__', payload)}, from_version={from_version!r})"
    if definition is None:
        raise DefinitionError(f"{where}: the class is no job; put @define(NAME) above it")
    _check_version(definition, from_version, where)

    def decorate(function: F) -> F:
        _check_function(function, where)
        _register(Upgrade(definition, from_version, function), where)
        return function

    return decorate


def upgrades_of(definition: Definition) -> tuple[Upgrade, ...]:
    """Return the upgrades of a definition's payloads, oldest version first."""
    known = _known(definition)
    return tuple(known[version] for version in sorted(known))


def check_chain(definition: Definition) -> None:
    """Raise DefinitionError where payloads of an older version could not be upgraded; it names what is missing."""
    known = _known(definition)
    missing = [version for version in range(FIRST_VERSION, definition.version) if version not in known]
    if missing:
        cls, listed = definition.payload.__qualname__, ", ".join(map(str, missing))
        raise DefinitionError(
            f"definition {definition.name!r}: it has version {definition.version}, and no upgrade from version "
            f"{listed}; write one with @upgrades({cls}, from_version={missing[0]}) beside {definition.place}"
        )


def refuse_newer(definition: Definition, version: int) -> None:
    """Raise NewerPayload for a version that the definition does not know."""
    if version > definition.version:
        raise NewerPayload(definition.name, version, definition.version)


def upgraded(definition: Definition, payload: dict[str, Any], version: int) -> dict[str, Any]:
    """Return a payload of an older version as one of the definition's own; raises UpgradeFailed or DefinitionError."""
    check_chain(definition)
    for upgrade in upgrades_of(definition):
        if version <= upgrade.from_version < definition.version:
            payload = upgrade.apply(payload)
    return payload


def _known(definition: Definition) -> Mapping[int, Upgrade]:
    # Not getattr: a subclass is another job.
    known: Mapping[int, Upgrade] = vars(definition.payload).get(_ATTRIBUTE, {})
    return known


def _check_version(definition: Definition, version: object, where: str) -> None:
    name, own = definition.name, definition.version
    if own == FIRST_VERSION:
        raise DefinitionError(f"{where}: {name} has version {own}, so no payload is older; raise its version first")
    if type(version) is not int or not FIRST_VERSION <= version < own:
        span = f"{FIRST_VERSION} to {own - 1}"
        raise DefinitionError(f"{where}: {name} has version {own}, so from_version must be an integer from {span}")


def _check_function(function: Callable[..., Any], where: str) -> None:
    if not inspect.isfunction(function):
        raise DefinitionError(f"{where}: {function!r} is no function; put it above a def")
    if flaw := signature.unfit_for_dicts(function):
        raise DefinitionError(f"{where}: {signature.place(function)} {flaw}")


def _register(upgrade: Upgrade, where: str) -> None:
    known = _known(upgrade.definition)
    if (other := known.get(upgrade.from_version)) is not None:
        raise DefinitionError(f"{where}: {other.place} and {upgrade.place} upgrade the same version; remove one")
    # By the class and not by the module, so that two functions of one name do not hide each other.
    setattr(upgrade.definition.payload, _ATTRIBUTE, {**known, upgrade.from_version: upgrade})
