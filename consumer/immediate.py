"""Runs a defined job on the spot, for Huey's immediate mode."""

import asyncio
from typing import Any

from consumer.binding import load_bindings
from consumer.settings import ConsumerSettings
from jobdefs.catalog import load_catalog
from jobdefs.runtime.settings import load


def run(payload: Any) -> Any:
    """Return what the handler of this payload returns; an ``async def`` handler gets an event loop of its own."""
    settings = load(ConsumerSettings)
    catalog = load_catalog(settings.modules)
    binding = load_bindings(catalog, settings.handlers)[catalog.of(payload).name]
    value = binding.handler(payload)
    return asyncio.run(value) if binding.asynchronous else value
