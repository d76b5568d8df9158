"""What of a JSON Schema binds: everything but the words for people, in an order that does not depend on a source."""

from typing import Any, Final

from jobdefs.definition import Definition
from jobdefs.wire.schema import json_schema

Schema = dict[str, Any]

ANYTHING: Final[Schema] = {}
"""The schema that accepts all there is; one object, by which a comparison knows that it has been here."""

ANNOTATIONS: Final = frozenset(
    {"$comment", "$schema", "deprecated", "description", "discriminator", "examples", "title"}
)
_ONE: Final = frozenset({"additionalProperties", "items"})
_LISTS: Final = frozenset({"allOf", "anyOf", "oneOf", "prefixItems"})
_BY_NAME: Final = frozenset({"$defs", "properties"})


def contract(definition: Definition) -> Schema:
    """Return what a definition's schema binds to; raises DefinitionError for a payload that has no schema."""
    return binding(json_schema(definition))


def binding(schema: Schema) -> Schema:
    """Return a schema without what only explains it; equal contracts in another order of fields become equal."""
    return {keyword: _part(keyword, schema[keyword]) for keyword in sorted(schema) if keyword not in ANNOTATIONS}


def _part(keyword: str, value: Any) -> Any:
    if keyword in _ONE:
        return binding(value) if isinstance(value, dict) else value
    if keyword in _LISTS:
        return [binding(part) for part in value]
    if keyword in _BY_NAME:
        return {name: binding(value[name]) for name in sorted(value)}
    return sorted(value) if keyword == "required" else value


def target(document: Schema, reference: str) -> Schema:
    """Return the part of a document that ``$ref`` names, ``#`` or ``#/$defs/NAME``."""
    found = document
    for step in reference.split("/")[1:]:
        found = found[step]
    return found
