"""POST /v1/enqueue/TEST_JOB over 64 connections, beside bare handlers, and what a disk costs."""

from typing import Final

from bench import bare_web, load, server
from bench.programs import Meter, Program, module
from bench.race import Bench, Line, Plan, Runs, Side, Target
from bench.server import Fsync, Server

_PATH: Final = "/v1/enqueue/TEST_JOB"
_OURS, _BARE, _PUSH = "service", "bare handler", "handler with one LPUSH"
_DISK, _NO_FSYNC = "on disk", "without fsync"


def _ours(gives: str, fsync: Fsync | None = None, durability: str = "memory") -> Side:
    def runs(plan: Plan) -> Runs:
        with (
            server.running(fsync=fsync) as running,
            module("service", REDIS_URL=running.url, JOBS_PORT="0", JOBS_DURABILITY=durability) as service,
        ):
            yield from _measured(gives, service, _PATH, running, plan)

    return Side((gives, *_busy(gives)), runs)


def _bare(gives: str, *, push: bool = False) -> Side:
    def runs(plan: Plan) -> Runs:
        with server.running() as running, module("bench.bare_web", *([running.url] if push else [])) as service:
            yield from _measured(gives, service, bare_web.PATH, running, plan)

    return Side((gives, *_busy(gives)), runs)


def _measured(gives: str, service: Program, path: str, running: Server, plan: Plan) -> Runs:
    address, duration_s = service.address(), plan.size(1, 3)
    load.rate(address, path, 0.2)
    while True:
        meter = Meter("service", service, running.client)
        found = {gives: load.rate(address, path, duration_s)}
        yield found | {f"{gives}: {name}": share for name, share in meter.shares().items()}


def _busy(gives: str) -> tuple[str, str]:
    return f"{gives}: service", f"{gives}: server"


def _line(work: str, gives: str, rival: str, bound: float) -> Line:
    return Line(work=work, unit="requests/s", ours=gives, rival=rival, target=Target(bound), beside=_busy(gives))


POSTING: Final = Bench(
    "POST",
    (_ours(_OURS), _bare(_BARE), _bare(_PUSH, push=True)),
    (_line("POST, 64 connections", _OURS, _BARE, 0.8), _line("POST, 64 connections", _OURS, _PUSH, 2.5)),
)
DISK: Final = Bench(
    "disk",
    (_ours(_DISK, "always", "disk"), _ours(_NO_FSYNC, "no")),
    (_line("POST, 64 connections, level disk", _DISK, _NO_FSYNC, 0.6),),
)
