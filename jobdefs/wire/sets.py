"""The forms of sets, whose items somebody else chose."""

from collections import Counter
from collections.abc import Callable
from typing import Any, Final

from jobdefs.wire.containers import taken
from jobdefs.wire.form import Form, FormOf, Unsupported
from jobdefs.wire.misfit import Misfit, every

# The hash of a text is another one in each process, and of integers of 64 bits no more than nine have one hash.
_SCATTERED: Final = (str, bytes, int)
_MOST_ALIKE: Final = 100
_ALIKE: Final = f"holds more than {_MOST_ALIKE} items of one hash, too many to tell apart"
_TWICE: Final = "holds the same item twice"


def unique(cls: type, args: tuple[Any, ...], form_of: FormOf) -> Form:
    """``set[X]`` and ``frozenset[X]``: an array without equal items, written in a settled order."""
    item = form_of(args[0] if args else Any)
    if not item.hashable:
        message = "the items of a set must be hashable, and not every value of this type is: use list[X]"
        raise Unsupported(message)

    checked = list if isinstance(item.sample, _SCATTERED) else _scattered

    def structure(value: Any, _: Any = None) -> Any:
        return _distinct(cls, checked, every(item.structure, taken(list, value)))

    return Form(
        structure=structure,
        quick=lambda value, _=None: _distinct(cls, checked, [item.quick(part) for part in taken(list, value)]),
        unstructure=lambda value: sorted(every(item.unstructure, checked(taken(cls, value))), key=repr),
        schema=lambda defs: {"type": "array", "items": item.schema(defs), "uniqueItems": True},
        reads=(list,),
        sample=cls(),
        hashable=cls is frozenset,
    )


def _distinct(cls: type, checked: Callable[[Any], Any], items: list[Any]) -> Any:
    try:
        distinct = cls(checked(items))
    except Misfit:
        raise
    except Exception:  # noqa: BLE001 - a hash of the user's may raise what it likes
        raise Misfit.because("holds an item that no set can hold") from None
    if len(distinct) < len(items):
        raise Misfit.because(_TWICE)
    return distinct


def _scattered(items: Any) -> Any:
    """Return the items of a set; raises Misfit where so many have one hash that it would take seconds to make the set.

    Whoever writes numbers and UUIDs can choose their hashes, and a set compares each item with all others of its hash.
    """
    if len(items) > _MOST_ALIKE and len(items) - len(set(map(hash, items))) >= _MOST_ALIKE:
        worst, count = Counter(map(hash, items)).most_common(1)[0]
        if count > _MOST_ALIKE:
            alike = [item for item in items if hash(item) == worst][: _MOST_ALIKE + 1]
            raise Misfit.because(_TWICE if len(set(alike)) < len(alike) else _ALIKE)
    return items
