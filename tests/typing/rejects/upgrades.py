"""Mistakes in upgrades."""

from typing import Any

from jobdefs import upgrades
from tests.typing.accepts.upgrades import Invoice


@upgrades(Invoice, from_version=1)  # rejected
def of_an_object(payload: Invoice) -> Invoice:
    return payload


@upgrades(Invoice, from_version=1)  # rejected
async def on_the_loop(payload: dict[str, Any]) -> dict[str, Any]:
    return payload


@upgrades(Invoice, from_version="1")  # rejected
def of_a_text(payload: dict[str, Any]) -> dict[str, Any]:
    return payload


@upgrades("INVOICE", from_version=1)  # rejected
def by_name(payload: dict[str, Any]) -> dict[str, Any]:
    return payload
