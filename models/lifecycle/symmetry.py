"""What differs by names only: the order of workers, the numbers of tokens and leases, and tokens that nobody holds."""

from itertools import permutations
from typing import Final

from models.lifecycle.rules import Setting
from models.lifecycle.state import Holding, Job, Store, Worker, World

_NOBODY: Final = Worker()


def canonical(setting: Setting, world: World) -> World:
    """Return the world that stands for all those that differ by names only."""
    if not world.rollbacks and world.disk is not world.store:
        world = world._replace(disk=world.store)
    named = [_named(setting, world, workers) for workers in _orders(world.workers)]
    return named[0] if len(named) == 1 else min(named)


def _orders(workers: tuple[Worker, ...]) -> list[tuple[Worker, ...]]:
    """Return the orders of workers that cannot be told apart without their tokens."""
    if workers.count(_NOBODY) >= len(workers) - 1:
        return [tuple(sorted(workers))]
    shaped = [tuple((_shape(worker), worker) for worker in order) for order in permutations(workers)]
    shapes = [[shape for shape, _ in order] for order in shaped]
    best = min(shapes)
    return [tuple(worker for _, worker in order) for order, shape in zip(shaped, shapes, strict=True) if shape == best]


def _shape(worker: Worker) -> tuple[object, ...]:
    told = [(held.job, held.failures, held.quarantined, held.outcome) for held in worker.holdings]
    return bool(worker.asking), told, worker.spared


def _named(setting: Setting, world: World, workers: tuple[Worker, ...]) -> World:
    """Number leases, and tokens that are told by nothing else, in the order in which they are held."""
    names = {0: 0}
    for worker in workers:
        for held in worker.holdings:
            names.setdefault(held.lease, len(names))
        names.setdefault(worker.asking, len(names))
    naming = _Naming(names, {worker.asking for worker in workers}, keeps_tokens=not setting.rules.tokens_are_random)
    store = naming.store(world.store)
    disk = store if world.disk is world.store else naming.store(world.disk)
    # Two that are equal are to be one, so that it shows without a look at everything in them.
    return world._replace(
        store=store, disk=store if disk == store else disk, workers=tuple(map(naming.worker, workers))
    )


class _Naming:
    """Gives new numbers to leases and tokens; what already has its number stays the same object."""

    def __init__(self, names: dict[int, int], asked: set[int], *, keeps_tokens: bool) -> None:
        self._names = names
        self._asked = asked
        self._keeps_tokens = keeps_tokens

    def worker(self, worker: Worker) -> Worker:
        """Return a worker with new numbers."""
        if worker == _NOBODY:
            return worker
        return Worker(tuple(map(self._holding, worker.holdings)), self._token(worker.asking), worker.spared)

    def store(self, store: Store) -> Store:
        """Return a store with new numbers, in which only the answers are kept that somebody still asks for."""
        answered = tuple(sorted(self._token(token) for token in store.answered if token in self._asked))
        return Store(tuple(map(self._job, store.jobs)), store.key, answered, store.claims if self._keeps_tokens else 0)

    def _holding(self, held: Holding) -> Holding:
        lease, token = self._names[held.lease], self._token(held.token)
        if (lease, token) == (held.lease, held.token):
            return held
        return Holding(held.job, token, lease, held.failures, held.quarantined, held.outcome)

    def _job(self, job: Job) -> Job:
        lease, token = self._names.get(job.lease, 0), self._token(job.token)
        if (lease, token) == (job.lease, job.token):
            return job
        return job._replace(lease=lease, token=token)

    def _token(self, token: int) -> int:
        return token if self._keeps_tokens else self._names.get(token, 0)
