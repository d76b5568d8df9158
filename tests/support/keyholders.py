"""Who holds which unique key, as it ought to be."""

from collections.abc import Mapping
from typing import Final

from jobdefs.state import State
from jobdefs.unique import Conflict, UniqueLock, Until

NOT_BEGUN: Final = (State.SCHEDULED, State.READY)


class KeyHolders:
    """Follows the states of jobs: a key is held until its job has begun, or has ended, or for longer than any test."""

    def __init__(self, states: Mapping[str, State | None]) -> None:
        self._states = states
        self._held: dict[tuple[str, str], tuple[str, UniqueLock]] = {}

    def take(self, name: str, lock: UniqueLock | None, job_id: str) -> None:
        """Let a job hold its key from now on."""
        if lock is not None:
            self._held[name, lock.key] = (job_id, lock)

    def holder(self, name: str, lock: UniqueLock | None) -> str | None:
        """Return the job that holds the key that another one wants."""
        self.drop()
        held = self._held.get((name, lock.key)) if lock else None
        return held[0] if held and self._counts(*held) else None

    def begun(self, job_id: str) -> None:
        """Take note of an attempt that has ended or was lost: it had begun."""
        started = (job_id, Until.STARTED)
        self._held = {key: held for key, held in self._held.items() if (held[0], held[1].until) != started}

    def replaces(self, other: str, lock: UniqueLock) -> bool:
        """Whether a job takes the place of the holder."""
        return lock.conflict is Conflict.REPLACE and self._states[other] in NOT_BEGUN

    def drop(self) -> None:
        """Forget keys whose scope has ended, which does not begin again by itself."""
        self._held = {key: held for key, held in self._held.items() if self._holds(*held)}

    def _holds(self, job_id: str, lock: UniqueLock) -> bool:
        state = self._states[job_id]
        if not isinstance(lock.until, Until):
            return True
        return not (state is None or state.final)

    def _counts(self, job_id: str, lock: UniqueLock) -> bool:
        return lock.until is not Until.STARTED or self._states[job_id] in NOT_BEGUN
