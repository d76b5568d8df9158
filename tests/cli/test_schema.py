"""`jobs schema`: what people and CI read of it."""

import json
from pathlib import Path

import pytest

from jobdefs.runtime.exits import Exit
from tests.cli.conftest import Done, Jobs

LOCK = "jobdefs.lock.json"
BUMP = "set version=2 and add @upgrades(SendEmail, from_version=1)"
BEFORE = "to: str\n    copies: int = 1"


@pytest.fixture
def write(alone: Jobs):
    """Give a function that writes the fields of SEND_EMAIL, and whatever stands behind the class."""

    def written(fields: str, version: int = 1, more: str = "") -> None:
        (alone.directory / "shop.py").write_text(
            "import attrs\nfrom jobdefs import define, upgrades\n\n"
            f'@define("SEND_EMAIL", version={version})\n@attrs.frozen\nclass SendEmail:\n    {fields}\n{more}'
        )

    return written


@pytest.fixture
def schema(alone: Jobs, write):
    """Give `jobs schema` in a directory with SEND_EMAIL, which is locked."""

    def run(*arguments: str) -> Done:
        return alone("schema", *arguments, JOBS_MODULES="shop", PYTHONDONTWRITEBYTECODE="1")

    write(BEFORE)
    assert run("lock").out == f"{LOCK}: 2 definitions, 2 versions, 8 samples\n"
    return run


def test_what_is_as_it_is_locked_passes(schema):
    """`jobs schema check` ends with 0 and a line for each definition where nothing changed."""
    done = schema("check")

    assert (done.code, done.err) == (Exit.OK, "")
    assert done.out == (
        "SEND_EMAIL version 1: as it is locked\nTEST_JOB version 1: as it is locked\n"
        f"{LOCK} is up to date: 2 definitions\n"
    )


def test_what_breaks_is_told_with_field_direction_and_mend(schema, write, alone):
    """A change that breaks is refused by check and by lock, which leaves the file as it is."""
    write("to: str\n    subject: str\n    copies: int = 1")
    before = (alone.directory / LOCK).read_bytes()
    done = schema("check")

    assert (done.code, schema("lock").code) == (Exit.FINDINGS, Exit.FINDINGS)
    assert done.out.splitlines()[:7] == [
        "SEND_EMAIL version 1: would break",
        "  queued jobs: new code reads old payloads",
        "    $.subject: is required",
        f"      mend: give subject a default; or {BUMP}",
        "  a rolling deploy: old code reads new payloads",
        "    $.subject: unknown field",
        f"      mend: {BUMP}; or deploy consumers before producers, and say --consumers-first",
    ]
    assert done.out.splitlines()[-1] == f"1 of 2 definitions would break; {LOCK} stays as it is"
    assert (alone.directory / LOCK).read_bytes() == before


def test_a_next_version_is_compatible_and_has_to_be_locked(schema, write):
    """Version and upgrade are the mend; CI goes on failing until the new version is locked, and says how."""
    upgrade = '\n@upgrades(SendEmail, from_version=1)\ndef add(payload):\n    return {**payload, "subject": ""}\n'
    write("to: str\n    subject: str\n    copies: int = 1", 2, upgrade)
    done = schema("check")

    assert (done.code, done.out.splitlines()[0]) == (9, "SEND_EMAIL version 2: compatible, and not locked yet")
    assert done.out.splitlines()[-1].startswith("nothing breaks; run `")
    assert schema("lock").out == f"{LOCK}: 2 definitions, 3 versions, 12 samples\n"
    assert schema("check").code == Exit.OK


def test_consumers_first_allows_what_old_code_cannot_read(schema, write):
    """--consumers-first turns breaks of a rolling deploy into notes, for check and for lock."""
    write("to: str\n    copies: int = 1\n    cc: str = ''")

    assert schema("lock").code == Exit.FINDINGS
    assert "  note: $.cc: unknown field: for old consumers only\n" in schema("check", "--consumers-first").out
    assert schema("lock", "--consumers-first").code == schema("check").code == Exit.OK


def test_a_reset_forgets_what_was_locked(schema, write, alone):
    """--reset locks a definition from the start, also where it was edited in the file, or is gone."""
    write("to: int")
    (alone.directory / LOCK).write_text((alone.directory / LOCK).read_text().replace('"to": "text"', '"to": "test"'))

    assert "SEND_EMAIL version 1, or one before it, was edited by hand" in schema("lock").err
    assert schema("lock", "--reset", "SEND_EMAIL").code == schema("check").code == Exit.OK
    (alone.directory / "shop.py").write_text("")
    assert "$: no definition has this name any more" in schema("lock").out
    assert schema("lock", "--reset", "SEND_EMAIL").out == f"{LOCK}: 1 definition, 1 version, 4 samples\n"
    unknown = schema("lock", "--reset", "SEND_SMS")
    assert (unknown.code, unknown.err.count("\n")) == (Exit.NOT_FOUND, 1)


def test_programs_get_the_verdict_as_json(schema, write):
    """--json has the same as one document."""
    write("to: str\n    copies: int")
    told = json.loads(schema("check", "--json").out)

    assert [(one["name"], one["compatible"], one["locked"]) for one in told["definitions"]] == [
        ("SEND_EMAIL", False, False),
        ("TEST_JOB", True, True),
    ]
    assert told["definitions"][0]["findings"] == [
        {
            "direction": "queued",
            "path": "$.copies",
            "reason": "is required",
            "mend": f"give copies a default; or {BUMP}",
            "certain": True,
        }
    ]


def test_a_definition_without_samples_is_told(schema, write):
    """Where no generated payload passes a validator, lock says so, and why."""
    write(
        "to: str = attrs.field()\n    @to.validator\n    def check(self, field, value):\n        raise ValueError('no')"
    )
    done = schema("lock", "--reset", "SEND_EMAIL")

    assert done.code == Exit.OK
    assert "SEND_EMAIL has no samples ($.to: no): give some with define(..., examples=[...])\n" in done.out


def test_show_prints_the_json_schema(schema):
    """`jobs schema show NAME` prints the schema of the payload; a name that is unknown is told."""
    assert json.loads(schema("show", "SEND_EMAIL").out)["required"] == ["to"]
    unknown = schema("show", "SEND_MAIL")
    assert (unknown.code, unknown.err) == (6, "aiohttp-huey: No job is named 'SEND_MAIL'. Did you mean SEND_EMAIL?\n")


@pytest.mark.parametrize(("text", "said"), [(None, "there is no such file; write it with"), ("{", "it is no JSON")])
def test_a_lock_file_that_cannot_be_used_is_told_in_one_line(schema, alone, text, said):
    """A missing or broken lock file ends a check with 3 and one line."""
    path: Path = alone.directory / LOCK
    path.unlink() if text is None else path.write_text(text)
    done = schema("check")

    assert (done.code, done.out, done.err.count("\n")) == (Exit.SETTINGS, "", 1)
    assert done.err.startswith(f"aiohttp-huey: {LOCK}: {said}")
