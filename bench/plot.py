"""Draws the curves: ``python3 dev.py bench --plot``."""

from pathlib import Path
from typing import Any, Final

from bench.curves import Panel, measured, panels
from bench.race import Plan

PATH: Final = Path(__file__).parent / "plots" / "throughput.png"
_LOOKS: Final[dict[str, dict[str, Any]]] = {
    "ours": {"color": "tab:blue", "marker": "o", "linewidth": 2.5},
    "stock": {"color": "tab:red", "marker": "s", "linewidth": 2.5},
    "bare": {"color": "0.5", "marker": "^", "linestyle": "--"},
}


class NothingToDrawWith(Exception):
    """The library that draws is not there."""


def draw(plan: Plan, server: str, path: Path = PATH) -> Path:
    """Measure and draw every panel, and return where the picture is; raises NothingToDrawWith."""
    try:
        import matplotlib as mpl
    except ImportError:
        raise NothingToDrawWith("--plot needs matplotlib, which `python3 dev.py bench --plot` installs") from None
    mpl.use("agg")
    from matplotlib import pyplot as plt
    from matplotlib.ticker import LogLocator

    shown = panels(plan)
    figure, places = plt.subplots(1, len(shown), figsize=(17, 6.5), layout="constrained")
    for panel, place in zip(shown, places, strict=True):
        _draw(panel, place, plan)
        place.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    figure.suptitle(f"aiohttp-huey and stock Huey, {server} (medians of {plan.rounds} runs; more is better)")
    path.parent.mkdir(exist_ok=True)
    figure.savefig(path, dpi=90)
    return path


def _draw(panel: Panel, place: Any, plan: Plan) -> None:
    for curve, rates in zip(panel.curves, measured(panel, plan), strict=True):
        place.plot(curve.points, rates, label=curve.label, **_LOOKS[curve.whose])
    place.set(title=panel.title, xlabel=panel.axis, ylabel="jobs per second (log)", xscale="log", yscale="log")
    for axis in (place.xaxis, place.yaxis):
        axis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    place.grid(visible=True, which="major", alpha=0.4)
    place.legend(loc="upper center", bbox_to_anchor=(0.5, -0.14), frameon=False)
