"""Judges each definition by what is locked of it."""

import json
from collections.abc import Iterator, Mapping

import attrs

from jobdefs.catalog import Catalog
from jobdefs.definition import Definition
from service.evolution import trial
from service.evolution.comparison import refusals
from service.evolution.contract import Schema, contract
from service.evolution.finding import Direction, Finding, found
from service.evolution.lock import Lock, Locked


@attrs.frozen
class Verdict:
    """What would become of jobs of one name.

    ``version`` is the code's, or the last one that is locked where the definition is gone. ``locked`` tells that this
    version is locked as it is. ``notes`` are what changes and breaks nothing.
    """

    name: str
    version: int
    locked: bool
    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()

    def consumers_first(self) -> "Verdict":
        """Return the verdict on a deploy in which no old code reads what new code writes."""
        rolling = [one for one in self.findings if one.direction is Direction.ROLLING]
        return attrs.evolve(
            self,
            findings=tuple(one for one in self.findings if one not in rolling),
            notes=self.notes + tuple(f"{one.path}: {one.reason}: for old consumers only" for one in rolling),
        )


def verdicts(catalog: Catalog, lock: Lock) -> Iterator[Verdict]:
    """Yield a verdict on each name, in their order; raises DefinitionError for a payload that has no schema."""
    for name in sorted({definition.name for definition in catalog} | set(lock.definitions)):
        yield verdict(catalog.get(name), lock.of(name)) if name in catalog else _gone(name, catalog, lock)


def verdict(definition: Definition, versions: Mapping[int, Locked]) -> Verdict:
    """Judge a definition by its versions that are locked."""
    schema, here = contract(definition), versions.get(definition.version)
    compared = [] if here is None else list(_compared(definition, schema, here.schema))
    return Verdict(
        definition.name,
        definition.version,
        here is not None and here.schema == schema,
        (*trial.of_versions(definition, versions), *compared, *trial.of_samples(definition, versions, compared)),
        (*trial.untried(definition, versions), *(() if here is None else _defaults(here.schema, schema))),
    )


def _compared(definition: Definition, schema: Schema, locked: Schema) -> Iterator[Finding]:
    for refusal in refusals(locked, schema):
        yield found(definition, Direction.QUEUED, refusal)
    for refusal in refusals(schema, locked, complete=True):
        yield found(definition, Direction.ROLLING, refusal)


def _defaults(locked: Schema, schema: Schema) -> Iterator[str]:
    """Tell of defaults that changed: a payload that leaves the member out means something else from now on."""
    places = [("$", locked, schema)]
    places += [(name, part, schema["$defs"][name]) for name, part in _common(locked, schema, "$defs")]
    for place, before, after in places:
        for name, member in _common(before, after, "properties"):
            was, is_ = member.get("default"), after["properties"][name].get("default")
            if json.dumps(was) != json.dumps(is_) and "default" in member and "default" in after["properties"][name]:
                yield f"{place}.{name}: where it is left out, it was {json.dumps(was)} and is {json.dumps(is_)} now"


def _common(before: Schema, after: Schema, keyword: str) -> Iterator[tuple[str, Schema]]:
    for name, part in before.get(keyword, {}).items():
        if name in after.get(keyword, {}):
            yield name, part


def _gone(name: str, catalog: Catalog, lock: Lock) -> Verdict:
    versions = lock.of(name)
    last = max(versions, default=0)
    mend = (
        f"keep a definition of this name until no job of it is left, then forget it with `schema lock --reset {name}`; "
        "or name its module in JOBS_MODULES, if it is still there"
    )
    reason = (
        f"no definition has this name any more{_renamed(versions.get(last), catalog, lock)}: its jobs would be parked"
    )
    return Verdict(name, last, locked=True, findings=(Finding(Direction.QUEUED, "$", reason, mend),))


def _renamed(locked: Locked | None, catalog: Catalog, lock: Lock) -> str:
    new = [known for known in catalog if not lock.of(known.name) and locked and contract(known) == locked.schema]
    return f" (was it renamed to {new[0].name}?)" if len(new) == 1 else ""
