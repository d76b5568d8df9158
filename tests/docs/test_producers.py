"""What is shipped with the producers in other languages."""

from docs.tables import SUBMIT
from jobdefs.storage.scripts import script


def test_the_shipped_script_is_the_one_that_this_version_sends() -> None:
    """docs/producers/submit.lua is the submit script with its includes; docs/tables.py writes it anew."""
    assert SUBMIT.read_text() == script("submit").source
