"""The payloads' schemas as the document has them, and an example for each."""

from collections.abc import Mapping
from typing import Any, Final

from jobdefs.definition import Definition
from jobdefs.errors import InvalidPayload
from jobdefs.wire import codec
from jobdefs.wire.schema import json_schema
from service.openapi.example import Unimaginable, example
from service.openapi.schema import Fragment

# Their values are data, in which nothing is a reference.
_DATA: Final = ("default", "examples", "enum", "const")
_HERE: Final = "#/components/schemas/"


def schemas(definition: Definition) -> dict[str, Fragment]:
    """Return the payload's schema as ``Payload.NAME``, and its parts as ``Part.NAME.Class``, with an example."""
    schema = json_schema(definition)
    parts = schema.pop("$defs", {})
    del schema["$schema"]
    places = {"#": f"{_HERE}Payload.{definition.name}"}
    for number, part in enumerate(parts, 1):
        # What a document calls its schemas is ASCII, and classes need not be.
        places[f"#/$defs/{part}"] = f"{_HERE}Part.{definition.name}.{part if part.isascii() else number}"
    found = {"#": schema, **{f"#/$defs/{part}": fragment for part, fragment in parts.items()}}
    moved = {places[at].removeprefix(_HERE): _moved(fragment, places) for at, fragment in found.items()}
    whole = moved[f"Payload.{definition.name}"]
    if "examples" not in whole and (made := _example(definition)) is not None:
        whole["examples"] = [made]
    return moved


def _moved(schema: Any, places: Mapping[str, str]) -> Any:
    if isinstance(schema, list):
        return [_moved(part, places) for part in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: places[value] if key == "$ref" and isinstance(value, str) else _kept_or_moved(key, value, places)
        for key, value in schema.items()
    }


def _kept_or_moved(key: str, value: Any, places: Mapping[str, str]) -> Any:
    if key == "properties":
        return {name: _moved(part, places) for name, part in value.items()}
    return value if key in _DATA else _moved(value, places)


def _example(definition: Definition) -> Any:
    """Return a payload that its class accepts, None where none could be made up."""
    try:
        made = example(json_schema(definition))
        codec.structure(definition, made)
    except (Unimaginable, InvalidPayload):
        return None
    return made
