"""What came of a trial, as the table shows it and as one process hands it to another."""

import json
from typing import Self

import attrs


@attrs.frozen(kw_only=True)
class Outcome:
    """One system's line of a row. ``loss`` is what the set-up may lose, in words; ``checked`` are ids of invariants.

    ``recovered_s`` are the seconds from the end of the fault until everything that was due by then had run, None where
    something never did. ``violations`` are lines, each of which begins with the id of an invariant; a trial without
    them and with ``evidence`` has passed; ``skipped`` says why it could not be run here.
    """

    row: str
    title: str
    system: str
    server: str
    seed: int
    acknowledged: int = 0
    lost: int = 0
    loss: str = "0"
    repeated: int = 0
    bound: int = 0
    recovered_s: float | None = None
    evidence: str = ""
    checked: tuple[str, ...] = ()
    violations: tuple[str, ...] = ()
    figures: dict[str, str] = attrs.field(factory=dict)
    skipped: str = ""
    seconds: float = 0.0

    @property
    def passed(self) -> bool:
        """Whether the fault happened and everything held, unless it could not be run here."""
        return bool(self.skipped) or (bool(self.evidence) and not self.violations)

    @property
    def failed(self) -> bool:
        """Whether it is ours and has not passed; nobody promised that a rival holds."""
        return self.system == "ours" and not self.passed

    @property
    def broke_off(self) -> bool:
        """Whether nothing was judged."""
        return bool(self.violations) and not self.checked

    def to_json(self) -> str:
        """Return it as one line of JSON."""
        return json.dumps(attrs.asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read such a line."""
        fields = json.loads(text)
        return cls(**fields | {name: tuple(fields[name]) for name in ("checked", "violations")})
