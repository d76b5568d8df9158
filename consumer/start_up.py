"""What stands between ``huey_consumer consumer.app`` and the first claim: checks, and a clear line where one fails."""

import secrets
from datetime import timedelta
from typing import Any, Final

from loguru import logger

from consumer.binding import Binding, load_bindings
from consumer.huey_bridge.app import JobsHuey
from consumer.huey_bridge.consumer import LeasedConsumer
from consumer.log_setup import LogSetup
from consumer.plan import Plan, plans_of
from consumer.settings import ConsumerSettings
from consumer.station import Orders, Station
from jobdefs.errors import JobsError, SettingsError
from jobdefs.policy import DEFAULT_QUEUE
from jobdefs.runtime.exits import tell
from jobdefs.storage import key_space, suitability
from jobdefs.storage.drivers import Store
from jobdefs.storage.inspection import InspectionCalls

_THREAD_OR_PROCESS: Final = ("thread", "process")


def create_consumer(app: JobsHuey, settings: ConsumerSettings, options: dict[str, Any]) -> LeasedConsumer:
    """Return the consumer that Huey's options ask for; exits with one line where something is missing or wrong."""
    log = LogSetup.of_options(settings)
    log.apply()
    try:
        return _create(app, settings, options, log)
    except JobsError as error:
        raise SystemExit(tell("consumer", error)) from None


def _create(app: JobsHuey, settings: ConsumerSettings, options: dict[str, Any], log: LogSetup) -> LeasedConsumer:
    _check(options)
    bindings = load_bindings(app.catalog, settings.handlers)
    suitability.check(app.store)
    _open_key_space(app.store, settings.namespace)
    # A process worker must not inherit a connection.
    app.store.close()
    orders = _orders(app, settings, bindings, log)
    options["shutdown_timeout"] = (
        options.get("shutdown_timeout") if options.get("shutdown_timeout") is not None else settings.drain
    )
    logger.info("serving the queues {}", ", ".join(orders.queues))
    return LeasedConsumer(app, lambda workers: Station(app, orders, workers=workers), orders.lease, **options)


def _open_key_space(store: Store, namespace: str) -> None:
    found = store.send(InspectionCalls(namespace).open(secrets.token_hex(16)))
    key_space.check(found, store.shown)
    for what, step in key_space.upgrades(found, namespace):
        logger.info("carrying the key space over {}", what)
        while store.send(step):
            pass
        logger.info("carried the key space over {}", what)


def _check(options: dict[str, Any]) -> None:
    if options.get("worker_type", "thread") not in _THREAD_OR_PROCESS:
        raise SettingsError(
            "-k greenlet is not available: async def handlers run concurrently in any consumer; "
            "use -k thread or -k process"
        )
    if (workers := options.get("workers", 1)) < 1:
        raise SettingsError(f"-w {workers} is not possible: a consumer has 1 worker or more")
    drain_s = options.get("shutdown_timeout")
    # Written so that "nan" is refused, too.
    if drain_s is not None and not drain_s >= 0:
        raise SettingsError(f"-t {drain_s:g} is not possible: running jobs may take 0 seconds or more after SIGTERM")


def _orders(app: JobsHuey, settings: ConsumerSettings, bindings: dict[str, Binding], log: LogSetup) -> Orders:
    plans = plans_of(app, bindings)
    return Orders(
        namespace=settings.namespace,
        queues=_queues(settings, plans),
        plans=plans,
        plain_tasks=app.has_plain_tasks,
        concurrency=settings.concurrency,
        lease=timedelta(seconds=settings.lease),
        log=log,
    )


def _queues(settings: ConsumerSettings, plans: dict[str, Plan]) -> tuple[str, ...]:
    known = sorted({DEFAULT_QUEUE, *(plan.definition.queue for plan in plans.values())})
    asked = settings.queues.split(",") if settings.queues else known
    for queue in asked:
        if queue not in known:
            logger.warning("JOBS_QUEUES: no definition names the queue {}; known are {}", queue, ", ".join(known))
    return tuple(asked)
