"""Puts jobs in and looks at them: QueueService for any aiohttp application, and the stand-alone service."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from service.app import create_app, setup
    from service.key import QUEUE
    from service.queue import QueueService
    from service.request import EnqueueReceipt, EnqueueRequest

__all__ = ["QUEUE", "EnqueueReceipt", "EnqueueRequest", "QueueService", "create_app", "setup"]

_HOMES = {
    "QUEUE": "service.key",
    "EnqueueReceipt": "service.request",
    "EnqueueRequest": "service.request",
    "QueueService": "service.queue",
    "create_app": "service.app",
    "setup": "service.app",
}


def __getattr__(name: str) -> Any:
    """Import on first use: the command line lives here too, and most of it needs no aiohttp."""
    from importlib import import_module

    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
