"""Describes a payload as JSON Schema, from the same table that structures it."""

from typing import Any, Final

from jobdefs.definition import Definition
from jobdefs.wire.form import Defs
from jobdefs.wire.types import form_of

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


def classes_of(definition: Definition) -> tuple[type, ...]:
    """Return the payload class and every class that is part of it; raises DefinitionError as ``json_schema`` does."""
    defs = Defs()
    form_of(definition.payload).schema(defs)
    return defs.classes


def json_schema(definition: Definition) -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a definition's payload; raises DefinitionError for what has none."""
    defs = Defs()
    schema = {"$schema": DIALECT, **form_of(definition.payload).schema(defs)}
    if definition.description:
        schema["description"] = definition.description
    if definition.examples:
        schema["examples"] = list(definition.examples)
    return schema | ({"$defs": defs.fragments} if defs.fragments else {})
