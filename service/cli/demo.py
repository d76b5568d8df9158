"""`aiohttp-huey demo`: everything on one machine, and one job on its way through it."""

import json
import time
from argparse import Namespace
from typing import Any, Final

from jobdefs import TEST_JOB
from jobdefs.runtime.exits import Exit
from jobdefs.runtime.settings import load
from jobdefs.state import FINAL, State
from service.cli.address import Address, claim
from service.cli.log import Log
from service.cli.progress import Progress
from service.cli.rest import Rest
from service.cli.supervisor import Ended, Interrupted, Supervisor
from service.cli.up import report, say, start
from service.cli.wording import invocation, printable
from service.settings import ServiceSettings

_PAYLOAD: Final = {"message": "hello from jobs demo", "number": 42}
_LOOK_S: Final = 0.005


def demo(options: Namespace) -> int:
    """Run everything, send one job through it and tell the story; then stay until a signal, unless ``exit`` is set."""
    settings = load(ServiceSettings)
    port = settings.port if options.port is None else options.port
    address = claim(settings.host, port, otherwise_any=options.port is None)
    succeeded = False
    try:
        with Supervisor(Log()) as supervisor:
            start(supervisor, settings, address, options)
            succeeded = _one_job(supervisor, address, settings.token)
            if not options.exit:
                say("Ctrl-C stops everything in order.\n")
                supervisor.run()
    except Interrupted:
        say("stopped")
        return Exit.OK if succeeded and not options.exit else Exit.INTERRUPTED
    except Ended as ended:
        return report(ended)
    return Exit.OK if succeeded else Exit.FAILED


def _one_job(supervisor: Supervisor, address: Address, token: str) -> bool:
    rest = Rest(address, token)
    say(f"\nPOST {address.url}/v1/enqueue/{TEST_JOB} with the payload {json.dumps(_PAYLOAD)}")
    began = time.perf_counter()
    receipt = rest.enqueue(TEST_JOB, _PAYLOAD)
    accepted_ms = _since(began)
    job = _end_of(receipt["id"], rest, supervisor)
    say(_story(job, accepted_ms, _since(began)))
    say(_where_next(receipt["id"], address, token))
    return bool(job["state"] == State.SUCCEEDED)


def _end_of(job_id: str, rest: Rest, supervisor: Supervisor) -> dict[str, Any]:
    progress = Progress(say)
    while (job := rest.job(job_id))["state"] not in FINAL:
        progress.tell(f"waiting for {job_id}, which is {job['state']}")
        supervisor.pause(_LOOK_S)
    return job


def _since(began: float) -> float:
    return (time.perf_counter() - began) * 1000


def _story(job: dict[str, Any], accepted_ms: float, ended_ms: float) -> str:
    return f"""accepted as {job["id"]} after {accepted_ms:.0f} ms
{job["state"]}; the round trip took {ended_ms:.0f} ms
{printable(_outcome(job))}"""


def _outcome(job: dict[str, Any]) -> str:
    if job["state"] == State.SUCCEEDED:
        return f"the handler's result: {json.dumps(job['result'], ensure_ascii=False)}\n"
    error, reason = job["error"], job["reason"]
    failed = f"its last attempt failed with {error['type']}: {error['message']}\n" if error else ""
    return failed + (f"the reason given: {reason}\n" if reason else "")


def _where_next(job_id: str, address: Address, token: str) -> str:
    bearer = ' -H "Authorization: Bearer $JOBS_TOKEN"' if token else ""
    return f"""Where to look next:
  {invocation()} show {job_id}    the job's whole story, in a second terminal
  curl -s {address.url}/v1/jobs/{job_id}{bearer}
  jobdefs/jobs/proof.py, consumer/handlers/proof.py    its payload class and its handler
  README.md    your first own job in five minutes
"""
