"""The bound: Python loops that do what cannot be left out, without a queue's promises; some are programs of their own.

``python -m bench.bare URL pair`` waits for numbers in a list and notes them, as the bare half of a pair of processes;
with ``leased`` it is woken by a marker and claims each number under a lease.
"""

import json
import secrets
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final

import redis

from bench import ledger
from bench.server import Server

BATCH: Final = 64
PAIR: Final = "pair"
LEASED: Final = "leased"
_BODY: Final = b'{"id":"0190e6b2c1d94f3a8e57a1b2c3d4e5f6","name":"BENCH_ASYNC","payload":{"number":%d}}'
# What is popped stands in a second list until it is acknowledged, which the next call does.
_POP: Final = """
redis.call('LTRIM', KEYS[2], ARGV[1], -1)
local popped = redis.call('LRANGE', KEYS[1], 0, ARGV[2] - 1)
if #popped > 0 then
  redis.call('LTRIM', KEYS[1], #popped, -1)
  redis.call('RPUSH', KEYS[2], unpack(popped))
end
return popped
"""
_PUT: Final = """
for i = 1, #ARGV, 2 do
  redis.call('SET', 'job:' .. ARGV[i], ARGV[i + 1])
  redis.call('ZADD', KEYS[1], i, ARGV[i])
end
"""
# The least that a lease takes: a job, its place, and a marker to block on, since a script cannot block. Who is woken
# takes the job from its place and writes down whose it is, and until when, in one move.
_OFFER: Final = """
redis.call('SET', 'job:' .. ARGV[1], ARGV[2])
redis.call('ZADD', KEYS[1], ARGV[1], ARGV[1])
redis.call('ZADD', KEYS[2], 0, 'now')
"""
_CLAIM: Final = """
local id = redis.call('ZPOPMIN', KEYS[1])[1]
if not id then return nil end
redis.call('HSET', 'run:' .. id, 'state', 'running', 'token', ARGV[1])
redis.call('ZADD', KEYS[2], redis.call('TIME')[1] + ARGV[2], id)
return redis.call('GET', 'job:' .. id)
"""
_LEASE_S: Final = 30


def drain(running: Server, jobs: int, batch: int = BATCH) -> float:
    """Pop, acknowledge and parse ``jobs`` bodies, a batch at a time; return how many per second."""
    running.client.delete("waiting", "held")
    for start in range(0, jobs, 1_000):
        running.client.rpush("waiting", *(_BODY % number for number in range(start, min(start + 1_000, jobs))))
    pop, done, popped = running.client.register_script(_POP), 0, 0
    started = time.perf_counter()
    while True:
        bodies = pop(keys=("waiting", "held"), args=(popped, batch))
        if not bodies:
            break
        for body in bodies:
            done += json.loads(body)["payload"]["number"] >= 0
        popped = len(bodies)
    assert done == jobs
    return jobs / (time.perf_counter() - started)


def put(client: Any, jobs: Iterable[Sequence[tuple[str, bytes]]]) -> None:
    """Write ids and bodies and put them in an order, in one script per batch."""
    script = client.register_script(_PUT)
    for batch in jobs:
        script(keys=("index",), args=[part for job in batch for part in job])


def offer(client: Any) -> Callable[[int], object]:
    """Return what puts a number in for a process that claims under a lease."""
    script = client.register_script(_OFFER)
    return lambda number: script(keys=("ready", LEASED), args=(number, _BODY % number))


def _popped(client: Any) -> Iterator[int]:
    while True:
        yield int(client.brpop(PAIR)[1])


def _claimed(client: Any) -> Iterator[int]:
    script = client.register_script(_CLAIM)
    while True:
        client.bzpopmin(LEASED)
        if (body := script(keys=("ready", "leases"), args=(secrets.token_hex(16), _LEASE_S))) is not None:
            yield int(json.loads(body)["payload"]["number"])


def main(url: str, kind: str) -> None:
    """Note each number as soon as it arrives, until this process is ended."""
    client: Any = redis.Redis.from_url(url)
    for number in _claimed(client) if kind == LEASED else _popped(client):
        ledger.note(number)


if __name__ == "__main__":
    main(*sys.argv[1:])
