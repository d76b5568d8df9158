"""Finds the modules that a user names in a setting or in an entry point."""

import importlib
import pkgutil
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from jobdefs.errors import DefinitionError, HandlerError, JobsError


def named_modules(setting: str) -> tuple[str, ...]:
    """Split a setting such as ``"shop.jobs, mail.jobs"`` into module names."""
    return tuple(name.strip() for name in setting.split(",") if name.strip())


def entry_point_modules(group: str) -> tuple[str, ...]:
    """Return the modules that installed distributions announce under the group."""
    from importlib.metadata import entry_points

    return tuple(sorted({point.module for point in entry_points(group=group)}))


def load(names: tuple[str, ...], failure: type[JobsError]) -> Iterator[ModuleType]:
    """Import each module, and everything below it where it is a package.

    The working directory is importable, as with ``python -m``. What cannot be imported raises ``failure`` with
    the module, the error and its place, in one line.
    """
    if (here := str(Path.cwd())) not in sys.path:
        sys.path.insert(0, here)
    for name in names:
        module = _import(name, failure)
        yield module
        for found in pkgutil.walk_packages(getattr(module, "__path__", ()), f"{name}.", onerror=_ignore):
            if not found.name.endswith(".__main__"):
                yield _import(found.name, failure)


def _import(name: str, failure: type[JobsError]) -> ModuleType:
    try:
        return importlib.import_module(name)
    except (DefinitionError, HandlerError) as error:
        raise type(error)(f"{error}{_line(error)}") from error
    except JobsError:
        raise
    except (Exception, SystemExit) as error:
        # A script that ends itself would end the program as it likes, even as done.
        message = f"module {name!r} cannot be imported: {type(error).__name__}: {error}{_place(error)}"
        raise failure(message) from error


def _place(error: BaseException) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None or "importlib" in trace.tb_frame.f_code.co_filename:
        return ""
    return f" ({trace.tb_frame.f_code.co_filename}, line {trace.tb_lineno})"


def _line(error: BaseException) -> str:
    """Return the place of the line in a module from which the error comes: what stands below it is ours."""
    found, trace = "", error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_name == "<module>":
            found = f" ({trace.tb_frame.f_code.co_filename}, line {trace.tb_lineno})"
        trace = trace.tb_next
    return found


def _ignore(name: str) -> None:
    """Let the walk go on: the import that follows reports what is wrong with ``name``."""
