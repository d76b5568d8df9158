"""Replays the conformance vectors, as a producer or a reader in any other language can."""

import json
from types import SimpleNamespace
from typing import cast

import attrs
import orjson
import pytest

from jobdefs import Definition, TestJob, Unique
from jobdefs.errors import InvalidBody, InvalidPayload, UnreadableEnvelope
from jobdefs.record import Envelope
from jobdefs.wire import body, codec, envelope
from jobdefs.wire.uniqueness import lock_of
from tests.support.definitions import defined
from tests.support.vectors import FILES, each


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_each_file_documents_itself(path):
    """A file says what it is about and what each member of its cases is, and no case has another member."""
    told = json.loads(path.read_text())
    assert set(told) == {"about", "case", "cases"}
    assert all(told["case"].keys() >= case.keys() for case in told["cases"])
    assert set(told["case"]) == set().union(*told["cases"])


@each("envelopes_accept")
def test_accepted_envelopes_mean_what_the_vector_says_and_are_written_back_alike(case):
    """An accepted envelope is read field by field, and written back alike but for the store's stamp."""
    found = envelope.read(case["text"].encode())
    told = attrs.asdict(found, filter=lambda attribute, value: value != attribute.default)
    assert told == case["fields"] | {"payload": case["fields"]["payload"].encode()}
    stamp = f'"enqueued_at_ms":{found.enqueued_at_ms},'
    assert envelope.write(found).decode() == case["text"].replace(stamp, "")


@each("envelopes_reject")
def test_rejected_envelopes_are_named_unreadable_with_the_reason(case):
    """An envelope that breaks a rule of FORMAT.md is unreadable, and the text says which rule."""
    with pytest.raises(UnreadableEnvelope) as caught:
        envelope.read(case["text"].encode())
    assert str(caught.value).startswith(f"The stored job cannot be read: {case['reason']}")


@each("envelopes_canonical")
def test_canonical_envelopes_are_written_to_the_byte(case):
    """The fields of a job and the value of its payload become exactly the bytes of the vector."""
    fields = case["fields"] | {"payload": orjson.dumps(case["fields"]["payload"])}
    assert envelope.write(Envelope(**fields)).decode() == case["text"]


@each("payloads_accept")
def test_accepted_payloads_of_test_job_are_read_and_written_alike_ever_after(case):
    """A payload of TEST_JOB in the vectors is read, and written in one settled spelling."""
    definition = defined(TestJob)
    payload = codec.decode(definition, case["text"].encode())
    assert attrs.asdict(payload) == case["fields"]
    assert codec.encode(definition, payload).decode() == case["written"]


@each("payloads_reject")
def test_rejected_payloads_of_test_job_get_every_fault_listed(case):
    """A payload that does not fit gets all its faults at once, each with its path and reason."""
    with pytest.raises(InvalidPayload) as caught:
        codec.decode(defined(TestJob), case["text"].encode())
    assert [[fault.path, fault.reason] for fault in caught.value.faults] == case["faults"]


@each("bodies_reject")
def test_rejected_bodies_are_refused_with_the_reason(case):
    """A body that is no acceptable JSON is refused, and the reason names what is wrong."""
    with pytest.raises(InvalidBody) as caught:
        body.read_json(case["text"].encode())
    assert caught.value.reason == case["reason"]


@each("unique_keys")
def test_unique_keys_are_made_to_the_byte(case):
    """The fields of a key and the payload as it is written make exactly the key of the vector."""
    # Not every name here could be a field's in Python.
    definition = SimpleNamespace(name="A", unique=Unique(key=tuple(case["fields"])))
    lock = lock_of(cast("Definition", definition), object(), json.dumps(case["payload"], ensure_ascii=False).encode())
    assert lock is not None
    assert lock.key == case["key"]
