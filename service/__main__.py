"""`python -m service`: the stand-alone service; environment variables configure it."""

import sys
from argparse import ArgumentParser
from typing import cast

from jobdefs.errors import JobsError
from jobdefs.runtime import logs
from jobdefs.runtime.exits import Exit, tell
from jobdefs.runtime.settings import load
from service.server import serve
from service.settings import ServiceSettings


def main() -> int:
    """Run the service and return its exit code; what is wrong with the settings or the store is told in one line."""
    ArgumentParser(prog="python -m service", description=__doc__).parse_args()
    try:
        settings = load(ServiceSettings)
        logs.configure(settings.log_level, cast("logs.Format", settings.log_format))
        logs.intercept("aiohttp", "asyncio")
        serve(settings)
    except JobsError as error:
        return tell("service", error)
    return Exit.OK


if __name__ == "__main__":
    sys.exit(main())
