"""What grace holds to, and the settings in which it is looked at."""

from typing import Final

import attrs


@attrs.frozen(kw_only=True)
class Rules:
    """The rules of grace, each of which can be broken to see whether that is noticed."""

    grants_grace: bool = True
    only_silence_grants_it: bool = True
    waits_for_a_beat: bool = True
    beats_measure_silence: bool = True


@attrs.frozen(kw_only=True)
class Setting:
    """How many consumers live, whether the first has a lease, and how often the store goes away.

    Beside them there is the lease of one that is dead.
    """

    name: str
    consumers: int
    works: bool
    absences: int = 2
    rules: Rules = Rules()


ONE_WORKS: Final = Setting(name="grace, one works and one idles", consumers=2, works=True)
LONE_IDLE: Final = Setting(name="grace, a lone one idles", consumers=1, works=False)
SETTINGS: Final = (ONE_WORKS, LONE_IDLE)
