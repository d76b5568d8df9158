"""What an upgrade may look like."""

from typing import Any

import attrs

from jobdefs import define, upgrades


@define("INVOICE", version=2)
@attrs.frozen
class Invoice:
    cents: int


@upgrades(Invoice, from_version=1)
def to_cents(payload: dict[str, Any]) -> dict[str, Any]:
    return {"cents": round(payload["euros"] * 100)}


def called_by_a_test() -> int:
    return len(to_cents({"euros": 12.5}))
