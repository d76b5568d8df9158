"""The lock file: every schema that payloads were ever written by, and samples of them."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import attrs

from service.evolution.contract import Schema

FORMAT: Final = 1


@attrs.frozen
class Locked:
    """One version of a definition: what binds of its schema, and payloads that its class accepted."""

    schema: Schema
    samples: tuple[Any, ...]

    def digest(self, name: str, version: int, locked: Iterable[int]) -> str:
        """Return the SHA-256 of what is locked under this name and version, whatever its white space.

        Which versions are ``locked`` before it counts, so that none of them can be taken out unnoticed.
        """
        told = {"name": name, "samples": list(self.samples), "schema": self.schema, "version": version}
        if before := sorted(number for number in locked if number < version):
            told["before"] = before
        return hashlib.sha256(_canonical(told).encode()).hexdigest()


@attrs.frozen
class Lock:
    """Every locked version of every definition, by name and number."""

    definitions: Mapping[str, Mapping[int, Locked]]

    def of(self, name: str) -> Mapping[int, Locked]:
        """Return the versions of a definition, none where the name is not locked."""
        return self.definitions.get(name, {})

    def text(self) -> str:
        """Return the file: sorted, a sample to a line, so that a comparison of two files shows what changed."""
        entries = ",\n".join(_entry(name, self.definitions[name]) for name in sorted(self.definitions))
        body = f"{{\n{entries}\n  }}" if entries else "{}"
        return f'{{\n  "format": {FORMAT},\n  "definitions": {body}\n}}\n'


def _entry(name: str, versions: Mapping[int, Locked]) -> str:
    written = ",\n".join(_version(name, number, versions) for number in sorted(versions))
    return f"    {json.dumps(name)}: {{\n{written}\n    }}"


def _version(name: str, number: int, versions: Mapping[int, Locked]) -> str:
    locked = versions[number]
    return "\n".join(
        (
            f'      "{number}": {{',
            f'        "digest": "{locked.digest(name, number, versions)}",',
            f'        "schema": {_indented(locked.schema)},',
            f'        "samples": {"".join(_lines(locked.samples))}',
            "      }",
        )
    )


def _indented(schema: Schema) -> str:
    return json.dumps(schema, indent=2, sort_keys=True).replace("\n", "\n        ")


def _lines(samples: tuple[Any, ...]) -> Iterator[str]:
    if not samples:
        yield "[]"
        return
    yield "[\n"
    yield ",\n".join(f"          {json.dumps(sample, sort_keys=True)}" for sample in samples)
    yield "\n        ]"


def _canonical(value: Any) -> str:
    return json.dumps(_plain(value), sort_keys=True, separators=(",", ":"))


def _plain(value: Any) -> Any:
    # 1.0 and 1 are one number, and programs that set JSON anew write either.
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {key: _plain(member) for key, member in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list) else value
