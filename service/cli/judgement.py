"""Verdicts on definitions as a person reads them, and as a program does."""

from collections.abc import Iterator, Sequence
from typing import Any

from service.cli.wording import printable
from service.evolution.finding import MEANINGS, Finding
from service.evolution.verdict import Verdict


def as_text(verdict: Verdict) -> Iterator[str]:
    """Yield the lines about one definition: its state, then what breaks in each direction, and how it is mended."""
    yield f"{verdict.name} version {verdict.version}: {_state(verdict)}"
    for direction, meaning in MEANINGS.items():
        found = [one for one in verdict.findings if one.direction is direction]
        if found:
            yield f"  {meaning}"
            for one in found:
                yield printable(f"    {one.path}: {_refused(one)}")
                yield printable(f"      mend: {one.mend}")
    for note in verdict.notes:
        yield printable(f"  note: {note}")


def as_members(verdict: Verdict) -> dict[str, Any]:
    """Return a verdict as a JSON object."""
    return {
        "name": verdict.name,
        "version": verdict.version,
        "compatible": not verdict.findings,
        "locked": verdict.locked,
        "findings": [_members(one) for one in verdict.findings],
        "notes": list(verdict.notes),
    }


def counted(number: int, what: str) -> str:
    """Return a number of things, in words that fit one as well: ``1 sample``, ``2 samples``."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def summary(verdicts: Sequence[Verdict], path: str, command: str) -> str:
    """Return the last line: how many definitions break, or what to do next."""
    broken = sum(bool(verdict.findings) for verdict in verdicts)
    if broken:
        return f"{broken} of {counted(len(verdicts), 'definition')} would break; {path} stays as it is"
    if all(verdict.locked for verdict in verdicts):
        return f"{path} is up to date: {counted(len(verdicts), 'definition')}"
    return f"nothing breaks; run `{command}` and commit {path}"


def _state(verdict: Verdict) -> str:
    if verdict.findings:
        return "would break"
    return "as it is locked" if verdict.locked else "compatible, and not locked yet"


def _refused(finding: Finding) -> str:
    return finding.reason if finding.certain else f"may be refused: {finding.reason}"


def _members(finding: Finding) -> dict[str, Any]:
    return {
        "direction": str(finding.direction),
        "path": finding.path,
        "reason": finding.reason,
        "mend": finding.mend,
        "certain": finding.certain,
    }
