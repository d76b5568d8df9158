"""The quarantine's process: ``python -m consumer.quarantine DESCRIPTOR PARENT``, as child.py starts it."""

import importlib
import sys
from typing import Any

from loguru import logger

from consumer.binding import load_bindings
from consumer.huey_bridge import tenancy
from consumer.huey_bridge.app import JobsHuey
from consumer.log_setup import LogSetup
from consumer.plan import plans_of
from consumer.quarantine import guard
from consumer.quarantine.line import Line
from consumer.quarantine.lines import Word
from consumer.quarantine.resident import Resident
from consumer.settings import ConsumerSettings
from jobdefs.errors import JobsError
from jobdefs.runtime.exits import Exit, exit_of
from jobdefs.runtime.settings import load


def main(descriptor: int, parent: int) -> Exit:
    """Run suspects until the parent has no more to say."""
    guard.set_up(parent)
    line = Line(descriptor, parent)
    said = line.said()
    _, [setup] = next(said)
    try:
        app, resident = _move_in(setup, line)
    except JobsError as error:
        logger.error("the quarantine's process cannot start: {}", error)
        return exit_of(error)
    except Exception:  # noqa: BLE001 - a module with handlers may raise anything
        logger.exception("the quarantine's process cannot start")
        return Exit.FAILED
    with tenancy.of(app):
        for word, content in said:
            if word is Word.RUN:
                resident.run(*content)
            else:
                resident.announce()
    return Exit.OK


def _move_in(setup: dict[str, Any], line: Line) -> tuple[JobsHuey, Resident]:
    """Build what a consumer builds, out of the same environment."""
    sys.path[:] = setup["path"]
    LogSetup(**setup["log"]).apply()
    from consumer import app

    plans = plans_of(app, load_bindings(app.catalog, load(ConsumerSettings).handlers))
    for module in setup["modules"]:
        importlib.import_module(module)
    return app, Resident(app, plans, line)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2])))
