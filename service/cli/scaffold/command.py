"""The command `aiohttp-huey new`."""

import os
from argparse import Namespace
from collections.abc import Iterator, Mapping
from pathlib import Path

from jobdefs.definition import QUEUE_PATTERN
from jobdefs.discovery import named_modules
from jobdefs.errors import InvalidOption
from service.cli.scaffold import blocks
from service.cli.scaffold.names import Names, names_of
from service.cli.scaffold.source import Source
from service.cli.scaffold.target import Target, find_target
from service.cli.wording import invocation


def new(options: Namespace) -> int:
    """Write the files, and print them and what to do next; raises InvalidOption, and has written nothing then."""
    here = Path()
    names = names_of(options.name)
    target = find_target(options.package, here)
    modules, jobs_file = target.module("jobs", names.handler)
    handlers, handlers_file = target.module("handlers", names.handler)
    written = {
        jobs_file: _definition(jobs_file, names, options.queue, target.package),
        handlers_file: _handler(handlers_file, names, modules, target.package),
        (test_file := _test_file(here / options.tests, names)): _test(test_file, names, modules, handlers),
    }
    _write({**_packages(target), **written})
    print("\n".join(["wrote", *(f"  {path}" for path in written), "", "next"]))
    print("\n".join(f"  {line}" for line in _next(names, target, modules, handlers, [*written][-1])))
    return 0


def _definition(path: Path, names: Names, queue: str | None, package: str) -> str:
    if queue is not None and not QUEUE_PATTERN.fullmatch(queue):
        raise InvalidOption("--queue", "must be lower case: a-z 0-9 first, then also _ . -, at most 64")
    source = Source(path, f"Jobs of {package}.")
    source.refuse(names.payload)
    if source.mentions(names.job):
        raise InvalidOption("NAME", f"{path} speaks of {names.job!r} already; choose another name")
    source.add_import("attrs")
    source.add_import("jobdefs", "define")
    source.append(blocks.definition(names, queue))
    return source.text


def _handler(path: Path, names: Names, modules: str, package: str) -> str:
    source = Source(path, f"Handlers of {package}'s jobs.")
    source.refuse(names.handler)
    source.add_import("consumer", "handles")
    source.add_import(modules, names.payload)
    source.append(blocks.handler(names))
    return source.text


def _test(path: Path, names: Names, modules: str, handlers: str) -> str:
    source = Source(path, f"{names.job}, from its payload to its end.")
    source.add_import("pytest")
    source.add_import("consumer.testing", "SyncJobs")
    source.add_import("jobdefs", "State")
    source.add_import(modules, names.payload)
    source.append(blocks.test(names, modules, handlers), empty_lines=1)
    return source.text


def _test_file(tests: Path, names: Names) -> Path:
    path = tests / f"test_{names.handler}.py"
    if path.exists():
        raise InvalidOption("NAME", f"{path} is there already; choose another name or --tests")
    return path


def _packages(target: Target) -> dict[Path, str]:
    """Return the files that make packages of those folders that are not there yet."""
    folders = [folder for folder in (target.folder, *target.folder.parents) if target.root in folder.parents]
    return {folder / "__init__.py": f'"""The package {folder.name}."""\n' for folder in folders if not folder.exists()}


def _write(texts: Mapping[Path, str]) -> None:
    try:
        for path in texts:
            path.parent.mkdir(parents=True, exist_ok=True)
        for path, text in texts.items():
            path.write_text(text)
    except OSError as error:
        raise InvalidOption("NAME", f"{path} cannot be written: {error.strerror}") from error


def _next(names: Names, target: Target, modules: str, handlers: str, test: Path) -> Iterator[str]:
    settings = [_setting("JOBS_MODULES", modules), _setting("JOBS_HANDLERS", handlers)]
    if target.root != Path():
        settings.append(f"PYTHONPATH={target.root}")
    if any(settings):
        yield f"export {' '.join(filter(None, settings))}"
    yield f"python -m pytest {test}"
    yield f"{invocation()} up"
    yield f"{invocation()} enqueue {names.job} '{blocks.SAMPLE}' --wait 10    # in a second terminal"


def _setting(variable: str, module: str) -> str:
    """Return what is to be exported so that the variable names the module, nothing where it does."""
    named = named_modules(os.environ.get(variable, ""))
    if any(module == each or module.startswith(f"{each}.") for each in named):
        return ""
    return f"{variable}={','.join([*named, module])}"
