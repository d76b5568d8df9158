"""The envelope: what is written can be read, and nothing else."""

import json
import re

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobdefs.definition import NAME_PATTERN, QUEUE_PATTERN, Definition
from jobdefs.errors import InvalidOption, UnreadableEnvelope
from jobdefs.record import Envelope
from jobdefs.wire import envelope

LEAST = Envelope(id="a", name="A", queue="q", priority=0, payload=b"{}")


@attrs.frozen
class Nothing:
    pass


envelopes = st.builds(
    Envelope,
    id=st.from_regex(envelope.ID_PATTERN, fullmatch=True),
    name=st.from_regex(NAME_PATTERN, fullmatch=True) | st.from_regex(envelope.PLAIN_NAME_PATTERN, fullmatch=True),
    queue=st.from_regex(QUEUE_PATTERN, fullmatch=True),
    priority=st.integers(0, 9),
    payload=st.dictionaries(st.text(), st.integers()).map(lambda value: json.dumps(value).encode()),
    expires_in_ms=st.none() | st.integers(1, 10**15 - 1),
    attempts=st.none() | st.integers(1, 9999),
    version=st.integers(1, 9999),
)


@given(envelopes, st.integers(1, 10**15 - 1))
def test_what_is_written_is_read_back_with_the_stamp_that_the_store_put_in(written, stamp):
    """Each envelope survives the store, is JSON all the while, and gains only the moment it was enqueued at."""
    data = envelope.write(written)
    assert json.loads(data)["payload"] == json.loads(written.payload)
    stamped = re.sub(rb'"priority":\d,', lambda match: match[0] + b'"enqueued_at_ms":%d,' % stamp, data, count=1)
    assert envelope.read(data) == written
    assert envelope.read(stamped) == attrs.evolve(written, enqueued_at_ms=stamp)


@given(envelopes.filter(lambda written: re.fullmatch(NAME_PATTERN, written.name)))
def test_a_new_job_is_written_as_any_other(some):
    """A job that is as its definition says has the bytes that its envelope has, under an id of its own."""
    definition = Definition(
        name=some.name, payload=Nothing, version=some.version, queue=some.queue, priority=some.priority
    )
    data = envelope.write_new(definition, some.payload)
    written = attrs.evolve(some, id=envelope.read(data).id, expires_in_ms=None, attempts=None)
    assert data == envelope.write(written)
    assert data != envelope.write_new(definition, some.payload)


@given(st.binary() | st.binary().map(lambda tail: envelope.write(LEAST)[:40] + tail))
def test_whatever_bytes_are_stored_reading_them_ends_in_an_envelope_or_one_known_error(data):
    """No bytes make reading fail in any other way than as unreadable."""
    try:
        envelope.read(data)
    except UnreadableEnvelope as error:
        assert str(error).startswith("The stored job cannot be read: ")  # noqa: PT017 - either outcome is fine


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("id", 'a"b'),
        ("id", "a" * 65),
        ("id", "é"),
        ("name", "huey:\n"),
        ("queue", "Mail"),
        ("priority", 10),
        ("expires_in_ms", 0),
        ("attempts", 10_000),
        ("version", 0),
        ("version", 10_000),
        ("payload", b""),
    ],
)
def test_a_field_that_could_not_be_read_back_is_not_written(field, value):
    """Writing refuses what reading would refuse, and names the field."""
    with pytest.raises(InvalidOption) as caught:
        envelope.write(attrs.evolve(LEAST, **{field: value}))
    assert caught.value.option == field


def test_a_version_of_1_need_not_be_written():
    """Every payload has a version: the first one where its envelope tells none, as in envelopes that are older."""
    told = envelope.write(attrs.evolve(LEAST, version=2)).replace(b'"version":2', b'"version":1')
    assert b"version" not in envelope.write(LEAST)
    assert envelope.read(told) == envelope.read(envelope.write(LEAST)) == attrs.evolve(LEAST, version=1)


def test_new_ids_are_valid_and_differ():
    """Ids are 32 hexadecimal digits, and no two are alike."""
    ids = {envelope.new_id() for _ in range(100)}
    assert len(ids) == 100
    assert all(re.fullmatch("[0-9a-f]{32}", job_id) for job_id in ids)
