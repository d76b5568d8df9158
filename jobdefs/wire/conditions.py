"""Says in words what attrs validators ask for that JSON Schema has no word for, or that a value did not keep."""

from traceback import walk_tb
from typing import Any

import attrs

from jobdefs.wire import kinds
from jobdefs.wire.bounds import CONDITIONS
from jobdefs.wire.form import Defs, Form, FormOf, Fragment
from jobdefs.wire.telling import told
from jobdefs.wire.validators import refined


def conditioned(attribute: "attrs.Attribute[Any]", form_of: FormOf) -> Form:
    """Return the form of a field that has validators; its schema tells all of them."""
    type_, left = refined(attribute)
    form = form_of(type_)

    def schema(defs: Defs) -> Fragment:
        fragment = form.schema(defs)
        fragment.setdefault(CONDITIONS, []).extend(f"is checked by {words}" for words in left)
        return fragment

    return attrs.evolve(form, schema=schema) if left else form


def refusal(error: BaseException) -> str | None:
    """Return what attrs' own validator asked for that raised the error, None where other code raised it.

    The texts of attrs tell the value, which may be a secret, and its validators by a repr that no reader can use.
    """
    frames = [frame for frame, _ in walk_tb(error.__traceback__)]
    if not kinds.is_own(frames[-1].f_globals.get("__name__", "")):
        return None
    callers = (frame.f_locals.get("self") for frame in frames)
    for validator in callers:
        kind = type(validator)
        if kinds.is_own(kind.__module__) and kind not in (kinds.AND, kinds.OPTIONAL):
            return f"must keep: {told(validator)}"
    return None
