"""What both drivers say to a server in the same way, and how they read its replies."""

from collections.abc import Mapping
from typing import Any, Final

from redis.exceptions import NoPermissionError, ResponseError

from jobdefs.storage.call import Argument, Call

MAX_CONNECTIONS: Final = 32
# Of those that wait for a confirmation most only wait.
MAX_CONFIRMING: Final = 128
# RESP 2 needs no handshake, so that a server too old for HELLO can still say its version. Nor does CLIENT SETINFO run.
OPTIONS: Final[dict[str, Any]] = {"protocol": 2, "driver_info": None, "decode_responses": False, "retry_on_error": []}


def arguments(call: Call[Any]) -> tuple[Argument, ...]:
    """Return what follows the script or its digest in EVAL and EVALSHA."""
    # An id that is not UTF-8 goes back as it came.
    encoded = [
        argument.encode("utf-8", "surrogateescape") if isinstance(argument, str) else argument for argument in call.args
    ]
    return (len(call.keys), *call.keys, *encoded)


def at_least(timeout_s: float) -> float:
    """Return a timeout for BZPOPMIN, to which 0 would mean for ever."""
    return max(timeout_s, 0.001)


def popped(found: Any) -> tuple[str, float] | None:
    """Read the reply to BZPOPMIN: the key and the score, without the member."""
    return None if found is None else (found[0].decode(), float(found[2]))


def parameters(found: Mapping[str | bytes, Any]) -> dict[str, str]:
    """Read the reply to CONFIG GET."""
    return {_text(name): _text(value) for name, value in found.items()}


def untold(error: ResponseError) -> dict[str, str]:
    """Return no parameters where the server does not tell them: hosted ones forbid CONFIG, or take the command away.

    Servers before version 7 tell one at a time only.
    """
    if isinstance(error, NoPermissionError) or "unknown command" in str(error) or "wrong number" in str(error):
        return {}
    raise error


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
