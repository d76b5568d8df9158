"""The description of one application: its document, written once, and as an answer."""

from collections.abc import Sequence
from typing import Final

from aiohttp import hdrs, web

from jobdefs.definition import Definition
from jobdefs.wire.text import write_json
from service.answer import Settled
from service.openapi.document import document
from service.route import JSON, Route


class Description:
    """Describes an application with these routes. ``guarded``: it asks for a token."""

    def __init__(self, routes: Sequence[Route], definitions: Sequence[Definition], *, guarded: bool) -> None:
        self._routes = routes
        self._definitions = definitions
        self._guarded = guarded
        self._written: dict[str, Settled] = {}

    def at(self, mount: str) -> Settled:
        """Return the document of the application whose paths begin behind ``mount``; raises DefinitionError."""
        if mount not in self._written:
            made = document(self._routes, self._definitions, mount=mount, guarded=self._guarded)
            self._written[mount] = Settled(write_json(made), {hdrs.CONTENT_TYPE: f"{JSON}; charset=utf-8"})
        return self._written[mount]


DESCRIPTION: Final = web.AppKey("DESCRIPTION", Description)
