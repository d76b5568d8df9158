"""The drivers: which addresses they take, and how these are shown."""

from typing import Any

import pytest

from jobdefs.errors import SettingsError, StoreUnavailable
from jobdefs.storage.address import shown
from jobdefs.storage.drivers import AsyncStore, Store
from tests.support.drivers import listening, sent


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("", "begins with none of redis://"),
        ("hunter2", "begins with none of redis://"),
        ("http://:hunter2@localhost", "begins with none of redis://"),
        ("redis:hunter2", "begins with none of redis://"),
        ("redis://", "names no host"),
        ("redis://:hunter2@", "names no host"),
        ("redis://:hunter2@..:6379", "names no host"),
        ("redis://localhost/0#hunter2", "has a #"),
        ("redis://localhost:hunter2", "host and port cannot be read"),
        ("redis://:hun/ter2@localhost", "host and port cannot be read"),
        ("redis://:hunter2#x@localhost", "names no host|host and port|has a #"),
        ("redis://[::1", "host and port cannot be read"),
        ("redis://localhost:70000", "host and port cannot be read"),
        ("redis://localhost/hunter2", "the database after the host is not a whole number"),
        ("redis://localhost?socket_timeout=99", "redis:// takes none"),
        ("rediss://localhost?ssl_keyfle=hunter2", "understands only ssl_ca_certs"),
        ("unix://", "names no socket"),
        ("unix://run/redis.sock", "begins with a third slash"),
        ("unix:///run/redis.sock?db=hunter2", "an option after the . is unknown or wrong"),
    ],
)
@pytest.mark.parametrize("kind", [Store, AsyncStore])
def test_a_malformed_address_is_refused_in_one_line(kind: type[Any], url: str, reason: str) -> None:
    """Whatever is wrong with REDIS_URL, one line says what, what was expected, and not what was given."""
    with pytest.raises(SettingsError, match=reason) as caught:
        kind(url)
    message = str(caught.value)
    assert message.startswith("REDIS_URL: ")
    assert "expected redis://[user:password@]host[:port][/db], rediss://..., or unix:///path" in message
    assert "hunter2" not in message
    assert "\n" not in message
    assert shown(url) == "(malformed address)"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("redis://host", "redis://host:6379/0"),
        ("redis://user:hunter2@host:1/2", "redis://user:***@host:1/2"),
        ("rediss://:hun%2Fter2@[::1]?ssl_cert_reqs=none", "rediss://:***@[::1]:6379/0"),
        ("unix:///run/redis.sock?password=hunter2&db=3", "unix://:***@/run/redis.sock?db=3"),
    ],
)
def test_an_address_is_shown_without_its_password(url: str, expected: str) -> None:
    """What is printed of an address never holds the password."""
    assert shown(url) == expected
    assert Store(url).shown == expected


def test_a_store_does_not_connect_before_it_is_used() -> None:
    """Making a store of either kind opens no connection."""
    with listening(lambda _: b"") as (url, heard):
        Store(url).close()
        AsyncStore(url)
        assert heard == []


def test_tls_is_spoken_where_the_address_says_so() -> None:
    """rediss:// begins with a TLS greeting."""
    with listening(lambda _: b"") as (url, heard):
        with pytest.raises(StoreUnavailable, match="cannot be reached"):
            sent(url.replace("redis://", "rediss://"))
        assert heard[0].startswith(b"\x16\x03")
