"""``python -m models``: looks at every state of every model, and at every mutant until its bug is found."""

import argparse
import sys

from models.checker import Finding, check
from models.protocols import MODELS, MUTANTS


def main(arguments: list[str] | None = None) -> int:
    """Return 0 if every promise is kept, and every mutant breaks the one that it must; 1 otherwise."""
    parser = argparse.ArgumentParser(prog="models", description="Checks the models of the protocol.")
    parser.add_argument("--traces", action="store_true", help="show the shortest way to each broken promise")
    traces = parser.parse_args(arguments).traces
    kept = [_report(check(model), expected=None, traces=True) for model in MODELS]
    print()
    found = [_report(check(mutant.model), expected=mutant.breaks, traces=traces) for mutant in MUTANTS]
    print(f"\n{sum(kept)} of {len(kept)} models keep every promise, {sum(found)} of {len(found)} mutants are found")
    return 0 if all([*kept, *found]) else 1


def _report(finding: Finding, *, expected: str | None, traces: bool) -> bool:
    what = f"{finding.broken} ({len(finding.trace)} moves)" if finding.broken else "every promise is kept"
    size = f"{finding.states:7,} states {finding.edges:8,} edges {finding.seconds:5.1f} s"
    print(f"{finding.model:58} {size}  {what}", flush=True)
    for number, move in enumerate(finding.trace if traces else (), start=1):
        print(f"    {number:2}. {move}")
    return finding.broken == expected


if __name__ == "__main__":
    sys.exit(main())
