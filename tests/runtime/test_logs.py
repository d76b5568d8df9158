"""One line per event, whoever logs it and whatever a payload holds."""

import io
import json
import logging
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from loguru import logger

from jobdefs.runtime import logs

SECRET = "hunter2"
JOB = {"job_id": "j1", "job_name": "TEST_JOB", "queue": "default", "attempt": 2}


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    """Leave no sink and no interception behind."""
    yield
    logger.remove()
    for name in ("trial", "trial.below", "trial.below.deep"):
        found = logging.getLogger(name)
        found.handlers.clear()
        found.propagate = True
        found.setLevel(logging.NOTSET)


def written(form: logs.Format = "text", level: str = "INFO") -> io.StringIO:
    sink = io.StringIO()
    logs.configure(level, form, sink)
    return sink


def objects(sink: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in sink.getvalue().splitlines()]


def test_text_shows_the_job_of_the_attempt() -> None:
    """A line has time, level, logger, job id, job name, queue, attempt and message; without a job it is shorter."""
    sink = written()
    with logger.contextualize(**JOB):
        logger.info("said {}", "hello")
    logger.warning("alone")
    first, second = sink.getvalue().splitlines()
    assert first.endswith(
        " INFO     tests.runtime.test_logs [job_id=j1 job_name=TEST_JOB queue=default attempt=2]: said hello"
    )
    assert second.endswith(" WARNING  tests.runtime.test_logs: alone")
    assert datetime.fromisoformat(" ".join(first.split()[:2])).tzinfo


def test_json_has_one_object_per_line() -> None:
    """Every line is an object with the event's fields and the job's; an extra field cannot replace the event's."""
    sink = written("json")
    with logger.contextualize(**JOB, level="forged", odd=object):
        logger.info("two\nlines \u2028")
    (event,) = objects(sink)
    assert {name: event[name] for name in JOB} == JOB
    assert (event["level"], event["logger"], event["message"]) == ("INFO", __name__, "two\nlines \u2028")
    assert event["time"].startswith("20")
    assert event["odd"] == "<class 'object'>"


@pytest.mark.parametrize(
    "evil",
    [
        "\n2026-01-01 INFO forged: x",
        "\r2026",
        "\x1b[31mred",
        "\x00\x07\x7f\x9b",
        "\u2028x\u2029\u202ey",
        "{0} <red> {extra}",
    ],
)
def test_a_message_cannot_forge_a_line(evil: str) -> None:
    """What a payload holds is shown harmlessly: further lines are indented, control characters escaped."""
    sink = written()
    logger.info("got " + evil)
    with logger.contextualize(**JOB | {"job_name": "A" + evil}):
        logger.info("named")
    lines = sink.getvalue().splitlines()
    assert [line for line in lines if not line.startswith("    ")] == [lines[0], lines[-1]]
    assert all(line.isprintable() for line in lines)


@pytest.mark.parametrize("form", ["text", "json"])
def test_an_exception_comes_with_its_event(form: logs.Format) -> None:
    """The traceback belongs to the event, is indented, and shows no values of variables."""
    sink = written(form)
    try:
        refuse(SECRET)
    except ValueError:
        logger.exception("it failed")
    if form == "json":
        (event,) = objects(sink)
        assert event["exception"].startswith("Traceback")
    else:
        first, *rest = sink.getvalue().splitlines()
        assert first.endswith("it failed")
        assert all(line.startswith("    ") for line in rest)
    assert "ValueError: broken" in sink.getvalue()
    assert SECRET not in sink.getvalue()


def refuse(password: str) -> None:
    raise ValueError("broken\n2026 forged" if password else "nothing given")


def test_the_level_is_obeyed() -> None:
    """What is below the level is not written; setting up again replaces the former sink."""
    former, sink = written(), written(level="WARNING")
    logger.info("no")
    logger.warning("yes")
    assert former.getvalue() == ""
    assert sink.getvalue().endswith("yes\n")


def test_the_standard_library_joins() -> None:
    """Each line of an intercepted logger comes once, under its own name, whatever handlers there were."""
    sink, elsewhere = written("json", "DEBUG"), io.StringIO()
    for name in ("trial", "trial.below", "trial.below.deep"):
        logging.getLogger(name).addHandler(logging.StreamHandler(elsewhere))
    logging.getLogger("trial.below").propagate = False
    logs.intercept("trial", level="DEBUG")
    logging.getLogger("trial").debug("one %s {x} <red>", 1)
    logging.getLogger("trial.below").info("two\n+ three")
    logging.getLogger("trial.below.deep").log(35, "odd level")
    assert elsewhere.getvalue() == ""
    assert [(e["logger"], e["message"]) for e in objects(sink)] == [
        ("trial", "one 1 {x} <red>"),
        ("trial.below", "two\n+ three"),
        ("trial.below.deep", "odd level"),
    ]


def test_several_intercepted_names_do_not_double() -> None:
    """Naming a logger and one below it, in whichever order, twice, still gives each line once."""
    sink = written("json")
    logs.intercept("trial.below", "trial", level="INFO")
    logs.intercept("trial", "trial.below", level="INFO")
    logging.getLogger("trial.below").info("once")
    logging.getLogger("trial").debug("below the level")
    assert [event["message"] for event in objects(sink)] == ["once"]


def test_an_intercepted_exception_keeps_its_traceback() -> None:
    """What the standard library logs with an exception shows it, within the job's context."""
    sink = written("json")
    logs.intercept("trial")
    with logger.contextualize(**JOB):
        try:
            refuse("")
        except ValueError:
            logging.getLogger("trial").exception("failed")
    (event,) = objects(sink)
    assert "ValueError: nothing given" in event["exception"]
    assert event["job_id"] == "j1"


def test_a_file_is_opened_anew_after_rotation(tmp_path: Path) -> None:
    """A log file that was moved away is made again at the next line."""
    path = tmp_path / "jobs.log"
    logs.configure("INFO", "text", path)
    logger.info("before ü")
    path.rename(tmp_path / "jobs.log.1")
    logger.info("after")
    assert (tmp_path / "jobs.log.1").read_text("utf-8").endswith("before ü\n")
    assert path.read_text("utf-8").endswith("after\n")


def test_standard_error_is_where_lines_go_by_default(capsys: pytest.CaptureFixture[str]) -> None:
    """Without a sink the lines appear on standard error, and nothing on standard output."""
    logs.configure()
    logger.info("here")
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.endswith(": here\n")


def test_a_field_that_cannot_be_written_does_not_stop_the_program() -> None:
    """A logging fault never becomes the caller's."""
    sink = written("json")
    logger.bind(odd={1, 2}).info("fine")
    assert objects(sink)[0]["odd"] == "{1, 2}"
