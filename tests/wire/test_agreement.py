"""Schema and structuring accept the same, for payload classes of all types; jsonschema is the judge.

Run with ``--hypothesis-profile=deep`` for many more of them.
"""

import json
import re
from typing import Any

import attrs
import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker, ValidationError, validators

from jobdefs import Definition
from jobdefs.errors import InvalidPayload
from jobdefs.wire import codec
from jobdefs.wire.schema import json_schema
from tests.support.payloads import ANY, payloads, spoilt

FORMATS = FormatChecker(["date", "uuid"])
FORMATS.checks("int64")(lambda value: not isinstance(value, (int, float)) or -(2**63) <= value < 2**63)


@FORMATS.checks("date-time")
def _is_a_day(value: object) -> bool:
    return not isinstance(value, str) or FORMATS.conforms(value[:10], "date")


def _pattern(_: Any, pattern: str, value: object, __: Any) -> Any:
    # "$" is the very end in ECMA-262, by which JSON Schema goes; in Python a newline may follow.
    if isinstance(value, str) and not re.search(re.sub(r"\$$", r"\\Z", pattern), value):
        yield ValidationError(f"{value!r} does not match {pattern}")


Judge = validators.extend(Draft202012Validator, {"pattern": _pattern})
# An example is a class that is made, and many bodies: two fifths of the profile's examples take some seconds.
unhurried = settings(
    max_examples=settings().max_examples * 2 // 5,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
pytestmark = pytest.mark.timeout(600)


def _judge(definition: Definition) -> Any:
    schema = json.loads(json.dumps(json_schema(definition)))
    Judge.check_schema(schema)
    return Judge(schema, format_checker=FORMATS)


@unhurried
@given(st.data())
def test_a_body_is_accepted_by_both_or_by_neither(data):
    """Whatever stands in a body, the schema accepts it exactly when structuring does; what is read is written alike."""
    kind = data.draw(payloads())
    definition = Definition(name="X", payload=kind.type)
    judge = _judge(definition)
    for _ in range(10):
        body = data.draw(kind.bodies(3))
        body = data.draw(st.just(body) | spoilt(body) | spoilt(body))
        try:
            payload = codec.structure(definition, body)
        except InvalidPayload as refusal:
            note(f"{json.dumps(judge.schema)} {refusal}")
            assert not judge.is_valid(body)
        else:
            note(json.dumps(judge.schema))
            judge.validate(body)
            written = codec.encode(definition, payload)
            judge.validate(json.loads(written))
            assert codec.decode(definition, written) == payload


@unhurried
@given(st.data())
def test_an_object_is_written_only_as_what_the_schema_accepts(data):
    """Whatever a field of a payload object holds, it is refused on writing, or its JSON fits the schema."""
    kind = data.draw(payloads().filter(lambda kind: attrs.fields(kind.type)))
    definition = Definition(name="X", payload=kind.type)
    judge = _judge(definition)
    payload = codec.structure(definition, data.draw(kind.bodies(3)))
    object.__setattr__(payload, data.draw(st.sampled_from(attrs.fields(kind.type))).name, data.draw(ANY))
    try:
        written = codec.encode(definition, payload)
    except InvalidPayload:
        return
    judge.validate(json.loads(written))
