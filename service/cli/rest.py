"""The service as a client sees it, over HTTP."""

import json
from http.client import HTTPConnection, HTTPException
from typing import Any

from jobdefs.errors import JobsError
from service.cli.address import Address

_PATIENCE_S = 10.0


class Rest:
    """Talks to one service; every method raises JobsError where the answer is not the one hoped for."""

    def __init__(self, address: Address, token: str) -> None:
        self._connection = HTTPConnection(address.reachable, address.port, timeout=_PATIENCE_S)
        self._headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
        self._url = address.url

    def enqueue(self, name: str, payload: dict[str, Any]) -> dict[str, Any]:
        """Enqueue a job and return the service's answer."""
        return self._request("POST", f"/v1/enqueue/{name}", {"payload": payload})

    def job(self, job_id: str) -> dict[str, Any]:
        """Return a job as the service tells it."""
        return self._request("GET", f"/v1/jobs/{job_id}")

    def _request(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        try:
            self._connection.request(method, path, None if body is None else json.dumps(body), self._headers)
            response = self._connection.getresponse()
            answer = json.loads(response.read())
        except (OSError, HTTPException, ValueError) as error:
            raise JobsError(f"{method} {self._url}{path} failed: {type(error).__name__}: {error}") from error
        if response.status >= 400:  # noqa: PLR2004 - where errors begin in HTTP
            raise JobsError(
                f"{method} {self._url}{path} was answered {response.status}: {answer.get('detail', answer)}"
            )
        return dict(answer)
