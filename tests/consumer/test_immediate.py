"""Huey's immediate mode: tasks and jobs run on the spot, without a server or a consumer."""

from collections.abc import Iterator

import pytest
from huey.api import chord

from consumer.huey_bridge.app import JobsHuey
from tests.support.consumers import HANDLERS
from tests.support.jobs import MODULES
from tests.support.ledger import VARIABLE, Ledger
from tests.support.shop import jobs as shop


@pytest.fixture
def app(tasks: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[JobsHuey]:
    """The shop's instance in immediate mode."""
    import consumer

    monkeypatch.setenv("JOBS_MODULES", MODULES)
    monkeypatch.setenv("JOBS_HANDLERS", HANDLERS)
    monkeypatch.setattr(consumer.app.store, "send", pytest.fail)
    consumer.app.immediate = True
    yield consumer.app
    consumer.app.immediate = False


def test_plain_task(app: JobsHuey) -> None:
    """A plain task has its result as soon as it is called, and a pipeline and a chord, too."""
    from tests.support.shop import tasks

    assert tasks.add(1, 2)() == 3
    assert app.enqueue(tasks.add.s(1, 2).then(tasks.add, 4)).get() == [3, 7]
    assert app.enqueue(chord([tasks.add.s(n, n) for n in range(3)], tasks.total.s())).get() == 6


def run(app: JobsHuey, payload: object) -> object:
    task = app.task_classes[app.catalog.of(payload).name]
    return app.enqueue(task((payload,))).get()


@pytest.mark.parametrize(("payload", "result"), [(shop.Add(1, 2), 3), (shop.Echo("a"), "a")])
def test_defined_job(app: JobsHuey, payload: object, result: object) -> None:
    """A defined job runs its handler, def or async def."""
    assert run(app, payload) == result


def test_context(app: JobsHuey) -> None:
    """A handler that takes a context gets one, in every attempt."""
    told = run(app, shop.About())
    assert isinstance(told, dict)
    assert (told["name"], told["attempt"], told["attempts"], told["key"]) == ("ABOUT", 2, 3, f"{told['id']}:0")


def test_follow_up(app: JobsHuey, ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a handler enqueues through its context runs after it."""
    monkeypatch.setenv(VARIABLE, str(ledger.path))
    follow_up = run(app, shop.Order())
    assert app.result(str(follow_up)) == "ordered"
