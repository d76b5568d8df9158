"""The words in which the schemas of the document are written."""

from typing import Any, Final

Fragment = dict[str, Any]

TEXT: Final[Fragment] = {"type": "string"}
INTEGER: Final[Fragment] = {"type": "integer"}
SWITCH: Final[Fragment] = {"type": "boolean"}
MOMENT: Final[Fragment] = {"type": "string", "format": "date-time"}
OBJECT: Final[Fragment] = {"type": "object"}
ANYTHING: Final[Fragment] = {}


def ref(name: str) -> Fragment:
    """Refer to a schema of the document by its name."""
    return {"$ref": f"#/components/schemas/{name}"}


def nullable(schema: Fragment, description: str = "") -> Fragment:
    """Return a schema that takes null besides."""
    told = {"description": description} if description else {}
    if "$ref" in schema:
        return {"anyOf": [schema, {"type": "null"}], **told}
    return {**schema, "type": [schema["type"], "null"], **told}


def array(items: Fragment) -> Fragment:
    """Return the schema of an array."""
    return {"type": "array", "items": items}


def record(description: str, /, **members: Fragment) -> Fragment:
    """Return the schema of an object that has all of these members, and perhaps more one day."""
    return {"type": "object", "description": description, "properties": members, "required": list(members)}
