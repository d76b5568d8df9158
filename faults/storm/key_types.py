"""Every type of key that an installation has, as FORMAT.md lists them, so that a new one is stormed by itself."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import attrs

from jobdefs import wire
from jobdefs.policy import DEFAULT_NAMESPACE

_FORMAT: Final = Path(wire.__file__).with_name("FORMAT.md")
_LINE: Final = re.compile(r"\| `\{namespace\}:([^`]+)` \| ([a-z ]+) \|")
_NAMES: Final[Mapping[str, str]] = {
    "queue": "default",
    "state": "succeeded",
    "kind": "default::NOBODY",
    "name": "FAULTS_DEF",
    "key": "storm",
    "chord": "storm",
}


@attrs.frozen
class KeyType:
    """One type of key: how its names are made, and the kind of value that belongs there."""

    pattern: str
    value: str

    @property
    def is_of_one_job(self) -> bool:
        """Whether there is such a key for each job."""
        return "<id>" in self.pattern

    def key(self, job_id: str, consumer: str) -> str:
        """Return the key of this type that concerns this job, this consumer, or what is in use by all."""
        names = {**_NAMES, "id": job_id, "consumer": consumer}
        return f"{{{DEFAULT_NAMESPACE}}}:" + re.sub(r"<(\w+)>", lambda found: names[found[1]], self.pattern)


def key_types() -> list[KeyType]:
    """Return all of them, in the order of the table."""
    return [KeyType(pattern, value) for pattern, value in _LINE.findall(_FORMAT.read_text())]
