"""What a function's signature tells of it, before it is called for the first time."""

import inspect
from collections.abc import Callable
from types import UnionType
from typing import Any, Final, get_origin, get_type_hints, is_typeddict

_POSITIONAL: Final = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
_OPEN: Final = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)


def place(function: Callable[..., Any]) -> str:
    """Return where a function stands, for messages: ``module.function``."""
    return f"{function.__module__}.{function.__qualname__}"


def unfit_for_dicts(function: Callable[..., Any]) -> str:
    """Return why a function cannot make one dict out of another, as words that follow its place; empty if it can.

    Types that it does not tell, or that only a type checker could look up, speak for it.
    """
    if inspect.iscoroutinefunction(function):
        return "is async; make it a plain def that waits for nobody"
    if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
        return "yields; return the new payload instead"
    if not _takes_one(function):
        return "must take one argument, the payload"
    for what, hint in _hints(function).items():
        if not _may_be_dict(hint):
            verb = "returns" if what == "return" else "takes"
            return f"{verb} {getattr(hint, '__qualname__', hint)}; it must take and return a dict, which is plain JSON"
    return ""


def _takes_one(function: Callable[..., Any]) -> bool:
    parameters = [each for each in inspect.signature(function).parameters.values() if each.kind not in _OPEN]
    required = [each for each in parameters if each.default is each.empty]
    return bool(parameters) and parameters[0].kind in _POSITIONAL and required in ([], parameters[:1])


def _hints(function: Callable[..., Any]) -> dict[str, Any]:
    """Return the types of what it takes first and of what it returns, as far as they are told."""
    try:
        hints = get_type_hints(function)
    except Exception:  # noqa: BLE001 - whatever a lookup raises, the type is not known
        return {}
    first = next(iter(inspect.signature(function).parameters))
    return {what: hint for what, hint in hints.items() if what in (first, "return")}


def _may_be_dict(hint: Any) -> bool:
    origin = get_origin(hint) or hint
    if not isinstance(origin, type) or origin in (Any, UnionType) or is_typeddict(origin):
        return True
    return issubclass(dict, origin) or issubclass(origin, dict)
