"""Describes a payload as JSON Schema, from the same table that structures it."""

from typing import Any, Final

from jobdefs.definition import Definition
from jobdefs.wire.form import Defs
from jobdefs.wire.types import form_of

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


def json_schema(definition: Definition) -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a definition's payload; raises DefinitionError for what has none."""
    defs = Defs()
    schema = {"$schema": DIALECT, **form_of(definition.payload).schema(defs)}
    if definition.description:
        schema["description"] = definition.description
    if definition.examples:
        schema["examples"] = list(definition.examples)
    return schema | ({"$defs": defs.fragments} if defs.fragments else {})
