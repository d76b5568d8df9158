"""The envelope around a payload: the bytes by which a producer, the store and a consumer know a job (FORMAT.md)."""

import os
import re
from typing import Any, Final

import orjson

from jobdefs.definition import NAME_PATTERN, QUEUE_PATTERN, Definition
from jobdefs.errors import InvalidOption, UnreadableEnvelope
from jobdefs.policy import FIRST_VERSION
from jobdefs.record import Envelope

VERSION: Final = 1
ID_PATTERN: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}")
PLAIN_NAME_PATTERN: Final = re.compile(r"huey:[ !#-\[\]-~]{1,200}")
_MILLISECONDS: Final = r"[1-9][0-9]{0,14}"

_WRITTEN: Final = re.compile(
    rf'\{{"v":{VERSION},"id":"({ID_PATTERN.pattern})","name":"({NAME_PATTERN.pattern}|{PLAIN_NAME_PATTERN.pattern})"'
    rf',"queue":"({QUEUE_PATTERN.pattern})","priority":([0-9])(?:,"enqueued_at_ms":({_MILLISECONDS}))?'
    rf'(?:,"expires_in_ms":({_MILLISECONDS}))?(?:,"attempts":([1-9][0-9]{{0,3}}))?(?:,"version":([1-9][0-9]{{0,3}}))?,"payload":(.+)\}}'.encode(),
    re.DOTALL,
)

# The fields in their written order: whether each must be there, what its JSON text must match, and that in words.
_FIELDS: Final = {
    "v": (True, re.compile(str(VERSION)), f"must be {VERSION}"),
    "id": (True, ID_PATTERN, "must start with a letter or digit and have at most 64 of A-Z a-z 0-9 _ . : -"),
    "name": (
        True,
        re.compile(f"{NAME_PATTERN.pattern}|{PLAIN_NAME_PATTERN.pattern}"),
        "must start with a letter and have at most 64 of A-Z a-z 0-9 _ . -, or be huey: and a plain task's name",
    ),
    "queue": (True, QUEUE_PATTERN, "must start with a-z or 0-9 and have at most 64 of a-z 0-9 _ . -"),
    "priority": (True, re.compile("[0-9]"), "must be an integer from 0 to 9"),
    "enqueued_at_ms": (False, re.compile(_MILLISECONDS), "must be an integer of 1 to 15 digits, 1 or more"),
    "expires_in_ms": (False, re.compile(_MILLISECONDS), "must be an integer of 1 to 15 digits, 1 or more"),
    "attempts": (False, re.compile("[1-9][0-9]{0,3}"), "must be an integer from 1 to 9999"),
    "version": (False, re.compile("[1-9][0-9]{0,3}"), "must be an integer from 1 to 9999"),
    "payload": (True, re.compile(".+", re.DOTALL), "must be JSON"),
}
_TEXTS: Final = ("id", "name", "queue")
_ZERO: Final = ord("0")


def new_id() -> str:
    """Return a fresh job id, 128 random bits as 32 hexadecimal digits."""
    return os.urandom(16).hex()


def write(envelope: Envelope) -> bytes:
    """Return the bytes that the store keeps, without ``enqueued_at_ms``, which the store puts in by its own clock.

    The payload must be JSON text already. Raises InvalidOption for a field that could not be read back.
    """
    expires = "" if envelope.expires_in_ms is None else f',"expires_in_ms":{envelope.expires_in_ms}'
    attempts = "" if envelope.attempts is None else f',"attempts":{envelope.attempts}'
    version = "" if envelope.version == FIRST_VERSION else f',"version":{envelope.version}'
    how = f"{envelope.priority}{expires}{attempts}{version}"
    data = _joined(envelope.id, envelope.name, envelope.queue, how, envelope.payload)
    if _WRITTEN.fullmatch(data) is None:
        _refuse_field(envelope)
    return data


def write_new(definition: Definition, payload: bytes) -> bytes:
    """Return the bytes of a job under a fresh id that is in all things as its definition says.

    The payload must be JSON text already. A definition has only what can be read back, so nothing is left to check.
    """
    priority, version = definition.priority, definition.version
    how = f"{priority}" if version == FIRST_VERSION else f'{priority},"version":{version}'
    return _joined(new_id(), definition.name, definition.queue, how, payload)


def read(data: bytes) -> Envelope:
    """Return the envelope in stored bytes; raises UnreadableEnvelope, which says what is wrong.

    The payload is handed on as it stands; whether it is JSON shows when it is decoded.
    """
    match = _WRITTEN.fullmatch(data)
    if match is None:
        raise UnreadableEnvelope(f"The stored job cannot be read: {_reason(data)}.")
    job_id, name, queue, priority, enqueued, expires, attempts, version, payload = match.groups()
    return Envelope(
        id=job_id.decode(),
        name=name.decode(),
        queue=queue.decode(),
        priority=priority[0] - _ZERO,
        payload=payload,
        enqueued_at_ms=0 if enqueued is None else int(enqueued),
        expires_in_ms=None if expires is None else int(expires),
        attempts=None if attempts is None else int(attempts),
        version=FIRST_VERSION if version is None else int(version),
    )


def _joined(job_id: str, name: str, queue: str, how: str, payload: bytes) -> bytes:
    head = f'{{"v":{VERSION},"id":"{job_id}","name":"{name}","queue":"{queue}","priority":{how},"payload":'
    return b"%b%b}" % (head.encode("utf-8", "replace"), payload)


def _refuse_field(envelope: Envelope) -> None:
    for name, (required, pattern, rule) in _FIELDS.items():
        value = getattr(envelope, name, VERSION)
        text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
        if name != "enqueued_at_ms" and (required or value is not None) and not pattern.fullmatch(text):
            raise InvalidOption(name, rule)
    raise InvalidOption("envelope", "its fields make no readable job")


def _reason(data: bytes) -> str:
    try:
        fields = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        return f"it is not JSON ({error})"
    if not isinstance(fields, dict):
        return "it is JSON, but not an object"
    version = fields.get("v")
    if isinstance(version, int) and version > VERSION:
        return f"it has version {version}, and this program reads version {VERSION}; upgrade this program"
    return _wrong_field(fields)


def _wrong_field(fields: dict[str, Any]) -> str:
    for name, (required, pattern, rule) in _FIELDS.items():
        if name not in fields:
            if required:
                return f"the field {name!r} is missing"
        elif name != "payload" and not (_has_type(name, fields[name]) and pattern.fullmatch(str(fields[name]))):
            return f"the field {name!r} {rule}"
    if unknown := [name for name in fields if name not in _FIELDS]:
        return f"the field {unknown[0][:64]!r} is unknown"
    order = ", ".join(_FIELDS)
    return f"its fields are not in the order {order}, each once, without spaces between them"


def _has_type(name: str, value: object) -> bool:
    return type(value) is (str if name in _TEXTS else int)
