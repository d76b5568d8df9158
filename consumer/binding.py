"""Ties handlers to definitions."""

import inspect
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any, Final, Protocol, TypeVar, get_type_hints, overload

import attrs

from consumer.context import JobContext
from jobdefs import discovery
from jobdefs.catalog import Catalog
from jobdefs.definition import Definition, definition_of
from jobdefs.errors import HandlerError

BUILT_IN: Final = "consumer.handlers"
ENTRY_POINT_GROUP: Final = "aiohttp_huey.handlers"
_ATTRIBUTE: Final = "__handles__"

P = TypeVar("P")
R = TypeVar("R")


class _Decorator(Protocol[P]):
    @overload
    def __call__(self, handler: Callable[[P], R]) -> Callable[[P], R]: ...
    @overload
    def __call__(self, handler: Callable[[P, JobContext], R]) -> Callable[[P, JobContext], R]: ...


def handles(payload: type[P]) -> _Decorator[P]:
    """Make the function below the handler of jobs with this payload class.

    It is called with the payload, and with a JobContext where it takes a second argument; it may be ``def`` or
    ``async def``. Raises HandlerError for a class without a definition, or a function of another shape or for another
    class.
    """
    definition = definition_of(payload)
    if definition is None:
        what = getattr(payload, "__name__", repr(payload))
        message = f"@handles({what}): the class is no job; put @define(NAME) above it"
        raise HandlerError(message)

    def decorate(handler: Callable[..., Any]) -> Callable[..., Any]:
        binding = Binding(definition, handler, _takes_context(handler))
        _refuse_other_classes(binding)
        setattr(handler, _ATTRIBUTE, (*getattr(handler, _ATTRIBUTE, ()), binding))
        return handler

    return decorate


@attrs.frozen
class Binding:
    """A definition and the function that runs its jobs."""

    definition: Definition
    handler: Callable[..., Any]
    takes_context: bool

    @property
    def asynchronous(self) -> bool:
        """Whether the handler is ``async def``."""
        return inspect.iscoroutinefunction(self.handler)

    @property
    def place(self) -> str:
        """Where the handler stands, for messages: ``module.function``."""
        return f"{self.handler.__module__}.{self.handler.__qualname__}"


def load_bindings(catalog: Catalog, modules: str = "") -> dict[str, Binding]:
    """Return the binding of every definition, by name.

    Handlers come from ``consumer.handlers``, from the entry-point group ``aiohttp_huey.handlers``, and from
    ``modules``, a comma-separated list (the setting JOBS_HANDLERS). Raises HandlerError, which names what is missing,
    doubled, unknown, or cannot be imported.
    """
    names = (BUILT_IN, *discovery.entry_point_modules(ENTRY_POINT_GROUP), *discovery.named_modules(modules))
    bindings: dict[str, Binding] = {}
    for module in discovery.load(names, HandlerError):
        for binding in _bindings_in(module):
            _add(bindings, binding, catalog)
    _refuse_missing(bindings, catalog)
    return bindings


def _bindings_in(module: ModuleType) -> Iterator[Binding]:
    for value in list(vars(module).values()):
        if inspect.isfunction(value):
            yield from getattr(value, _ATTRIBUTE, ())


def _add(bindings: dict[str, Binding], binding: Binding, catalog: Catalog) -> None:
    definition = binding.definition
    if definition.name not in catalog or catalog.get(definition.name) is not definition:
        _refuse(
            f"{binding.place} handles {definition.place}, which is not in the catalogue; "
            "name its module in JOBS_MODULES"
        )
    known = bindings.setdefault(definition.name, binding)
    if known.handler is not binding.handler:
        _refuse(f"{definition.name} has two handlers: {known.place} and {binding.place}; remove one")


def _refuse_missing(bindings: dict[str, Binding], catalog: Catalog) -> None:
    missing = [definition for definition in catalog if definition.name not in bindings]
    if missing:
        listed = ", ".join(f"{definition.name} ({definition.place})" for definition in missing)
        _refuse(f"no handler for {listed}; write one with @handles in a module that JOBS_HANDLERS names")


def _takes_context(handler: Callable[..., Any]) -> bool:
    if inspect.isgeneratorfunction(handler) or inspect.isasyncgenfunction(handler):
        _refuse(f"{handler.__module__}.{handler.__qualname__} yields; a handler returns its result instead")
    parameters = _parameters(handler)
    required = [each for each in parameters if each.default is inspect.Parameter.empty]
    if not parameters or len(required) > 2:  # noqa: PLR2004 - the payload and the context
        _refuse(f"{handler.__module__}.{handler.__qualname__} must take the payload, or the payload and the context")
    return len(parameters) > 1


def _parameters(handler: Callable[..., Any]) -> list[inspect.Parameter]:
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return [each for each in inspect.signature(handler).parameters.values() if each.kind in kinds]


def _refuse_other_classes(binding: Binding) -> None:
    """Refuse a handler whose annotations say that it is given something else than it will be."""
    try:
        hints = get_type_hints(binding.handler)
    except Exception:  # noqa: BLE001 - names may exist for type checkers only; evaluating them may raise anything
        return
    given: tuple[type[Any], ...] = (binding.definition.payload, JobContext)
    for parameter, cls in zip(_parameters(binding.handler), given, strict=False):
        hint: Any = hints.get(parameter.name, Any)
        if not _accepts(hint, cls):
            annotated = f"its argument {parameter.name!r} is annotated as {hint.__name__}"
            _refuse(f"{binding.place}: {annotated}, and gets {cls.__name__}")


def _accepts(hint: Any, cls: type[Any]) -> bool:
    try:
        # Any is a class.
        return hint is Any or not isinstance(hint, type) or issubclass(cls, hint)
    except TypeError:
        # A protocol with data members has no say at run time.
        return True


def _refuse(reason: str) -> None:
    raise HandlerError(reason)
