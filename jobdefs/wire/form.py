"""What the table of types says of one type."""

import inspect
from collections.abc import Callable
from typing import Any

import attrs

Fragment = dict[str, Any]


class Unsupported(Exception):
    """A type has no written form; the text says why."""


@attrs.define(eq=False)
class Defs:
    """The named parts of one JSON Schema document: its ``$defs``. The first class is the document itself."""

    fragments: dict[str, Fragment] = attrs.Factory(dict)
    _references: dict[type, str] = attrs.Factory(dict)

    @property
    def classes(self) -> tuple[type, ...]:
        """Every class that the document describes."""
        return tuple(self._references)

    def reference(self, cls: type, fragment: Callable[["Defs"], Fragment]) -> Fragment:
        """Return a reference to a class's part, and put the part in where it is new; a class may refer to itself."""
        if not self._references:
            self._references[cls] = "#"
            return fragment(self)
        if cls not in self._references:
            name = self._free_name(cls.__name__)
            self._references[cls] = f"#/$defs/{name}"
            # Taken before it is filled: what is inside may have the same name.
            self.fragments[name] = {}
            self.fragments[name] = fragment(self)
        return {"$ref": self._references[cls]}

    def _free_name(self, name: str) -> str:
        names = (name, *(f"{name}{number}" for number in range(2, len(self.fragments) + 3)))
        return next(name for name in names if name not in self.fragments)


@attrs.frozen(eq=False)
class Form:
    """How values of one type are read from JSON, written to it, and described.

    ``structure`` takes what JSON text turned into (and cattrs's second argument, which it ignores) and raises Misfit;
    ``unstructure`` is as strict with Python values. ``reads`` are the JSON types that belong to this type, ``also``
    those that it accepts besides. ``sample`` is a value of the type, None where none is at hand, by which bounds that
    cannot be applied to it are found. ``hashable`` tells whether a set can hold every value.
    ``quick`` is ``structure`` for what fits: it takes the same, and may raise anything for other values, without saying
    what is wrong.
    """

    structure: Callable[..., Any]
    unstructure: Callable[[Any], Any]
    schema: Callable[[Defs], Fragment]
    reads: tuple[type, ...]
    also: tuple[type, ...] = ()
    sample: Any = None
    hashable: bool = True
    quick: Callable[..., Any] = attrs.Factory(lambda form: form.structure, takes_self=True)


FormOf = Callable[[Any], Form]


def fixed(**fragment: Any) -> Callable[[Defs], Fragment]:
    """Return the schema of a type that is described alike everywhere."""
    return lambda _: dict(fragment)


def described(form: Form, text: str) -> Form:
    """Return the form with a description in its schema."""
    return attrs.evolve(form, schema=lambda defs: form.schema(defs) | {"description": text})


def docstring(cls: type) -> Fragment:
    """Return the description that a class's own docstring is."""
    text = vars(cls).get("__doc__")
    return {"description": inspect.cleandoc(text)} if text else {}
