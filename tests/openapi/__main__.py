"""Checks the document of a real service, and the service against it: `python -m tests.openapi` (tox, `openapi`).

Further arguments go to `schemathesis run`, for example `--include-operation-id jobs`.
"""

import json
import subprocess
import sys
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, Final

from openapi_spec_validator import validate

from tests.support.programs import serving
from tests.support.servers import running

_TOKEN: Final = "openapi"
_HEADERS: Final = {"Authorization": f"Bearer {_TOKEN}"}
_SCHEMATHESIS: Final = Path(sys.executable).with_name("schemathesis")
_LONGEST_S: Final = 60
_CONFIGURATION: Final = Path(__file__).with_name("schemathesis.toml")


def main(arguments: list[str]) -> int:
    """Run both checks and return the exit code of the second one; the first one raises what is wrong."""
    with (
        running("valkey", "--appendonly", "yes", "--appendfsync", "always") as server,
        serving(REDIS_URL=server.url, JOBS_MODULES="tests.openapi.jobs", JOBS_TOKEN=_TOKEN) as (_, connection),
    ):
        described = _document(connection)
        validate(described)
        print(f"openapi-spec-validator: OpenAPI {described['openapi']}, {len(described['paths'])} paths, valid")  # noqa: T201 - a check prints what it found
        return _compare(f"http://{connection.host}:{connection.port}/openapi.json", arguments)


def _document(connection: HTTPConnection) -> Any:
    connection.request("GET", "/openapi.json", headers=_HEADERS)
    return json.loads(connection.getresponse().read())


def _compare(url: str, arguments: list[str]) -> int:
    headers = [part for name, value in _HEADERS.items() for part in ("--header", f"{name}: {value}")]
    command: list[str | Path] = [
        _SCHEMATHESIS,
        "--config-file",
        _CONFIGURATION,
        "run",
        url,
        *headers,
        f"--max-time={_LONGEST_S}",
        *arguments,
    ]
    return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
