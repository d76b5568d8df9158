"""Each edit of a definition gets the verdict that it deserves, in both directions."""

import attrs
import pytest

from jobdefs import Definition
from jobdefs.catalog import Catalog
from service.evolution.finding import Direction
from service.evolution.lock import Lock, Locked
from service.evolution.renewal import renewed
from service.evolution.verdict import Verdict, verdicts
from tests.support.edits import EDITS, Edit, defined
from tests.support.versions import TWO, VERSIONS, Step


def locked(*definitions: Definition) -> Lock:
    """Return a lock to which each definition was added in turn, as deploys follow each other."""
    lock = Lock({})
    for definition in definitions:
        lock = renewed(lock, Catalog((definition,))).lock
    return lock


def judged(lock: Lock, *after: Definition) -> Verdict:
    (found,) = verdicts(Catalog(after), lock)
    return found


def paths(verdict: Verdict, direction: Direction) -> list[str]:
    return sorted({one.path for one in verdict.findings if one.direction is direction})


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit.what)
def test_an_edit_breaks_at_the_paths_where_it_should(edit: Edit) -> None:
    """What breaks queued jobs and what breaks a rolling deploy is told with its path, and nothing else is."""
    verdict = judged(locked(edit.before), edit.after)

    assert paths(verdict, Direction.QUEUED) == edit.queued.split()
    assert paths(verdict, Direction.ROLLING) == edit.rolling.split()


@pytest.mark.parametrize("edit", [edit for edit in EDITS if not edit.queued + edit.rolling], ids=lambda edit: edit.what)
def test_an_edit_that_breaks_nothing_may_be_locked(edit: Edit) -> None:
    """A compatible edit, once locked, is as it is locked, and whatever was queued before stays in the file."""
    lock = locked(edit.before, edit.after)

    assert judged(lock, edit.after) == Verdict("EDITED", 1, locked=True)
    before = locked(edit.before).of("EDITED")[1].samples
    assert lock.of("EDITED")[1].samples[: len(before)] == before


@pytest.mark.parametrize("step", VERSIONS, ids=lambda step: step.what)
def test_a_step_of_versions_breaks_where_it_should(step: Step) -> None:
    """Old versions are upgraded and decoded as a consumer does it; a higher version never breaks a rolling deploy."""
    verdict = judged(locked(*step.before), step.after)

    assert paths(verdict, Direction.QUEUED) == list(step.paths)
    assert paths(verdict, Direction.ROLLING) == list(step.rolling)
    assert step.reason in "".join(one.reason for one in verdict.findings)


def test_the_table_is_long_enough() -> None:
    """There are more than forty edits, and as many verdicts of each kind as make the table worth its length."""
    assert len(EDITS) + len(VERSIONS) >= 40
    kinds = [(bool(edit.queued), bool(edit.rolling)) for edit in EDITS]
    assert min(kinds.count((queued, rolling)) for queued in (True, False) for rolling in (True, False)) >= 8


def test_consumers_first_turns_rolling_breaks_into_notes() -> None:
    """Where consumers are deployed first, what old code would refuse is a note."""
    before, after = defined({"x": int}), defined({"x": int, "y": attrs.field(type=str, default="")})
    verdict = judged(locked(before), after).consumers_first()

    assert (verdict.findings, verdict.locked) == ((), False)
    assert verdict.notes == ("$.y: unknown field: for old consumers only",)


def test_a_default_that_changed_is_a_note() -> None:
    """A changed default breaks nothing, but is told, since a payload without the member means something else now."""
    before, after = (defined({"x": attrs.field(type=int, default=value)}) for value in (1, 2))

    assert judged(locked(before), after).notes == ("$.x: where it is left out, it was 1 and is 2 now",)


def test_an_upgrade_that_nobody_tried_is_a_note() -> None:
    """Where an older version has no samples, its upgrade is not tried, and this is told."""
    before = Lock({"EDITED": {1: Locked({}, ())}})

    assert judged(before, TWO).notes == (
        "version 1 has no samples, so nobody knows whether its payloads are upgraded well",
    )


def test_a_definition_that_is_gone_is_missed() -> None:
    """A removed definition breaks its queued jobs; where a new one has the same payload, a renaming is guessed."""
    lock = locked(defined({"x": int}, "OLD"))
    new, gone = verdicts(Catalog((defined({"x": int}, "NEWER"),)), lock)

    assert [one.path for one in gone.findings] == ["$"]
    assert "was it renamed to NEWER?" in gone.findings[0].reason
    assert "schema lock --reset OLD" in gone.findings[0].mend
    assert new == Verdict("NEWER", 1, locked=False)
