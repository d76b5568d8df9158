"""What a request has beside its body, and the headers of answers."""

from collections.abc import Mapping
from typing import Final

from jobdefs.policy import MAX_PAGE
from service.idempotency import HEADER, PATTERN
from service.openapi.schema import TEXT, Fragment, ref
from service.queue import DEFAULT_PAGE
from service.route import Parameter

JOB_ID: Final = Parameter("path", "id", "The job's id", {**TEXT, "minLength": 1})
KEY: Final = Parameter(
    "header",
    HEADER,
    "The same request again under the same key makes no second job; bare, or in quotes as in the IETF draft; excludes "
    "an id. With many jobs it holds for each by its place",
    {**TEXT, "pattern": f"^{PATTERN}$", "examples": ["order-7"]},
)
KNOWN: Final = Parameter(
    "header", "If-None-Match", "The ETag of what you have: where it is still the same, it does not come again", TEXT
)
FILTERS: Final = (
    Parameter("query", "state", "Only jobs in this state", ref("State")),
    Parameter("query", "queue", "Only jobs of this queue", TEXT),
    Parameter("query", "name", "Only jobs of this name", TEXT),
    Parameter("query", "cursor", "Where the page begins, as the page before says", TEXT),
    Parameter(
        "query",
        "limit",
        "How many jobs at most",
        {"type": "integer", "minimum": 1, "maximum": MAX_PAGE, "default": DEFAULT_PAGE},
    ),
)


def _header(description: str, schema: Fragment) -> Fragment:
    return {"description": description, "required": True, "schema": schema}


HEADERS: Final[Mapping[str, Fragment]] = {
    "Location": _header("Where to follow the job", {**TEXT, "format": "uri-reference"}),
    "Retry-After": _header("After how many seconds to send the same request again", {"type": "integer", "minimum": 1}),
    "WWW-Authenticate": _header("The scheme that is asked for", {**TEXT, "const": "Bearer"}),
    "ETag": _header("Changes when the body does", TEXT),
}
