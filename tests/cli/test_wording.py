import pytest

from service.cli.wording import age, clock, duration, printable, table


@pytest.mark.parametrize(
    ("length_ms", "words"),
    [
        (0, "0 ms"),
        (999, "999 ms"),
        (1_000, "1 s"),
        (59_999, "59 s"),
        (60_000, "1 min"),
        (3_600_000, "1 h"),
        (172_800_000, "2 d"),
    ],
)
def test_a_duration_is_told_in_its_largest_unit(length_ms: int, words: str) -> None:
    """A duration is short to read."""
    assert duration(length_ms) == words


@pytest.mark.parametrize(
    ("moment_ms", "words"), [(7_000, "3 s ago"), (10_000, "0 ms ago"), (70_000, "in 1 min"), (None, "-")]
)
def test_an_age_looks_back_and_ahead(moment_ms: int | None, words: str) -> None:
    """A moment is told relative to now."""
    assert age(moment_ms, 10_000) == words


def test_a_moment_beyond_the_calendar_is_still_told() -> None:
    """Another producer's moment after the year 9999 breaks nothing."""
    assert clock(10**18) == "after the year 9999"


def test_a_table_is_aligned() -> None:
    """Columns are as wide as their widest cell; numbers stand to the right; nothing trails."""
    lines = list(table(("NAME", "COUNT", "NOTE"), [("a", 5, "x"), ("long-name", 1234, "")]))

    assert lines == ["NAME       COUNT  NOTE", "a              5  x", "long-name   1234"]


def test_text_from_outside_cannot_steer_the_terminal() -> None:
    """Control characters and text direction marks are shown, not obeyed; lines, tabs and letters stay."""
    assert printable("\x1b[31mred\x07\u202e é 日\n\tx\r") == "\\x1b[31mred\\x07\\u202e é 日\n\tx\\r"
