"""What a reply says of a value that a validator refuses: never the value."""

from typing import Any

import pytest
from attrs import validators

from jobdefs.errors import InvalidPayload
from jobdefs.wire import codec

SECRET = "Hunter2-secret"
STRONG = validators.or_(validators.matches_re("[a-z]+"), validators.min_len(20))


def is_weak(_instance: Any, _field: Any, value: object) -> None:
    if value == SECRET:
        raise ValueError("is weak")


@pytest.mark.parametrize(
    ("type_", "validator", "value", "reason"),
    [
        (str, STRONG, SECRET, "must keep: or_(matches_re('[a-z]+'), min_len(20))"),
        (str, [validators.min_len(1), STRONG], SECRET, "must keep: or_(matches_re('[a-z]+'), min_len(20))"),
        (str, validators.not_(validators.in_({SECRET[:6], SECRET})), SECRET, "must keep: not_(in_('Hunter', "),
        (
            str | None,
            validators.optional(validators.not_(validators.min_len(9))),
            SECRET,
            "must keep: not_(min_len(9))",
        ),
        (dict[str, str], validators.deep_mapping(value_validator=validators.max_len(3)), {"a": SECRET}, "must keep: "),
        (Any, validators.deep_iterable(validators.in_(["a"])), [SECRET], "must keep: deep_iterable(in_('a'))"),
        (list[str], validators.deep_iterable(is_weak), [SECRET], "is weak"),
        (str, is_weak, SECRET, "is weak"),
    ],
)
def test_a_refusal_says_what_was_asked_for(one_field, type_, validator, value, reason):
    """Attrs would say the value, which may be a password; validators of one's own say what they like."""
    with pytest.raises(InvalidPayload) as caught:
        codec.structure(one_field(type_, validator=validator), {"x": value})
    (fault,) = caught.value.faults
    assert (fault.path, fault.reason[: len(reason)]) == ("$.x", reason)


def test_a_value_that_was_converted_is_not_told_either(one_field):
    """Where a converter comes first, only the constructor can ask the validator: its text is kept back as well."""
    definition = one_field(str, validator=STRONG, converter=str)
    with pytest.raises(InvalidPayload) as caught:
        codec.structure(definition, {"x": SECRET})
    assert [fault.reason for fault in caught.value.faults] == ["must keep: or_(matches_re('[a-z]+'), min_len(20))"]
