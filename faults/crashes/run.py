"""One run: the scenario through the proxy, with a break at one request or none, and what came of it."""

import multiprocessing
import signal
from multiprocessing import connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Final

from faults.crashes import commands, entries, player
from faults.crashes.judgement import violations
from faults.crashes.modes import Break, Mode
from faults.crashes.mortal import Mortal
from faults.crashes.player import Part
from faults.ledger import Ledger
from faults.tools.proxy import Proxy

_PATIENCE_S: Final = 60.0
# Players are forked from a process that has imported everything and runs no threads.
_PROCESSES: Final = multiprocessing.get_context("forkserver")
_PROCESSES.set_forkserver_preload([player.__name__])


class NotPlayed(Exception):
    """A player failed, or the scenario went another way than it was recorded."""


class Run:
    """The scenario on a server, in a namespace and a directory of its own; ``bug`` names what is wrong, if anything."""

    def __init__(self, server: Mortal, name: str, place: Path, bug: str = "") -> None:
        place.mkdir()
        self._server = server
        self._name = name
        self._place = place
        self._bug = bug
        # What a thread of the proxy asks for is done by the main one, with which a server would end.
        self._asked, self._asks = multiprocessing.Pipe()

    def record(self) -> list[str]:
        """Play without a break or an end, and return the names of all requests."""
        heard: list[bytes] = []
        with self._proxy() as proxy:
            proxy.requests.act = lambda message: heard.append(message.data)
            self._play(proxy, heals=False)
        return [commands.name(request) for request in heard]

    def broken_promises(self, mode: Mode, number: int) -> list[str]:
        """Break at a request, go on, heal, and return a line for every promise that was broken."""
        try:
            self._break(mode, number)
        except NotPlayed as error:
            return [f"not played: {error}"]
        # One job is run by two consumers in any case, since one of them overtakes the other.
        return violations(self._ledger, self._server.url, self._name, repeats=1 + mode.kills_client)

    def _break(self, mode: Mode, number: int) -> None:
        broken = Break(mode, number, self._ask)
        with self._proxy() as proxy:
            broken.arm(proxy)
            self._play(proxy, mode)
            if not broken.came:
                raise NotPlayed(f"request {number} never came")
            if mode.kills_client:
                self._play(proxy)

    def _proxy(self) -> Proxy:
        # Every run meets a server that knows no script yet.
        self._server.forget_scripts()
        return Proxy(self._server.url)

    @property
    def _ledger(self) -> list[entries.Entry]:
        return entries.read(Ledger.at(self._place / "ledger"))

    # The player, and what happens to it.

    def _play(self, proxy: Proxy, mode: Mode | None = None, *, heals: bool = True) -> None:
        part = Part(proxy.url, self._name, self._place, heals=heals, bug=self._bug)
        process = _PROCESSES.Process(target=player.play, args=(part,))
        process.start()
        while self._asked in connection.wait([process.sentinel, self._asked], _PATIENCE_S):
            self._harm(mode, process)
        if process.exitcode is None:
            process.kill()
            raise NotPlayed(f"a player did not come to its end within {_PATIENCE_S:g} s; {_last_words(part)}")
        if process.exitcode != (-signal.SIGKILL if mode and mode.kills_client else 0):
            raise NotPlayed(f"a player ended with {process.exitcode}; {_last_words(part)}")

    def _ask(self) -> None:
        self._asks.send("harm")
        self._asks.recv()

    def _harm(self, mode: Mode | None, process: BaseProcess) -> None:
        self._asked.recv()
        if mode is Mode.POWER_LOSS:
            self._server.lose_power()
        elif mode is Mode.SERVER_AFTER:
            self._server.restart()
        else:
            process.kill()
            process.join()
        self._asked.send("done")


def _last_words(part: Part) -> str:
    lines = part.log.read_text("utf-8", "replace").splitlines() if part.log.exists() else []
    return f"its log ends with: {lines[-1]}" if lines else "it left no log"
