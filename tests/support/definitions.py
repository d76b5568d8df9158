"""Definitions of payload classes that are known to have one."""

from jobdefs import Definition, definition_of


def defined(payload: type) -> Definition:
    """Return the definition of a class that @define was put on."""
    definition = definition_of(payload)
    assert definition is not None
    return definition
