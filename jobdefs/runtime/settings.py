"""Settings: attrs classes whose fields are environment variables."""

import os
from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple, TypeVar, cast

import attrs
import typed_settings as ts
from typed_settings.converters import TSConverter
from typed_settings.types import LoadedSettings, LoaderMeta, OptionInfo, OptionList, SettingsClass

from jobdefs.errors import SettingsError
from jobdefs.policy import DEFAULT_NAMESPACE
from jobdefs.runtime.readings import choice, named, text

C = TypeVar("C")
T = TypeVar("T")
_OWN_NAMES: Final = {"redis_url": "REDIS_URL"}


def setting(default: T, read: Callable[[object], T], explanation: str) -> T:
    """Declare a field of a settings class; ``read`` makes its value of the variable's text or raises ValueError."""
    return ts.option(default=default, converter=read, help=explanation)


def secret(default: T, read: Callable[[object], T], explanation: str) -> T:
    """Declare a field whose value is never shown."""
    return ts.secret(default=default, converter=read, help=explanation)


@attrs.frozen(kw_only=True)
class StoreSettings:
    """What every program needs to find the jobs and to log."""

    redis_url: str = secret(
        "",
        text,
        "The server: redis://[user:password@]host[:port][/db], rediss://... or unix:///path; "
        "empty: the private server while it runs, else 127.0.0.1:6379",
    )
    namespace: str = setting(DEFAULT_NAMESPACE, named(), "The installation's name; it begins every key on the server")
    modules: str = setting("", text, "Modules with definitions, separated by commas")
    state_dir: str = setting(
        "",
        text,
        "Where the private server keeps its data; "
        "empty: $XDG_STATE_HOME/aiohttp-huey, else ~/.local/state/aiohttp-huey",
    )
    log_level: str = setting(
        "INFO",
        choice("TRACE", "DEBUG", "INFO", "SUCCESS", "WARNING", "ERROR", "CRITICAL"),
        "The least level that is logged",
    )
    log_format: str = setting("text", choice("text", "json"), "How a line of the log is written: text or json")


class Variable(NamedTuple):
    """An environment variable, as documentation shows it. ``default`` is its text."""

    name: str
    default: str
    help: str
    secret: bool


def load(cls: type[C]) -> C:
    """Return the settings that the environment gives; a variable that is unset or empty gives the default.

    Raises SettingsError with one line for each variable that is wrong.
    """
    try:
        return ts.load_settings(cls, [_environment], converter=TSConverter())
    except ts.exceptions.InvalidSettingsError:
        raise SettingsError("\n".join(_faults(cls))) from None


def describe(cls: type[Any]) -> Iterator[Variable]:
    """Yield the variables of a settings class in the order of its fields."""
    for option in _options(cls):
        yield Variable(variable(option.name), _written(option.default), option.metadata["help"], option.is_secret)


def variable(field: str) -> str:
    """Return the environment variable of a field."""
    return _OWN_NAMES.get(field, f"JOBS_{field.upper()}")


def _options(cls: type[Any]) -> OptionList:
    return ts.cls_utils.deep_options(cls)


def _environment(settings_cls: SettingsClass, options: OptionList) -> LoadedSettings:
    del settings_cls
    given = {option.name: os.environ.get(variable(option.name), "") for option in options}
    return LoadedSettings({name: value for name, value in given.items() if value.strip()}, LoaderMeta("environment"))


def _faults(cls: type[Any]) -> Iterator[str]:
    given = _environment(cls, _options(cls)).settings
    for option in _options(cls):
        if option.name in given and (reason := _fault(option, given[option.name])):
            yield f"{variable(option.name)}: {'its value' if option.is_secret else repr(given[option.name])} {reason}"


def _fault(option: OptionInfo, value: object) -> str:
    try:
        cast("Callable[[object], object]", option.converter)(value)
    except ValueError as error:
        return str(error)
    return ""


def _written(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)
