"""Replays the golden files, which any other producer or reader can replay too."""

import json
from pathlib import Path

import attrs
import pytest

from jobdefs import TestJob
from jobdefs.errors import InvalidBody, InvalidPayload, UnreadableEnvelope
from jobdefs.wire import body, codec, envelope
from tests.support.definitions import defined

GOLDEN = Path(__file__).parent / "golden"


def cases(name):
    return [pytest.param(case, id=str(number)) for number, case in enumerate(json.loads((GOLDEN / name).read_text()))]


@pytest.mark.parametrize("case", cases("envelopes_accept.json"))
def test_accepted_envelopes_mean_what_the_golden_file_says_and_are_written_back_alike(case):
    """An envelope of the golden file is read field by field, and written back alike but for the store's stamp."""
    found = envelope.read(case["text"].encode())
    assert attrs.asdict(found) == case["fields"] | {"payload": case["fields"]["payload"].encode()}
    stamp = f'"enqueued_at_ms":{found.enqueued_at_ms},'
    assert envelope.write(found).decode() == case["text"].replace(stamp, "")


@pytest.mark.parametrize("case", cases("envelopes_reject.json"))
def test_rejected_envelopes_are_named_unreadable_with_the_reason(case):
    """An envelope that breaks a rule of FORMAT.md is unreadable, and the text says which rule."""
    with pytest.raises(UnreadableEnvelope) as caught:
        envelope.read(case["text"].encode())
    assert str(caught.value).startswith(f"The stored job cannot be read: {case['reason']}")


@pytest.mark.parametrize("case", cases("payloads_accept.json"))
def test_accepted_payloads_of_test_job_are_read_and_written_alike_ever_after(case):
    """A payload of TEST_JOB in the golden file is read, and written in one settled spelling."""
    definition = defined(TestJob)
    payload = codec.decode(definition, case["text"].encode())
    assert attrs.asdict(payload) == case["fields"]
    assert codec.encode(definition, payload).decode() == case["written"]


@pytest.mark.parametrize("case", cases("payloads_reject.json"))
def test_rejected_payloads_of_test_job_get_every_fault_listed(case):
    """A payload that does not fit gets all its faults at once, each with its path and reason."""
    with pytest.raises(InvalidPayload) as caught:
        codec.decode(defined(TestJob), case["text"].encode())
    assert [[fault.path, fault.reason] for fault in caught.value.faults] == case["faults"]


@pytest.mark.parametrize("case", cases("bodies_reject.json"))
def test_rejected_bodies_are_refused_with_the_reason(case):
    """A body that is no acceptable JSON is refused, and the reason names what is wrong."""
    with pytest.raises(InvalidBody) as caught:
        body.read_json(case["text"].encode())
    assert caught.value.reason == case["reason"]
