"""One field of an attrs class: a member of its JSON object."""

from typing import Any, Final

import attrs

from jobdefs.wire.form import Form

_EMPTY: Final = (list, tuple, set, frozenset, dict)


@attrs.frozen(eq=False)
class Field:
    """An argument of the constructor, and the form of its type."""

    attribute: "attrs.Attribute[Any]"
    form: Form

    @property
    def name(self) -> str:
        """What the class calls it."""
        return self.attribute.name

    @property
    def key(self) -> str:
        """What the constructor and JSON call it."""
        return key_of(self.attribute)

    @property
    def required(self) -> bool:
        """Whether a JSON object must have it."""
        return self.attribute.default is attrs.NOTHING

    @property
    def default(self) -> Any:
        """What stands in for a missing member, NOTHING where that cannot be told beforehand."""
        default: Any = self.attribute.default
        if isinstance(default, attrs.Factory):  # type: ignore[arg-type]
            return default.factory() if default.factory in _EMPTY else attrs.NOTHING
        return default

    @property
    def description(self) -> object:
        """What the metadata say of it, nothing where they are silent."""
        return self.attribute.metadata.get("description", "")

    @property
    def examples(self) -> Any:
        """Examples from the metadata, as they stand in JSON."""
        return self.attribute.metadata.get("examples", ())


def key_of(attribute: "attrs.Attribute[Any]") -> str:
    """Return what JSON calls a field."""
    return attribute.alias or attribute.name
