"""Huey's messages as payloads of the written form."""

from datetime import timedelta
from typing import Any, Final

from huey.registry import Message

from consumer.huey_bridge.serializer import from_plain, to_plain

# What the envelope says already, or the store decides.
_IN_ENVELOPE: Final = ("id", "name", "eta", "expires", "expires_resolved", "priority")
_NESTED: Final = ("on_complete", "on_error")

PREFIX: Final = "huey:"


def to_payload(message: Message) -> dict[str, Any]:
    """Return what a plain task's envelope carries as payload; raises TypeError naming an argument that cannot."""
    return _write(message, skip=_IN_ENVELOPE)


def from_payload(payload: dict[str, Any], *, job_id: str, name: str) -> Message:
    """Return the message behind a payload; raises KeyError, TypeError or ValueError where it is none."""
    return _read({**payload, "id": job_id, "name": name})


def _write(message: Message, skip: tuple[str, ...] = ()) -> dict[str, Any]:
    fields = {name: value for name, value in message._asdict().items() if name not in skip and value is not None}
    fields["args"] = [to_plain(value, f"argument {number}") for number, value in enumerate(message.args, 1)]
    fields["kwargs"] = {name: to_plain(value, f"argument {name!r}") for name, value in message.kwargs.items()}
    for name in _NESTED:
        if name in fields:
            fields[name] = _write(fields[name])
    if message.chord_config is not None:
        cid, size, place, callback = message.chord_config
        fields["chord_config"] = [cid, size, place, _write(callback)]
    for name in ("eta", "expires", "expires_resolved"):
        if name in fields:
            fields[name] = to_plain(fields[name])
    if isinstance(fields.get("timeout"), timedelta):
        fields["timeout"] = fields["timeout"].total_seconds()
    return fields


def _read(fields: dict[str, Any]) -> Message:
    known = {
        name: from_plain(fields[name]) if name in ("eta", "expires", "expires_resolved") else fields[name]
        for name in Message._fields
        if name in fields
    }
    known["args"] = tuple(from_plain(value) for value in fields["args"])
    known["kwargs"] = {name: from_plain(value) for name, value in fields["kwargs"].items()}
    for name in _NESTED:
        if known.get(name) is not None:
            known[name] = _read(known[name])
    if known.get("chord_config") is not None:
        cid, size, place, callback = known["chord_config"]
        known["chord_config"] = (cid, size, place, _read(callback))
    return Message(**known)
