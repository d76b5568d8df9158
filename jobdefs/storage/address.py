"""The address of a server: REDIS_URL taken apart, and shown without its password."""

from collections.abc import Callable
from typing import Any, Final
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

import attrs

from jobdefs.errors import SettingsError

DEFAULT_PORT: Final = 6379
_EXPECTED: Final = "expected redis://[user:password@]host[:port][/db], rediss://..., or unix:///path"
_ENCODE: Final = "in a password, write : / ? # @ and % percent-encoded"

_OPTIONS: Final[dict[str, dict[str, Callable[[str], Any]]]] = {
    "redis": {},
    "rediss": {
        "ssl_ca_certs": str,
        "ssl_ca_path": str,
        "ssl_certfile": str,
        "ssl_keyfile": str,
        "ssl_cert_reqs": str,
        "ssl_check_hostname": lambda value: value.lower() not in ("no", "false", "0"),
    },
    "unix": {"db": int, "password": str},
}


@attrs.frozen
class Address:
    """A server's address. ``options`` are a connection's arguments, the password too; ``shown`` may be printed."""

    scheme: str
    shown: str
    options: dict[str, Any] = attrs.field(repr=False)


def parse(url: str) -> Address:
    """Take a URL apart; raises SettingsError in one line that says what is wrong and never repeats the URL."""
    try:
        parts = urlsplit(url.strip())
        host_and_port = (parts.hostname, parts.port)
    except ValueError:
        raise _malformed(f"host and port cannot be read ({_ENCODE})") from None
    if parts.scheme not in _OPTIONS or "://" not in url:
        raise _malformed("it begins with none of redis://, rediss:// and unix://")
    if parts.fragment:
        raise _malformed(f"it has a # ({_ENCODE})")
    place = _socket(parts) if parts.scheme == "unix" else _host(*host_and_port, path=parts.path)
    options = place | _credentials(parts) | _query(parts)
    return Address(parts.scheme, _shown(parts.scheme, options), options)


def shown(url: str) -> str:
    """Return a URL as it may be printed: with ``***`` for the password, or a placeholder for what is no such URL."""
    try:
        return parse(url).shown
    except SettingsError:
        return "(malformed address)"


def _host(host: str | None, port: int | None, path: str) -> dict[str, Any]:
    try:
        unquote(host or "").encode("idna")
    except UnicodeError:
        host = None
    if not host:
        raise _malformed(f"it names no host ({_ENCODE})")
    database = path.strip("/") or "0"
    if not (database.isascii() and database.isdigit()):
        raise _malformed(f"the database after the host is not a whole number ({_ENCODE})")
    return {"host": unquote(host), "port": port or DEFAULT_PORT, "db": int(database)}


def _socket(parts: SplitResult) -> dict[str, Any]:
    if parts.hostname:
        raise _malformed("the path of a unix socket begins with a third slash")
    if not parts.path.strip("/"):
        raise _malformed("it names no socket")
    return {"path": unquote(parts.path), "db": 0}


def _credentials(parts: SplitResult) -> dict[str, Any]:
    named = {"username": parts.username, "password": parts.password}
    return {name: unquote(value) for name, value in named.items() if value}


def _query(parts: SplitResult) -> dict[str, Any]:
    readers = _OPTIONS[parts.scheme]
    try:
        return {name: readers[name](values[-1]) for name, values in parse_qs(parts.query).items()}
    except (KeyError, ValueError):
        known = f"it understands only {', '.join(readers)}" if readers else f"{parts.scheme}:// takes none"
        raise _malformed(f"an option after the ? is unknown or wrong; {known} ({_ENCODE})") from None


def _shown(scheme: str, options: dict[str, Any]) -> str:
    password = ":***" if "password" in options else ""
    user = f"{options.get('username', '')}{password}"
    at = f"{user}@" if user else ""
    if scheme == "unix":
        return f"unix://{at}{options['path']}" + (f"?db={options['db']}" if options["db"] else "")
    host = f"[{options['host']}]" if ":" in options["host"] else options["host"]
    return f"{scheme}://{at}{host}:{options['port']}/{options['db']}"


def _malformed(reason: str) -> SettingsError:
    return SettingsError(f"REDIS_URL: {reason}; {_EXPECTED}")
