"""The lock file: the same bytes for the same definitions, and one clear error for whatever people do to it."""

import json
from pathlib import Path

import pytest

from jobdefs.catalog import Catalog
from jobdefs.errors import LockError
from service.evolution import lock_file
from service.evolution.lock import Lock
from service.evolution.renewal import renewed
from tests.support.edits import defined
from tests.support.versions import ONE, TWO


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A lock file with two definitions, one of them in two versions."""
    lock = renewed(Lock({}), Catalog((ONE, defined({"b": str}, "B")))).lock
    lock_file.write(tmp_path / "lock.json", renewed(lock, Catalog((TWO,))).lock)
    return tmp_path / "lock.json"


def refusal(path: Path) -> str:
    with pytest.raises(LockError) as caught:
        lock_file.read(path)
    return caught.value.reason


def test_a_lock_file_is_read_as_it_was_written(path):
    """Reading and writing is the way there and back, to the byte; names and versions are sorted."""
    lock = lock_file.read(path)

    assert lock.text() == path.read_text()
    assert [(name, list(versions)) for name, versions in lock.definitions.items()] == [("B", [1]), ("EDITED", [1, 2])]


def test_a_sample_stands_on_a_line_of_its_own(path):
    """A comparison of two lock files shows which samples came."""
    assert '          {"x": 1, "y": "text"},\n' in path.read_text()


def test_descriptions_and_order_are_not_locked():
    """What binds nobody is not in the file, so that editing a docstring leaves it as it is."""
    first = renewed(Lock({}), Catalog((defined({"x": int, "y": str}, description="Old."),))).lock
    second = renewed(Lock({}), Catalog((defined({"y": str, "x": int}, description="New."),))).lock

    assert first.definitions["EDITED"][1].schema == second.definitions["EDITED"][1].schema
    assert "Old." not in first.text()


def test_another_layout_is_no_edit(path):
    """A program that sets JSON anew, with other white space and other spellings of numbers, does no harm."""
    before = lock_file.read(path)
    path.write_text(json.dumps(json.loads(path.read_text()), indent=7).replace('"x": 1,', '"x": 1.0,'))

    assert lock_file.read(path) == before


def test_an_entry_that_was_edited_by_hand_is_refused(path):
    """The digest of a version tells that its schema or its samples were changed, and the error which one."""
    path.write_text(path.read_text().replace('"x": 0', '"x": 5', 1))

    assert refusal(path) == (
        "EDITED version 1, or one before it, was edited by hand: it does not have its digest any more; restore the "
        "file from version control, or forget what is locked with `schema lock --reset EDITED`"
    )
    assert "EDITED" in lock_file.read(path, forgiven={"EDITED"}).definitions


def test_a_version_that_was_taken_out_is_missed(path):
    """A later version knows which ones are locked before it."""
    value = json.loads(path.read_text())
    del value["definitions"]["EDITED"]["1"]
    path.write_text(json.dumps(value))

    assert refusal(path).startswith("EDITED version 2, or one before it, was edited by hand")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "it is no JSON: Expecting value: line 1 column 1 (char 0); restore the file from version control"),
        ("{", "it is no JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1); restore"),
        ("[]", "$: expected an object, got an array; restore the file from version control"),
        ("{}", "$.format: is required; restore the file from version control"),
        ('{"format": 2, "more": 1}', "it has format 2, and this program knows 1; install a newer aiohttp-huey"),
        ('{"format": 0, "definitions": {}}', "$.format: must be one of 1; restore the file from version control"),
        ('{"format": 1, "definitions": {"A": []}}', "$.definitions.A: expected an object, got an array; restore"),
        ('{"format": 1, "definitions": {}, "definitions": {}}', 'the key "definitions" appears twice in one object'),
        (
            '{"format": 1, "definitions": {"A": {"one": {"digest": "", "schema": {}, "samples": []}}}}',
            "A: 'one' is no version; restore the file from version control",
        ),
        (
            '{\n<<<<<<< HEAD\n"format": 1\n=======\n>>>>>>> other\n}',
            "line 2 is a merge conflict marker; take either side whole, and run `schema lock`",
        ),
        ("[" * 100_000, "it is no JSON: maximum recursion depth exceeded"),
    ],
)
def test_a_file_that_is_no_lock_is_told_in_one_line(path, text, reason):
    """Whatever is wrong with the file, the error says where, and what to do."""
    path.write_text(text)

    assert reason in refusal(path)


def test_a_file_that_is_not_there_or_cannot_be_written_is_told(tmp_path):
    """A missing file, one that is no text, and a folder that is not there are told without a traceback."""
    assert refusal(tmp_path / "none") == "there is no such file; write it with `schema lock`, and commit it"
    (tmp_path / "bytes").write_bytes(b"\xff")
    assert refusal(tmp_path / "bytes").startswith("it cannot be read: 'utf-8' codec can't decode byte 0xff")
    with pytest.raises(LockError, match="it cannot be written: No such file or directory"):
        lock_file.write(tmp_path / "no" / "lock.json", Lock({}))
