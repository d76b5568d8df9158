"""What type checkers take for a payload: an object of a class that attrs made."""

from typing import TYPE_CHECKING, Any, ClassVar, Protocol

if TYPE_CHECKING:
    MYPY = False
    if MYPY:
        # mypy takes MYPY for true. Its plugin for attrs gives classes this protocol.
        from attrs import AttrsInstance as Payload
    else:
        # Others know of attrs by PEP 681 only, to which its classes are data classes, and attrs' own protocol is empty.
        class Payload(Protocol):
            """An object of a class that attrs made."""

            __dataclass_fields__: ClassVar[dict[str, Any]]
else:
    from attrs import AttrsInstance as Payload

__all__ = ["Payload"]
