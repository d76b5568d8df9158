"""What a campaign prints: a table of modes, and each run that broke a promise, with how to repeat it."""

from collections.abc import Iterator, Sequence

from faults.crashes.campaign import Campaign, Outcome
from faults.crashes.modes import Mode


def lines(campaign: Campaign, requests: Sequence[str], outcomes: Sequence[Outcome], took_s: float) -> Iterator[str]:
    """Yield the lines; ``requests`` are the names of those that were recorded."""
    yield f"{campaign.kind}: {len(requests)} requests"
    yield f"{'mode':16}{'runs':>8}{'violations':>12}"
    for mode in Mode:
        of_mode = [outcome for outcome in outcomes if outcome.case.mode is mode]
        if of_mode:
            yield f"{mode:16}{len(of_mode):8}{sum(len(each.violations) for each in of_mode):12}"
    yield f"{'all':16}{len(outcomes):8}{sum(len(each.violations) for each in outcomes):12}"
    yield f"{took_s:.0f} s"
    for outcome in sorted(outcomes, key=lambda each: (each.case.mode, each.case.number)):
        yield from _told(campaign, requests, outcome)


def _told(campaign: Campaign, requests: Sequence[str], outcome: Outcome) -> Iterator[str]:
    mode, number = outcome.case.mode, outcome.case.number
    if outcome.violations:
        yield f"{mode} at request {number}, {requests[number - 1]}:"
        yield from (f"  {line}" for line in outcome.violations)
        bug = f" --bug {campaign.bug}" if campaign.bug else ""
        yield (
            f"  again: python3 dev.py crashes --server {campaign.kind} --only {mode} --from {number} --to {number}{bug}"
        )
