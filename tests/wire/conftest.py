"""Makes definitions for tests of single fields."""

from collections.abc import Callable
from typing import Any

import attrs
import pytest

from jobdefs import Definition


@pytest.fixture(scope="session")
def one_field() -> Callable[..., Definition]:
    """Give a function that makes a definition whose payload has the one field ``x`` of a type."""

    def make(type_: Any, **options: Any) -> Definition:
        payload = attrs.make_class("Payload", {"x": attrs.field(type=type_, **options)}, frozen=True)
        return Definition(name="ONE_FIELD", payload=payload)

    return make
