"""Which jobs this consumer can run, as it announces them and as it tells of jobs that it cannot run."""

import hashlib
import inspect
import json
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, Final

from consumer.plan import Plan
from jobdefs.definition import Definition
from jobdefs.upgrade import upgrades_of
from jobdefs.wire.envelope import VERSION
from jobdefs.wire.schema import classes_of, json_schema

# What reads envelopes goes by no name; its digest is the newest version that it reads, and the last field it knows.
_READER: Final = f"v{VERSION}.version"
_PLAIN: Final = "plain"
_CHARACTERS: Final = 12

UNREADABLE: Final = f"{_READER}:"


def announced(plans: Mapping[str, Plan], plain_names: Iterable[str]) -> dict[str, str]:
    """Return the digest of each name that this consumer can run; plain tasks have one in common."""
    defined = {name: digest(plan.definition) for name, plan in plans.items()}
    return {"": _READER} | dict.fromkeys(plain_names, _PLAIN) | defined


def unknown(name: str) -> str:
    """Return the kind of a job whose name nobody here knows."""
    return f":{name}"


def misfit(name: str, plan: Plan | None) -> str:
    """Return the kind of a job whose name is known here, and whose payload does not fit."""
    return f"{digest(plan.definition) if plan else _PLAIN}:{name}"


@cache
def digest(definition: Definition) -> str:
    """Return what changes when other payloads may fit: a digest of the schema, the version, and the sources behind.

    These are the payload's classes and upgrades. What they call elsewhere is not seen: replay parked jobs then.
    """
    schema = json.dumps(json_schema(definition), sort_keys=True)
    written = (*classes_of(definition), *(upgrade.function for upgrade in upgrades_of(definition)))
    sources = map(_source, written)
    told = "\0".join((schema, str(definition.version), *sources))
    return hashlib.sha256(told.encode()).hexdigest()[:_CHARACTERS]


def _source(written: Any) -> str:
    try:
        return inspect.getsource(written)
    except (OSError, TypeError):
        return ""
