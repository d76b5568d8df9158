"""What a lock file becomes when the definitions of today are locked."""

from collections.abc import Collection, Iterable

import attrs

from jobdefs.catalog import Catalog
from jobdefs.definition import Definition
from service.evolution.contract import contract
from service.evolution.lock import Lock, Locked
from service.evolution.samples import Samples, samples
from service.evolution.variants import distinct


@attrs.frozen
class Renewal:
    """The new lock, and why a definition has no samples, by its name."""

    lock: Lock
    missing: dict[str, str]


def forgotten(lock: Lock, names: Collection[str]) -> Lock:
    """Return a lock without these names, as if they had never been locked."""
    return Lock({name: versions for name, versions in lock.definitions.items() if name not in names})


def renewed(lock: Lock, catalog: Catalog) -> Renewal:
    """Return a lock with the present version of each definition in it; nothing else in it changes."""
    made = {definition.name: samples(definition) for definition in catalog}
    present = {
        definition.name: {**lock.of(definition.name), definition.version: _locked(lock, definition, made)}
        for definition in catalog
    }
    missing = {name: one.missing for name, one in made.items() if one.missing}
    return Renewal(Lock({**lock.definitions, **present}), missing)


def _locked(lock: Lock, definition: Definition, made: dict[str, Samples]) -> Locked:
    known = lock.of(definition.name).get(definition.version)
    kept: Iterable[object] = known.samples if known else ()
    return Locked(contract(definition), tuple(distinct([*kept, *made[definition.name].values])))
