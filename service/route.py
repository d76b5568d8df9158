"""What one way into the service is: what it takes, what it answers, and by which errors it ends."""

from collections.abc import Mapping
from typing import Any, Final, Literal

import attrs
from aiohttp import web
from aiohttp.typedefs import Handler

from jobdefs.errors import JobsError

JSON: Final = "application/json"

Failure = type[JobsError] | type[web.HTTPException]
Content = Mapping[str, dict[str, Any]]


@attrs.frozen
class Parameter:
    """What a request has beside its body, which it must have in its path only; ``schema`` is JSON Schema."""

    place: Literal["path", "query", "header"]
    name: str
    description: str
    schema: Mapping[str, Any]


@attrs.frozen
class Answer:
    """What a status means, the schema of the body by its media type, and the names of the headers with it."""

    meaning: str
    content: Content = attrs.field(factory=dict)
    headers: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class Route:
    """One way in. A ``{name}`` in its path is a job's, and in the schema of its body, too.

    ``open`` routes ask for no token. ``goes_along`` has what describes the routes, wherever these are mounted.
    """

    method: str
    path: str
    handler: Handler
    name: str
    group: str
    summary: str
    parameters: tuple[Parameter, ...] = ()
    body: Content = attrs.field(factory=dict)
    responses: Mapping[int, Answer]
    errors: tuple[Failure, ...] = ()
    open: bool = False
    goes_along: bool = False

    @property
    def is_per_job(self) -> bool:
        """Whether there is one such way for each definition."""
        return "{name}" in self.path

    def below(self, prefix: str) -> "Route | None":
        """Return the route as it is in an application that is mounted at the prefix, None where it is not there."""
        if self.goes_along:
            return attrs.evolve(self, path=prefix + self.path)
        return self if self.path.startswith(f"{prefix}/") else None

    def definition(self, prefix: str = "") -> web.RouteDef:
        """Return the route for the router of an application mounted at a prefix; GET answers HEAD too."""
        add = {"GET": web.get, "POST": web.post}[self.method]
        return add(self.path.removeprefix(prefix), self.handler, name=self.name)
