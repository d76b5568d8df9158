"""What is told of an exception that a payload class raised: why it refuses a value."""

from jobdefs.wire.misfit import shortened


def reason_of(error: BaseException) -> str:
    """Return the reason that an exception gives; its name, where it gives none that could stand alone.

    Where one of attrs' own validators raised it, the reason is what it asked for.
    """
    # A class that has no validators does without annotated_types, which is slow to import.
    from jobdefs.wire.conditions import refusal

    if asked := refusal(error):
        return shortened(asked)
    name = type(error).__name__
    if isinstance(error, SystemExit):
        return f"raised {name}"
    try:
        text = _text(error)
    except Exception:  # noqa: BLE001 - a __str__ of the user's may raise what it likes
        text = ""
    if isinstance(error, KeyError) and text:
        # It is the key, without a word on what became of it.
        text = f"{name}: {text}"
    return shortened(text or name)


def _text(error: BaseException) -> str:
    # attrs's own validators put the attribute and more behind their message.
    if len(error.args) > 1 and type(error).__str__ is BaseException.__str__:
        return str(error.args[0])
    return str(error)
