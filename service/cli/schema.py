"""The commands about payloads as a contract: schema lock, schema check, schema show."""

from argparse import Namespace
from collections.abc import Iterable
from pathlib import Path

from jobdefs.catalog import Catalog, load_catalog
from jobdefs.errors import UnknownJob
from jobdefs.runtime.exits import Exit
from jobdefs.runtime.settings import load
from jobdefs.wire.schema import json_schema
from service.cli.judgement import as_members, as_text, counted, summary
from service.cli.wording import document, invocation
from service.evolution import lock_file
from service.evolution.lock import Lock
from service.evolution.renewal import Renewal, forgotten, renewed
from service.evolution.verdict import Verdict, verdicts
from service.settings import ServiceSettings


def show(options: Namespace) -> int:
    """Print the JSON Schema of one definition's payload."""
    print(document(json_schema(_catalog().get(options.name))))
    return Exit.OK


def check(options: Namespace) -> int:
    """Tell what the definitions would break of what is locked, and whether they are locked as they are."""
    path = Path(options.file)
    judged = _judged(_catalog(), lock_file.read(path), options)
    _tell(judged, options, path)
    return _exit(judged, locked=all(one.locked for one in judged))


def lock(options: Namespace) -> int:
    """Write the lock file anew, unless that would lock what breaks; names that are reset are locked from the start."""
    path, catalog, names = Path(options.file), _catalog(), options.reset
    known = lock_file.read(path, forgiven=names) if path.exists() else Lock({})
    for name in names:
        if name not in catalog and name not in known.definitions:
            raise UnknownJob(name)
    before = forgotten(known, names)
    judged = _judged(catalog, before, options)
    if any(one.findings for one in judged):
        _tell(judged, options, path)
        return Exit.FINDINGS
    renewal = renewed(before, catalog)
    if renewal.lock.text() != known.text() or not path.exists():
        lock_file.write(path, renewal.lock)
    _tell_locked(renewal, options, path)
    return Exit.OK


def _catalog() -> Catalog:
    return load_catalog(load(ServiceSettings).modules)


def _judged(catalog: Catalog, known: Lock, options: Namespace) -> list[Verdict]:
    judged = list(verdicts(catalog, known))
    return [one.consumers_first() for one in judged] if options.consumers_first else judged


def _exit(judged: Iterable[Verdict], *, locked: bool) -> Exit:
    return Exit.FINDINGS if any(one.findings for one in judged) or not locked else Exit.OK


def _tell(judged: list[Verdict], options: Namespace, path: Path) -> None:
    if options.json:
        print(document({"file": str(path), "definitions": [as_members(one) for one in judged]}))
        return
    for one in judged:
        print("\n".join(as_text(one)))
    print(summary(judged, str(path), f"{invocation()} schema lock"))


def _tell_locked(renewal: Renewal, options: Namespace, path: Path) -> None:
    versions = [locked for known in renewal.lock.definitions.values() for locked in known.values()]
    counts = {
        "definitions": len(renewal.lock.definitions),
        "versions": len(versions),
        "samples": sum(len(locked.samples) for locked in versions),
    }
    if options.json:
        print(document({"file": str(path), **counts, "missing_samples": renewal.missing}))
        return
    print(f"{path}: " + ", ".join(counted(count, what[:-1]) for what, count in counts.items()))
    for name, reason in renewal.missing.items():
        print(f"{name} has no samples ({reason}): give some with define(..., examples=[...])")
