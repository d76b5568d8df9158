"""``python -m faults.storm``: floods a service and its server with rubbish, and tells whether a promise was broken."""

import argparse
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from shutil import rmtree

from bench.programs import BenchFailed
from faults import server
from faults.storm import http, keys, programs, slow
from faults.storm.plan import Plan
from faults.storm.programs import Target
from faults.storm.report import http_table, key_table, slow_lines
from faults.storm.slow import SlowStorm
from jobdefs.errors import JobsError

_SHOWN = 20


def main(arguments: list[str] | None = None) -> int:
    """Return 0 if every promise was kept, 1 otherwise; then the ledger and the programs' logs stay."""
    plan, place = _plan(arguments), Path(tempfile.mkdtemp(prefix="storm-"))
    print(f"seed {plan.seed}", flush=True)
    try:
        broken = list(run(plan, place))
    except (JobsError, BenchFailed) as error:
        print(f"storm: {error}", file=sys.stderr)
        return 1
    if broken:
        print("\n".join(broken[:_SHOWN]))
        print(f"{len(broken)} promises broken; repeat it by --seed {plan.seed}; ledger and logs are in {place}")
        return 1
    print("no promise broken: no fault of the service, nothing lost, nothing executed")
    rmtree(place)
    return 0


def run(plan: Plan, place: Path) -> Iterator[str]:
    """Run the three storms, print their figures, and yield a line for each broken promise."""
    with (
        server.running(server.Server(plan.server, place / "server")) as store,
        programs.running(store.url, place) as target,
    ):
        over_http = http.storm(target, plan.shots, plan.seed)
        print("\n".join(http_table(over_http)), flush=True)
        yield from over_http.broken
        dribbled = _dribbled(target, plan)
        print("\n".join(slow_lines(dribbled)), flush=True)
        yield from dribbled.broken
        on_keys = keys.storm(target, store, place, plan.seed, types=plan.key_types, rounds=plan.rounds)
        print("\n".join(key_table(on_keys)), flush=True)
        yield from on_keys.broken


def _dribbled(target: Target, plan: Plan) -> SlowStorm:
    found = slow.dribble(target, plan.sockets, plan.slow_s, to_the_end=plan.to_the_end)
    # What a short time shows once may be another program's doing.
    again = found.is_slow and not plan.to_the_end
    return slow.dribble(target, plan.sockets, plan.slow_s, to_the_end=False) if again else found


def _plan(arguments: list[str] | None) -> Plan:
    parser = argparse.ArgumentParser(prog="storm", description="Floods a service and its server with rubbish.")
    parser.add_argument("--quick", action="store_true", help="a few hundred inputs, and fewer slow sockets")
    parser.add_argument("--seed", type=int, default=1, help="of everything that is generated (1)")
    given = parser.parse_args(arguments)
    return Plan.quick(given.seed) if given.quick else Plan(seed=given.seed)


if __name__ == "__main__":
    sys.exit(main())
