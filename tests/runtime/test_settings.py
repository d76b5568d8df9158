"""Settings from the environment, and the lines that a wrong one gets."""

import subprocess
import sys

import attrs
import pytest

from consumer.settings import ConsumerSettings
from jobdefs.errors import SettingsError
from jobdefs.runtime.settings import StoreSettings, describe, load
from service.settings import ServiceSettings

EVERY = pytest.mark.parametrize("cls", [StoreSettings, ServiceSettings, ConsumerSettings])


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for cls in (ServiceSettings, ConsumerSettings):
        for variable in describe(cls):
            monkeypatch.delenv(variable.name, raising=False)


@EVERY
def test_nothing_set_gives_the_defaults(cls: type[StoreSettings], monkeypatch: pytest.MonkeyPatch) -> None:
    """Unset and empty variables alike leave the defaults, which ``describe`` shows."""
    assert load(cls) == cls()
    for variable in describe(cls):
        monkeypatch.setenv(variable.name, " ")
    assert load(cls) == cls()
    for variable in describe(cls):
        monkeypatch.setenv(variable.name, variable.default)
    assert load(cls) == cls()


def test_every_kind_of_value_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Text, whole numbers, seconds, switches, choices and lists of queues."""
    given = {
        "REDIS_URL": "redis://h",
        "JOBS_PORT": "0",
        "JOBS_ACCESS_LOG": "Yes",
        "JOBS_LOG_FORMAT": "JSON",
        "JOBS_LOG_LEVEL": "debug",
    }
    for name, value in (given | {"JOBS_LEASE": "2.5", "JOBS_QUEUES": "mail, default,"}).items():
        monkeypatch.setenv(name, value)
    service, consumer = load(ServiceSettings), load(ConsumerSettings)
    assert (service.redis_url, service.port, service.access_log, service.log_format, service.log_level) == (
        "redis://h",
        0,
        True,
        "json",
        "DEBUG",
    )
    assert (consumer.lease, consumer.queues) == (2.5, "mail,default")


@pytest.mark.parametrize(
    ("cls", "name", "value", "line"),
    [
        (ServiceSettings, "JOBS_PORT", "abc", "JOBS_PORT: 'abc' is not a whole number"),
        (ServiceSettings, "JOBS_PORT", "80.5", "JOBS_PORT: '80.5' is not a whole number"),
        (ServiceSettings, "JOBS_PORT", "70000", "JOBS_PORT: '70000' is not between 0 and 65535"),
        (ServiceSettings, "JOBS_ACCESS_LOG", "perhaps", "JOBS_ACCESS_LOG: 'perhaps' is neither yes nor no"),
        (
            ServiceSettings,
            "JOBS_TOKEN",
            "hunter2\x1b[0m",
            "JOBS_TOKEN: its value has a character that cannot be printed",
        ),
        (
            ServiceSettings,
            "REDIS_URL",
            "redis://:hunter2\n@h",
            "REDIS_URL: its value has a character that cannot be printed",
        ),
        (ServiceSettings, "JOBS_LOG_FORMAT", "xml", "JOBS_LOG_FORMAT: 'xml' is none of text, json"),
        (
            ServiceSettings,
            "JOBS_NAMESPACE",
            "A b",
            "JOBS_NAMESPACE: 'A b' is no name: a-z 0-9 first, then also _ . -, at most 64 characters",
        ),
        (ConsumerSettings, "JOBS_LEASE", "soon", "JOBS_LEASE: 'soon' is not a number of seconds"),
        (ConsumerSettings, "JOBS_LEASE", "nan", "JOBS_LEASE: 'nan' is not between 1 and 3600 seconds"),
        (
            ConsumerSettings,
            "JOBS_QUEUES",
            "a,B",
            "JOBS_QUEUES: 'a,B' names a queue 'B': a-z 0-9 come first, then also _ . -, at most 64 characters",
        ),
    ],
)
def test_a_wrong_value_gets_its_line(
    cls: type[StoreSettings], name: str, value: str, line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The line names the variable, the value unless it is secret, and what is wrong with it."""
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as caught:
        load(cls)
    assert str(caught.value) == line


def test_every_wrong_variable_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two wrong variables give two lines."""
    monkeypatch.setenv("JOBS_PORT", "x")
    monkeypatch.setenv("JOBS_LOG_FORMAT", "y")
    with pytest.raises(SettingsError) as caught:
        load(ServiceSettings)
    assert [line.partition(":")[0] for line in str(caught.value).splitlines()] == ["JOBS_LOG_FORMAT", "JOBS_PORT"]


def test_secrets_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings that are printed hold neither the token nor the server's password."""
    monkeypatch.setenv("JOBS_TOKEN", "hunter2")
    monkeypatch.setenv("REDIS_URL", "redis://:hunter2@h")
    settings = load(ServiceSettings)
    assert settings.token == "hunter2"
    assert "hunter2" not in f"{settings} {settings!r}"


@EVERY
def test_every_variable_is_described(cls: type[StoreSettings]) -> None:
    """Each field has a variable and a sentence for documentation; secrets are marked."""
    described = list(describe(cls))
    assert [v.name for v in described] == [
        "REDIS_URL" if f.name == "redis_url" else f"JOBS_{f.name.upper()}" for f in attrs.fields(cls)
    ]
    assert all(variable.help and "\n" not in variable.help for variable in described)
    assert {v.name for v in described if v.secret} <= {"REDIS_URL", "JOBS_TOKEN"}


def test_values_made_in_python_are_checked_too() -> None:
    """A program that builds its settings itself gets the same checks."""
    with pytest.raises(ValueError, match="is not between 0 and 65535"):
        ServiceSettings(port=70000)


def test_settings_load_neither_redis_nor_cattrs() -> None:
    """Reading settings stays light."""
    probe = "import sys, jobdefs.runtime.settings; print({'redis', 'cattrs', 'huey', 'aiohttp'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True).stdout == "set()\n"
