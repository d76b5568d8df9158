import pytest

from jobdefs import errors
from jobdefs.runtime.exits import Exit, exit_of, tell


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (errors.SettingsError("x"), Exit.SETTINGS),
        (errors.DefinitionError("x"), Exit.SETTINGS),
        (errors.HandlerError("x"), Exit.SETTINGS),
        (errors.LockError("x", "y"), Exit.SETTINGS),
        (errors.StoreUnavailable("x"), Exit.UNAVAILABLE),
        (errors.StoreFull("x"), Exit.UNAVAILABLE),
        (errors.StoreUnsuitable("x"), Exit.UNSUITABLE),
        (errors.UnknownJob("x"), Exit.NOT_FOUND),
        (errors.JobNotFound("x"), Exit.NOT_FOUND),
        (errors.InvalidBody("x"), Exit.REFUSED),
        (errors.InvalidPayload("x", ()), Exit.REFUSED),
        (errors.InvalidOption("x", "y"), Exit.REFUSED),
        (errors.TooLarge("x", 2, 1), Exit.REFUSED),
        (errors.WrongState("x", "cancel", "dead", ("ready",)), Exit.REFUSED),
        (errors.UnreadableEnvelope("x"), Exit.FAILED),
        (RuntimeError("x"), Exit.FAILED),
        (KeyboardInterrupt(), Exit.INTERRUPTED),
        (BrokenPipeError(), Exit.BROKEN_PIPE),
    ],
)
def test_every_error_has_one_exit_code(error: BaseException, expected: Exit) -> None:
    """A script can tell from the exit code what kind of thing went wrong."""
    assert exit_of(error) == expected


def test_each_line_of_an_error_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """A program tells an error of several lines with its name before each, and ends with the error's exit code."""
    assert tell("jobs", errors.SettingsError("JOBS_PORT: bad\nJOBS_HOST: bad")) == Exit.SETTINGS
    assert capsys.readouterr().err == "jobs: JOBS_PORT: bad\njobs: JOBS_HOST: bad\n"
