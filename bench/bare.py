"""The bound: Python loops that do what cannot be left out, without a queue's promises; some are programs of their own.

``python -m bench.bare URL`` waits for numbers in a list and notes them, as the bare half of a pair of processes.
"""

import json
import sys
import time
from collections.abc import Iterable, Sequence
from typing import Any, Final

import redis

from bench import ledger
from bench.server import Server

BATCH: Final = 64
PAIR: Final = "pair"
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


def main(url: str) -> None:
    """Note each number as soon as it arrives, until this process is ended."""
    client: Any = redis.Redis.from_url(url)
    while True:
        _, number = client.brpop(PAIR)
        ledger.note(int(number))


if __name__ == "__main__":
    main(sys.argv[1])
