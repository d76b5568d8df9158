"""The kinds of attrs' own validators: the library has functions that make them, and keeps their classes to itself."""

from typing import Any, Final

from attrs import validators

AND: Final[Any] = type(validators.and_())
OR: Final[Any] = type(validators.or_(validators.ge(0), validators.ge(0)))
NOT: Final[Any] = type(validators.not_(validators.ge(0)))
OPTIONAL: Final[Any] = type(validators.optional(validators.ge(0)))
COMPARISON: Final[Any] = type(validators.ge(0))
MIN_LEN: Final[Any] = type(validators.min_len(0))
MAX_LEN: Final[Any] = type(validators.max_len(0))
MATCHES_RE: Final[Any] = type(validators.matches_re(""))
IN: Final[Any] = type(validators.in_(()))
INSTANCE_OF: Final[Any] = type(validators.instance_of(int))
DEEP_ITERABLE: Final[Any] = type(validators.deep_iterable(validators.ge(0)))
DEEP_MAPPING: Final[Any] = type(validators.deep_mapping(validators.ge(0)))


def is_own(module: str) -> bool:
    """Tell whether a module is one of attrs itself."""
    return module.startswith("attr.")


def parts_of(validator: Any) -> tuple[Any, ...]:
    """Return the validators that ``and_`` holds."""
    parts: tuple[Any, ...] = validator._validators  # noqa: SLF001 - attrs has no public way to it
    return parts
