"""The service dies when a job is in, and its client has not heard of it: F38."""

from typing import Final

from faults.row import Row
from faults.setup import Setup
from faults.stage import Stage
from faults.tools.proxy import Proxy

_PATIENCE_S: Final = 20.0


def kill_before_the_answer(stage: Stage) -> None:
    """Hold the store's replies to the service, and kill it when the store has put jobs in."""
    assert stage.api
    with Proxy(stage.server.url) as proxy:
        stage.api.variables["REDIS_URL"] = proxy.url
        _start_anew(stage)
        for _ in range(stage.either((3, 15))):
            _let_some_pass(stage)
            if not stage.producer.is_alive():
                break
            with proxy.replies.held():
                _await_a_request(stage, proxy)
                stage.sleep(stage.dice.uniform(0.05, 0.3))
                stage.fault("unanswered", _in_unheard(stage))
                stage.api.kill()
            _start_anew(stage)
        _let_some_pass(stage)
        stage.api.variables["REDIS_URL"] = stage.server.url
        _start_anew(stage)


def _start_anew(stage: Stage) -> None:
    assert stage.api
    if stage.api.process and stage.api.process.poll() is None:
        stage.api.kill()
    stage.api.start()
    stage.api.await_answer()


def _let_some_pass(stage: Stage) -> None:
    before = stage.count("ack")
    stage.until(lambda: stage.count("ack") > before + 4 or not stage.producer.is_alive(), "enqueues", _PATIENCE_S)


def _await_a_request(stage: Stage, proxy: Proxy) -> None:
    before = proxy.requests.count
    stage.until(lambda: proxy.requests.count > before or not stage.producer.is_alive(), "a request", _PATIENCE_S)


def _in_unheard(stage: Stage) -> int:
    """Count the orders that have begun to run, and whose enqueue is not answered."""
    lines = list(stage.ledger.lines())
    answered = {line.order for line in lines if line.word in ("ack", "held", "refused")}
    return len({line.order for line in lines if line.word == "start" and "+" not in line.order} - answered)


def died_unheard(stage: Stage) -> str:
    """Tell how often the service was killed, and how many orders had begun to run that it had not answered."""
    unheard = [int(line.detail) for line in stage.ledger.lines() if line.job == "unanswered"]
    deaths, again = len(unheard), stage.producer.retries
    told = (
        f"the service was killed {deaths} times, with {sum(unheard)} jobs in that nobody had heard of; {again} retries"
    )
    return told if sum(unheard) and again else ""


ROWS: Final = (
    Row(
        id="F38",
        title="the service is killed between the store's reply and its own",
        setup=Setup(jobs=(300, 1_500), seconds=(10.0, 60.0)),
        inject=kill_before_the_answer,
        evidence=died_unheard,
        rival="it has no service",
    ),
)
