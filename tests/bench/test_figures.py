"""What becomes of figures: turns, ratios, targets, comparison, and their place in the README."""

import pytest

from bench import ratios, report
from bench.percentiles import percentiles
from bench.race import Bench, Line, Plan, Side, Target, race


def side(name, values, order):
    """A side that yields these values in turn, and notes when it was asked."""

    def runs(_plan):
        for value in values:
            order.append(name)
            yield {name: value}

    return Side((name,), runs)


def table(*, ours=(20.0, 30.0, 10.0), target=None, lower=False):
    """The rows of a race of one line, and the order of its runs."""
    order: list[str] = []
    line = Line(work="work", unit="jobs/s", ours="ours", rival="rival", target=target, lower_is_better=lower)
    bench = Bench("bench", (side("ours", ours, order), side("rival", (10.0, 10.0, 2.0), order)), (line,))
    return report.rows([race(bench, Plan(quick=True, rounds=3, say=lambda _: None))]), order


def test_sides_take_turns():
    """Each side runs once in a round, and another one begins each round."""
    _, order = table()
    assert order == ["ours", "rival", "rival", "ours", "ours", "rival"]


def test_slow_machine_gets_fewer_rounds():
    """Once time is up, one round is enough, and the reader is told."""
    plan = Plan(quick=True, rounds=3, say=lambda _: None, hurry_s=0)
    found = race(Bench("bench", (side("ours", (1.0, 2.0, 3.0), []),), ()), plan)
    assert len(found.rounds) == 1
    assert plan.notes == ["bench: 1 of 3 rounds, since the machine was too slow for more"]


def test_ratio_is_the_median_of_the_rounds():
    """A ratio compares what ran in the same round: it is the median of the rounds' ratios, not the medians' ratio."""
    (row,), _ = table(ours=(20.0, 30.0, 10.0))
    assert (row.ratios, row.ratio) == ((2.0, 3.0, 5.0), 3.0)


@pytest.mark.parametrize(
    ("target", "met"),
    [
        (None, None),
        (Target(3), True),
        (Target(3.1), False),
        (Target(3, at_most=True), True),
        (Target(2.9, at_most=True), False),
        (Target(20, of_ratio=False), True),
        (Target(19, at_most=True, of_ratio=False), False),
    ],
)
def test_target(target, met):
    """A target bounds the ratio or the figure itself, from below or from above."""
    (row,), _ = table(target=target)
    assert row.met is met


@pytest.mark.parametrize(
    ("ours", "lower", "word"),
    [
        ((20, 30, 10), False, None),
        # The range of the committed rounds is 2 to 5, and 1.5 times that is 1.33 to 7.5.
        ((13.4, 13.4, 2.7), False, None),
        ((13.2, 13.2, 2.6), False, "WORSE"),
        ((76, 76, 16), False, "BETTER"),
        ((76, 76, 16), True, "WORSE"),
        ((13.2, 13.2, 2.6), True, "BETTER"),
    ],
)
def test_comparison(tmp_path, ours, lower, word):
    """A ratio is worse or better only where it is half beyond the range of the committed rounds."""
    kept = tmp_path / "ratios.json"
    ratios.write(table()[0], "quick", kept)
    *told, last = ratios.compared(table(ours=ours, lower=lower)[0], "quick", kept)
    assert [line.split(":")[0] for line in told] == ([word] if word else [])
    assert last.startswith(f"{0 if word else 1} ratios are as in ratios.json")


def test_sizes_are_kept_apart(tmp_path):
    """A quick run is not compared with a full one."""
    kept = tmp_path / "ratios.json"
    ratios.write(table()[0], "full", kept)
    ratios.write(table()[0], "quick", kept)
    assert next(ratios.compared(table()[0], "other", kept)).startswith("0 ratios")
    assert next(ratios.compared(table()[0], "full", kept)).startswith("1 ratios")


def test_table_has_its_place_in_a_text():
    """A table replaces what stands between the marks of its size, and nothing else."""
    text = "a\n<!-- quick -->\nold\n<!-- end of quick -->\nb"
    assert report.placed(text, "quick", "new") == "a\n<!-- quick -->\n\nnew\n\n<!-- end of quick -->\nb"
    with pytest.raises(ValueError, match="substring"):
        report.placed(text, "full", "new")


def test_percentiles():
    """The 99th percentile is the value that 99 of 100 do not exceed."""
    assert percentiles("it", list(range(100, 0, -1))) == {"it p50": 50, "it p99": 99, "it min": 1}
