"""The link to the server breaks, in one direction or in both, for a reply or for a while: F22, F23, F25, F26."""

from collections.abc import Callable, Iterator
from typing import Final

from faults.fleet import Fleet
from faults.judge import Case
from faults.link import LinkedServer, proxy_of, through_a_proxy
from faults.row import Row, held_per
from faults.setup import Setup
from faults.stage import Stage
from faults.tools.proxy import Action, Cut, Message, Proxy

_CUT: Final = "cut"
_SHARE: Final = 0.02
_LARGE: Final = 200
_OFF_S: Final = 1.0
_FLAP: Final = "flap"
_ONE_WAY: Final = "one-way"


def cut_at_random(stage: Stage) -> None:
    """Cut a fiftieth of all connections before a request, and as many before a reply."""
    proxy = proxy_of(stage)
    proxy.requests.act = _sometimes(stage, lambda _message: 0)
    proxy.replies.act = _sometimes(stage, lambda _message: 0)
    _while_jobs_come(stage, proxy)


def cut_large_replies(stage: Stage) -> None:
    """Cut connections in the midst of replies, anywhere in those that are large."""
    proxy = proxy_of(stage)
    proxy.replies.act = _sometimes(stage, lambda message: stage.dice.randrange(len(message.data)), _LARGE, 5 * _SHARE)
    _while_jobs_come(stage, proxy)


def _sometimes(stage: Stage, place: Callable[[Message], int], larger: int = 0, share: float = _SHARE) -> Action:
    def act(message: Message) -> None:
        if len(message.data) > larger and stage.dice.random() < share:
            after = place(message)
            stage.fault(_CUT, after)
            raise Cut(after)

    return act


def _while_jobs_come(stage: Stage, proxy: Proxy) -> None:
    stage.producer.join()
    proxy.requests.act = proxy.replies.act = lambda _message: None


def was_cut(stage: Stage) -> str:
    """Tell how many connections were cut."""
    cuts = stage.happened(_CUT)
    return f"{cuts} connections cut among {proxy_of(stage).requests.count:,} requests" if cuts else ""


def hold_requests_of_one(stage: Stage) -> None:
    """Add a consumer whose requests arrive nowhere for more than two leases, though replies still come."""
    place = stage.place / "far"
    place.mkdir()
    with Proxy(stage.server.url) as proxy:
        variables = stage.fleet.variables | stage.system.variables(proxy.url)
        with Fleet(stage.fleet.app, place, stage.ledger, 1, stage.fleet.options, variables) as far:
            (consumer,) = far.running
            stage.until(lambda: stage.under_way()[consumer.pid] > 1, "a far consumer whose handlers run")
            with proxy.requests.held():
                stage.fault(_ONE_WAY)
                stage.sleep(2.5 * stage.setup.lease_s)
            stage.sleep(stage.setup.lease_s)
            stage.notes["late"] = len(far.logged("no longer ours")) + len(far.logged("refused the end"))
            consumer.terminate()
            consumer.wait(60)


def came_late(stage: Stage) -> str:
    """Tell how many ends were refused that came too late."""
    late = round(stage.notes["late"])
    return f"one direction was dead for 2.5 leases; late ends refused: {late}" if late or not stage.is_ours else ""


def flap(stage: Stage) -> None:
    """Cut everything off for a second, again and again, a second apart."""
    proxy = proxy_of(stage)
    for _ in range(stage.either((3, 30))):
        before = proxy.attempts
        with proxy.cut_off():
            stage.fault(_FLAP)
            stage.sleep(_OFF_S)
            most = max(stage.notes.get("attempts", 0), proxy.attempts - before)
        stage.notes["attempts"] = most
        stage.sleep(_OFF_S)
        stage.notes["connections"] = max(stage.notes.get("connections", 0), proxy.connections)


def flapped(stage: Stage) -> str:
    """Tell how often the link was away, and how many attempts to connect that caused."""
    flaps, attempts = stage.happened(_FLAP), stage.notes.get("attempts", 0)
    return f"the link was away {flaps} times; at most {attempts:.0f} attempts to connect in a second" if flaps else ""


def few_connections(stage: Stage, _case: Case) -> Iterator[str]:
    """Whoever reconnects does so neither in a hurry nor many times over."""
    for what, most in (("attempts", 200), ("connections", 60)):
        if stage.is_ours and stage.notes[what] > most:
            yield f"{stage.notes[what]:.0f} {what}, and {most} is the bound"


ROWS: Final = (
    Row(
        id="F22",
        title="connections are cut at random, before requests and before replies",
        setup=Setup(server=LinkedServer),
        inject=cut_at_random,
        evidence=was_cut,
        route=through_a_proxy,
    ),
    Row(
        id="F23",
        title="connections are cut in the midst of large replies",
        setup=Setup(server=LinkedServer, seconds=(2.0, 20.0)),
        inject=cut_large_replies,
        evidence=was_cut,
        route=through_a_proxy,
    ),
    Row(
        id="F25",
        title="a consumer's requests arrive nowhere for 2.5 leases, though replies do",
        setup=Setup(nap_ms=300, seconds=(8.0, 20.0), jobs=(600, 2_000)),
        inject=hold_requests_of_one,
        evidence=came_late,
        bound=held_per(_ONE_WAY),
    ),
    Row(
        id="F26",
        title="the link to the server is away for a second, again and again",
        setup=Setup(server=LinkedServer, seconds=(6.0, 60.0)),
        inject=flap,
        evidence=flapped,
        promises=few_connections,
        route=through_a_proxy,
    ),
)
