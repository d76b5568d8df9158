"""One table: what a server or the way to it can answer instead of a reply, and what is raised for it."""

import os
import socket
import ssl
from typing import Final

import attrs
from redis import exceptions

from jobdefs.errors import StoreCorrupt, StoreError, StoreFull, StoreUnavailable, StoreUnsuitable

_LOG_IN: Final = "put the right user and password into REDIS_URL (redis://user:password@host)"
_CLUSTER: Final = (
    "is a node of a Redis Cluster and does not hold these keys; set REDIS_URL to a server outside a cluster"
)

_NOBODY_THERE: Final = (ConnectionRefusedError, FileNotFoundError)

# The beginning of an error reply; each text completes "The server at ADDRESS …".
_REPLIES: Final[tuple[tuple[str, type[StoreError], str], ...]] = (
    ("NOAUTH", StoreUnsuitable, f"wants a password; {_LOG_IN}"),
    ("WRONGPASS", StoreUnsuitable, f"refuses the user or the password; {_LOG_IN}"),
    (
        "NOPERM",
        StoreUnsuitable,
        "does not permit its user what is needed; give this user the rights on scripts, keys and INFO",
    ),
    ("OOM", StoreFull, "is out of memory and took nothing; raise its maxmemory or remove data, then send this again"),
    ("LOADING", StoreUnavailable, "is still loading its data; try again shortly"),
    ("MASTERDOWN", StoreUnavailable, "is a replica that lost its primary; set REDIS_URL to the primary"),
    ("READONLY", StoreUnavailable, "is a read-only replica; set REDIS_URL to the primary"),
    ("MISCONF", StoreUnavailable, "cannot write to its disk and takes nothing; its own log says why"),
    ("NOREPLICAS", StoreUnavailable, "misses the replicas that it is told to have; bring them back"),
    ("BUSY", StoreUnavailable, "is busy with a script; try again shortly"),
    ("CLUSTERDOWN", StoreUnavailable, "says that its cluster is down; try again shortly"),
    ("MOVED", StoreUnsuitable, _CLUSTER),
    ("CROSSSLOT", StoreUnsuitable, _CLUSTER),
    # What one that wants a password says to a request of more than a few words.
    ("ERR Protocol error: unauthenticated", StoreUnsuitable, f"wants a password; {_LOG_IN}"),
    (
        "WRONGTYPE",
        StoreCorrupt,
        "holds something strange under a key of the jobs; find out who else writes there, or change JOBS_NAMESPACE",
    ),
    ("ERR DB index", StoreUnsuitable, "has no database of this number; correct the number at the end of REDIS_URL"),
)


@attrs.frozen
class translated:  # noqa: N801 - reads as a function, as contextlib's do
    """A block that raises a StoreError for whatever redis or the socket raises; ``patience_s`` is how long it may wait.

    A class, since a generator would cost every request a tenth of its time.
    """

    address: str
    patience_s: float

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        """Translate what was raised."""
        if isinstance(error, exceptions.RedisError | OSError):
            raise self._failure(error) from error

    def _failure(self, error: Exception) -> StoreError:
        root = _root(error)
        kind, text = _told(root) or _silence(root, self.patience_s)
        failure = kind(f"The server at {self.address} {text}.")
        if isinstance(failure, StoreUnavailable):
            failure.answered = _told(root) is not None
            failure.unsent = isinstance(root.__cause__ or root.__context__, _NOBODY_THERE)
        return failure


def refusal(error: Exception) -> str:
    """Return what an error reply means, as words that follow "The server at ADDRESS"."""
    _, text = _told(error) or _silence(error, 0)
    return text


def _told(error: Exception) -> tuple[type[StoreError], str] | None:
    reply = f"{getattr(error, 'status_code', None) or ''} {error}".strip()
    return next(((kind, text) for beginning, kind, text in _REPLIES if reply.startswith(beginning)), None)


def _silence(error: Exception, patience_s: float) -> tuple[type[StoreError], str]:
    match error:
        case exceptions.AuthenticationError():
            return StoreUnsuitable, f"refuses the user or the password ({_reason(error)}); {_LOG_IN}"
        case exceptions.InvalidResponse():
            return (
                StoreUnsuitable,
                "answers, but it is not Redis; set REDIS_URL to a Redis or Valkey server (rediss:// if it wants TLS)",
            )
        case exceptions.TimeoutError() | TimeoutError():
            return (
                StoreUnavailable,
                f"gave no answer within {patience_s:g} s; check that it runs and is not overloaded, then try again",
            )
        case exceptions.ConnectionError() | OSError():
            return (
                StoreUnavailable,
                f"cannot be reached ({_reason(error)}); start it, or set REDIS_URL to the right address",
            )
        case _ if "user_script" in str(error):
            return StoreError, "could not run a script to its end; this is a fault of ours, and the log says more"
        case _:
            return StoreError, f"refuses the request ({_reason(error)})"


def _root(error: Exception) -> Exception:
    # redis.asyncio wraps whatever the server says while a unix socket is being connected.
    return error.__cause__ if isinstance(error.__cause__, exceptions.RedisError) else error


def _reason(error: Exception) -> str:
    below = error.__cause__ or error.__context__
    if isinstance(below, ssl.SSLError | socket.gaierror):
        text = str(below.strerror)
    elif isinstance(below, OSError) and below.errno:
        text = os.strerror(below.errno)
    else:
        text = str(error)
    return " ".join(text.split()).rstrip(".")
