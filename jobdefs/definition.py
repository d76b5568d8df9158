"""What can run: a name, a payload class, and how jobs of this name are treated."""

import inspect
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from typing import Any, Final, TypedDict, TypeVar, Unpack

import attrs

from jobdefs.errors import DefinitionError
from jobdefs.policy import DEFAULT_QUEUE, FIRST_VERSION, HIGHEST_PRIORITY, LAST_VERSION, LOWEST_PRIORITY, Retention
from jobdefs.retry import RetryPolicy
from jobdefs.unique import Unique

NAME_PATTERN: Final = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,63}")
QUEUE_PATTERN: Final = re.compile(r"[a-z0-9][a-z0-9_.-]{0,63}")
_ATTRIBUTE: Final = "__job_definition__"

P = TypeVar("P")


def _as_tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


@attrs.frozen(kw_only=True)
class Definition:
    """One kind of job. ``payload`` is an attrs class; ``timeout`` bounds one attempt (None: no bound).

    ``version`` (1 to 9999) is that of the payload: payloads of a lower one are upgraded before they are read.
    ``examples`` are payloads as they stand in JSON. Raises DefinitionError for what cannot be written down or obeyed;
    what can be told only later (names not defined yet, whether the examples fit) is told when a program starts.
    """

    name: str
    payload: type[Any]
    version: int = FIRST_VERSION
    queue: str = DEFAULT_QUEUE
    priority: int = LOWEST_PRIORITY
    retry: RetryPolicy = RetryPolicy()
    timeout: timedelta | None = None
    retention: Retention = Retention()
    unique: Unique | None = None
    description: str = ""
    examples: tuple[dict[str, Any], ...] = attrs.field(default=(), converter=_as_tuple, eq=False)

    def __attrs_post_init__(self) -> None:
        """Refuse what could not be written down or obeyed."""
        self._check_types()
        self._check(
            bool(NAME_PATTERN.fullmatch(self.name)),
            "a job name starts with a letter and has at most 64 of A-Z a-z 0-9 _ . -",
        )
        self._check(attrs.has(self.payload), f"{self.payload.__qualname__} {_no_attrs_class(self.payload)}")
        self._check(
            bool(QUEUE_PATTERN.fullmatch(self.queue)),
            f"queue {self.queue!r} must be lower case: a-z 0-9 first, then also _ . -, at most 64",
        )
        self._check(
            LOWEST_PRIORITY <= self.priority <= HIGHEST_PRIORITY, f"priority {self.priority} is not between 0 and 9"
        )
        self._check(
            type(self.version) is int and FIRST_VERSION <= self.version <= LAST_VERSION,
            f"version is {self.version!r}, and must be an integer from {FIRST_VERSION} to {LAST_VERSION}",
        )
        self._check(self.timeout is None or self.timeout > timedelta(0), "timeout must be longer than nothing")
        if self.unique is not None:
            self._check_unique(self.unique)
        self._check_fields()

    def _check_fields(self) -> None:
        # The one import that goes up a floor, at the one moment when a mistake can still be shown where it was made.
        from jobdefs.wire.types import check_fields

        check_fields(self.payload)

    def _check_types(self) -> None:
        for field, kind, wanted in (
            ("name", str, "a string"),
            ("payload", type, "a class"),
            ("queue", str, "a string"),
            ("description", str, "a string"),
            ("retry", RetryPolicy, "a RetryPolicy"),
            ("retention", Retention, "a Retention"),
            ("priority", int, "an integer"),
            ("unique", Unique | None, "a Unique"),
            ("timeout", timedelta | None, "a timedelta, for example timedelta(seconds=30)"),
            ("examples", tuple, 'a list of payloads as in JSON, for example [{"to": "ann@example.org"}]'),
        ):
            value = getattr(self, field)
            # True would pass for the integer 1.
            fits = isinstance(value, kind) and not isinstance(value, bool)
            self._check(fits, f"{field} is {value!r}, and must be {wanted}")

    def _check_unique(self, unique: Unique) -> None:
        try:
            unique.check(self.payload)
        except DefinitionError as error:
            self._check(fine=False, reason=str(error))

    def _check(self, fine: bool, reason: str) -> None:  # noqa: FBT001 - reads as a sentence at its callers
        if not fine:
            message = f"definition {self.name!r}: {reason}"
            raise DefinitionError(message)

    @property
    def place(self) -> str:
        """Where the payload class stands, for messages: ``module.Class``."""
        return f"{self.payload.__module__}.{self.payload.__qualname__}"


class DefinitionOptions(TypedDict, total=False):
    """What a definition may be given beside its name: the fields of Definition."""

    version: int
    queue: str
    priority: int
    retry: RetryPolicy
    timeout: timedelta | None
    retention: Retention
    unique: Unique | None
    description: str
    examples: Sequence[dict[str, Any]]


def define(name: str, **options: Unpack[DefinitionOptions]) -> Callable[[type[P]], type[P]]:
    """Make the attrs class below a job of this name; the class itself stays as it was.

    ``options`` are the fields of Definition. The description defaults to the class's docstring. Raises DefinitionError
    for anything that cannot work.
    """
    _refuse_nameless(name)
    _refuse_unknown(name, options)

    def decorate(payload: type[P]) -> type[P]:
        described = {"description": inspect.cleandoc(payload.__doc__ or "")} if _has_own_docstring(payload) else {}
        fields: dict[str, Any] = {**described, **options}
        definition = Definition(name=name, payload=payload, **fields)
        _refuse_second(definition, vars(payload).get(_ATTRIBUTE))
        setattr(payload, _ATTRIBUTE, definition)
        return payload

    return decorate


def definition_of(payload: object) -> Definition | None:
    """Return the definition of a payload class or of an instance of one, None where there is none.

    A subclass does not inherit it: a job's name stands for exactly one class.
    """
    cls = payload if isinstance(payload, type) else type(payload)
    found = vars(cls).get(_ATTRIBUTE)
    return found if isinstance(found, Definition) else None


def _has_own_docstring(payload: object) -> bool:
    # attrs writes "Method generated by attrs …" on methods only, so a class docstring is the author's own.
    return isinstance(payload, type) and bool(vars(payload).get("__doc__"))


def _no_attrs_class(payload: type[Any]) -> str:
    if hasattr(payload, "__dataclass_fields__"):
        return "is a dataclass; put @attrs.frozen in the place of @dataclass"
    return "is no attrs class; put @attrs.frozen below @define"


def _refuse_second(definition: Definition, known: Definition | None) -> None:
    if known is not None:
        raise DefinitionError(
            f"definition {definition.name!r}: {definition.place} is defined already, as {known.name!r}; "
            "a class stands for one job, so remove one @define"
        )


def _refuse_nameless(name: object) -> None:
    if isinstance(name, type):
        raise DefinitionError(f'@define stands above {name.__qualname__} without a name; write @define("NAME")')


def _refuse_unknown(name: str, options: Iterable[str]) -> None:
    allowed = [field.name for field in attrs.fields(Definition) if field.name not in ("name", "payload")]
    for option in options:
        if option not in allowed:
            from difflib import get_close_matches

            close = get_close_matches(option, allowed, n=1)
            hint = f", did you mean {close[0]!r}?" if close else f"; there are {', '.join(allowed)}"
            message = f"definition {name!r}: unknown option {option!r}{hint}"
            raise DefinitionError(message)
