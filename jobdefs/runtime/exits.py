"""How the programs end: one table of exit codes, for the service, the consumer and the command `jobs`."""

import sys
from enum import IntEnum
from typing import Final

from jobdefs import errors


class Exit(IntEnum):
    """An exit code. A program that a signal ended has 128 and the signal's number, as in a shell."""

    OK = 0
    FAILED = 1
    USAGE = 2
    SETTINGS = 3
    UNAVAILABLE = 4
    UNSUITABLE = 5
    NOT_FOUND = 6
    REFUSED = 7
    UNFINISHED = 8
    FINDINGS = 9
    RESTART = 70
    INTERRUPTED = 130
    BROKEN_PIPE = 141


MEANINGS: Final[dict[Exit, str]] = {
    Exit.OK: "done",
    Exit.FAILED: "the job did not succeed, or something unexpected happened",
    Exit.USAGE: "the command line is wrong",
    Exit.SETTINGS: "a setting, a definition, the set of handlers or the lock file is wrong",
    Exit.UNAVAILABLE: "the store gives no answer or is full: try again",
    Exit.UNSUITABLE: "the store cannot keep the promises",
    Exit.NOT_FOUND: "there is no such job, or no definition of this name",
    Exit.REFUSED: "not possible as asked: the payload, an option or the job's state",
    Exit.UNFINISHED: "the job had not ended within the time to wait",
    Exit.FINDINGS: "there are jobs that this build cannot run, or schemas that break some or are not locked",
    Exit.RESTART: "the consumer cannot go on in this process: start it anew",
}

# The first class that fits decides.
_CODES: Final[tuple[tuple[type[BaseException], Exit], ...]] = (
    (errors.DefinitionError, Exit.SETTINGS),
    (errors.HandlerError, Exit.SETTINGS),
    (errors.LockError, Exit.SETTINGS),
    (errors.SettingsError, Exit.SETTINGS),
    (errors.StoreUnsuitable, Exit.UNSUITABLE),
    (errors.StoreError, Exit.UNAVAILABLE),
    (errors.UnknownJob, Exit.NOT_FOUND),
    (errors.JobNotFound, Exit.NOT_FOUND),
    (errors.RequestError, Exit.REFUSED),
    (KeyboardInterrupt, Exit.INTERRUPTED),
    (BrokenPipeError, Exit.BROKEN_PIPE),
)


def exit_of(error: BaseException) -> Exit:
    """Return the exit code that tells what the error told."""
    return next((code for kind, code in _CODES if isinstance(error, kind)), Exit.FAILED)


def tell(program: str, error: errors.JobsError) -> Exit:
    """Write an error to standard error, each line behind the program's name; return the exit code that tells it too."""
    for line in str(error).splitlines():
        sys.stderr.write(f"{program}: {line}\n")
    return exit_of(error)
