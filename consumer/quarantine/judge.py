"""What a death in quarantine proves against the job that ran."""

import time
from typing import Final

import attrs

from consumer.quarantine.death import Death
from consumer.quarantine.stay import End, Stay

# Whoever kills every process here, as a container's end does, has come to this one by then: nobody is condemned.
_SWEEP_S: Final = 0.5
_REMEMBERED: Final = 1000


class NoProcess(Exception):
    """The process ended, or hung, before it began with the job."""


class Judge:
    """Condemns a job for the death of its process; for a SIGKILL only if it took much memory, or the second time."""

    def __init__(self) -> None:
        # A generation of a job is another one; the oldest come first.
        self._spared: dict[tuple[str, int], None] = {}

    def judged(self, stay: Stay, death: Death) -> End:
        """Return the end of a suspect whose process has died; raises NoProcess where it had not begun with it."""
        if stay.began is None:
            raise NoProcess(f"it ended {death.how}")
        if not death.seen:
            return stay.released("nobody saw how the quarantine's process ended")
        if death.killed:
            time.sleep(_SWEEP_S)
            if not stay.took_much(death) and not self.acquit(stay):
                self._spare(stay)
                return stay.spared(death)
        return stay.condemned(death)

    def judged_still(self, stay: Stay, death: Death) -> End:
        """Return the end of a suspect whose process was stopped, and was killed for that.

        Others may have stopped it, so this is no more of a proof than a SIGKILL.
        """
        if stay.began is None:
            raise NoProcess("it was stopped")
        death = attrs.evolve(death, still=True)
        if not self.acquit(stay):
            self._spare(stay)
            return stay.spared(death)
        return stay.condemned(death)

    def acquit(self, stay: Stay) -> bool:
        """Forget an earlier SIGKILL; tell whether there was one."""
        known = stay.key in self._spared
        self._spared.pop(stay.key, None)
        return known

    def _spare(self, stay: Stay) -> None:
        self._spared[stay.key] = None
        if len(self._spared) > _REMEMBERED:
            del self._spared[next(iter(self._spared))]
