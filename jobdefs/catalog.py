"""The set of definitions that one program knows."""

from collections.abc import Iterator
from types import ModuleType
from typing import Final

from jobdefs import discovery
from jobdefs.definition import Definition, definition_of
from jobdefs.errors import DefinitionError, UnknownJob

BUILT_IN: Final = "jobdefs.jobs"
ENTRY_POINT_GROUP: Final = "aiohttp_huey.definitions"


class Catalog:
    """Definitions by name; a name stands for one payload class."""

    def __init__(self, definitions: tuple[Definition, ...] = ()) -> None:
        self._by_name: dict[str, Definition] = {}
        for definition in definitions:
            self.add(definition)

    def add(self, definition: Definition) -> None:
        """Take a definition in; a second one of the same name raises DefinitionError naming both places."""
        known = self._by_name.setdefault(definition.name, definition)
        if known is not definition:
            message = f"two definitions are named {definition.name!r}: {known.place} and {definition.place}; rename one"
            raise DefinitionError(message)

    def collect(self, module: ModuleType) -> None:
        """Take in every definition that stands in a module."""
        for value in list(vars(module).values()):
            if isinstance(value, type) and (definition := definition_of(value)) is not None:
                _refuse_replaced(definition, value)
                self.add(definition)

    def get(self, name: str) -> Definition:
        """Return the definition of this name; raises UnknownJob, which names close matches."""
        try:
            return self._by_name[name]
        except KeyError:
            raise UnknownJob(name, self._matches(name)) from None

    def of(self, payload: object) -> Definition:
        """Return the definition of a payload object; raises UnknownJob where it has none in this catalogue."""
        definition = definition_of(payload)
        if definition is None or self._by_name.get(definition.name) is not definition:
            name = definition.name if definition else type(payload).__name__
            raise UnknownJob(name, self._matches(name))
        return definition

    def _matches(self, name: str) -> tuple[str, ...]:
        from difflib import get_close_matches

        folded = {known.casefold(): known for known in self._by_name}
        return tuple(folded[match] for match in get_close_matches(name.casefold(), folded, n=3))

    def __contains__(self, name: object) -> bool:
        """Tell whether a definition has this name."""
        return name in self._by_name

    def __iter__(self) -> Iterator[Definition]:
        """Yield the definitions in the order of their names."""
        return iter(sorted(self._by_name.values(), key=lambda definition: definition.name))

    def __len__(self) -> int:
        """Count the definitions."""
        return len(self._by_name)


def _refuse_replaced(definition: Definition, found: type) -> None:
    if definition.payload is not found:
        raise DefinitionError(
            f"definition {definition.name!r}: a decorator above @define made another class of {definition.place}; "
            "put @define above all others"
        )


def load_catalog(modules: str = "") -> Catalog:
    """Return every definition of this installation.

    They come from ``jobdefs.jobs``, from the entry-point group ``aiohttp_huey.definitions``, and from
    ``modules``, a comma-separated list (the setting JOBS_MODULES). Raises DefinitionError.
    """
    names = (BUILT_IN, *discovery.entry_point_modules(ENTRY_POINT_GROUP), *discovery.named_modules(modules))
    catalog = Catalog()
    for module in discovery.load(names, DefinitionError):
        catalog.collect(module)
    return catalog
