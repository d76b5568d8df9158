"""Good jobs in the midst of rubbish: what was acknowledged must run, by the ledger that handlers write."""

import json
import threading
import time
from http.client import HTTPConnection, HTTPException
from typing import Any, Final

import attrs

from faults.ledger import Ledger
from faults.storm.gun import Address

_PAUSE_S: Final = 0.05
_LOOK_S: Final = 0.1
_PATIENCE_S: Final = 5.0
_AGAIN_S: Final = 30.0
_ACCEPTED: Final = (200, 202)
_NOT_FOUND: Final = 404
_UNAVAILABLE: Final = 503
_SHOWN: Final = ("/v1/jobs", "/v1/jobs?state=parked", "/v1/queues", "/readyz")


@attrs.frozen
class Receipt:
    """What a good job was answered: in a word for the table, and its id where it is in."""

    number: str
    answer: str
    job_id: str = ""


class GoodJobs(threading.Thread):
    """Puts in a batch over HTTP, job by job, and remembers which were acknowledged, or refused for no good reason."""

    def __init__(self, address: Address, batch: str) -> None:
        super().__init__(name="GoodJobs", daemon=True)
        self.acknowledged: set[str] = set()
        self.refusals: list[str] = []
        self._address = address
        self._batch = batch
        self._stopped = threading.Event()
        self._number = 0
        self._pending: list[str] = []

    def run(self) -> None:
        """Put them in, alternately one whose handler is ``def`` and one that is ``async def``, until told to stop."""
        while not self._stopped.wait(_PAUSE_S):
            self.put()

    def stop(self) -> None:
        """Put in nothing more but what the store could not take before."""
        self._stopped.set()
        self.join()
        self.settle()

    def put(self, **options: object) -> Receipt:
        """Put one job in; where the store cannot take it, that is for later."""
        self._number += 1
        number = f"{self._batch}-{self._number}"
        receipt = self._put(number, options)
        if receipt.answer == str(_UNAVAILABLE):
            self._pending.append(number)
        return receipt

    def settle(self) -> None:
        """Put in, when all is healed, what could not be put in before; what cannot even now is a refusal."""
        deadline = time.monotonic() + _AGAIN_S
        while self._pending:
            if self._put(self._pending[-1], {}).job_id:
                self._pending.pop()
            elif time.monotonic() > deadline:
                self.refusals.append(f"good jobs refused to the end: {len(self._pending)}")
                return
            else:
                time.sleep(_LOOK_S)

    def show(self, job_id: str) -> dict[str, Any]:
        """Return what the service says of a job, empty where it knows none."""
        status, told = self._ask("GET", f"/v1/jobs/{job_id}")
        return dict(json.loads(told)) if status in _ACCEPTED else {}

    def look(self, job_id: str) -> None:
        """Look at everything that the service shows; a fault of the service is a refusal."""
        for path in (*_SHOWN, f"/v1/jobs/{job_id}"):
            status, told = self._ask("GET", path)
            if status not in (*_ACCEPTED, _UNAVAILABLE, _NOT_FOUND):
                self.refusals.append(f"{path}: {status} {told[:200]!r}")

    def lost(self, ledger: Ledger, patience_s: float) -> list[str]:
        """Wait until all have run, and return those that did not."""
        deadline = time.monotonic() + patience_s
        while (left := self.acknowledged - ran(ledger)) and time.monotonic() < deadline:
            time.sleep(_LOOK_S)
        return sorted(left)

    def _put(self, number: str, options: dict[str, object]) -> Receipt:
        name = ("FAULTS_DEF", "FAULTS_ASYNC")[self._number % 2]
        body = json.dumps({"payload": {"order": number}, "id": number, **options})
        status, told = self._ask("POST", f"/v1/enqueue/{name}", body)
        if status in _ACCEPTED:
            self.acknowledged.add(number)
            return Receipt(number, str(status), json.loads(told)["id"])
        if status != _UNAVAILABLE:
            self.refusals.append(f"good job refused: {status} {told[:200]!r}")
        return Receipt(number, str(status))

    def _ask(self, method: str, path: str, body: str | None = None) -> tuple[int, bytes]:
        connection = HTTPConnection(*self._address, timeout=_PATIENCE_S)
        try:
            connection.request(method, path, body, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            return answer.status, answer.read()
        except (OSError, HTTPException) as error:
            return 0, repr(error).encode()
        finally:
            connection.close()


def ran(ledger: Ledger) -> set[str]:
    """Return the numbers of the jobs whose handlers came to their end."""
    return {line.order for line in ledger.lines() if line.word == "end"}
