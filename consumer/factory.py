"""Builds the Huey instance that ``huey_consumer consumer.app`` runs: one Huey task per definition."""

from functools import partial, update_wrapper
from typing import Any

from consumer.huey_bridge.app import JobsHuey
from consumer.settings import ConsumerSettings
from jobdefs.catalog import Catalog, load_catalog
from jobdefs.definition import Definition
from jobdefs.runtime.settings import load
from jobdefs.storage.drivers import Store
from jobdefs.storage.private_server import resolve_url, state_directory
from jobdefs.wire import codec


class WorkerFactory:
    """Makes a RedisHuey out of settings and a catalogue; nothing connects before it is used."""

    def __init__(self, settings: ConsumerSettings, catalog: Catalog) -> None:
        self._settings = settings
        self._catalog = catalog

    def build(self) -> JobsHuey:
        """Return the instance, with a task for every definition."""
        codec.prepare(self._catalog)
        url = resolve_url(self._settings.redis_url, state_directory(self._settings.state_dir))
        app = JobsHuey(self._settings.namespace, Store(url), url, self._catalog)
        for definition in self._catalog:
            self._register(app, definition)
        app.consumer_maker = partial(_create_consumer, settings=self._settings)
        return app

    def _register(self, app: JobsHuey, definition: Definition) -> None:
        """Register a definition as a Huey task whose retries come with the app's exponential delay hook."""
        decorate = app.task(
            retries=definition.retry.attempts - 1,
            priority=definition.priority,
            name=definition.name,
            timeout=definition.timeout.total_seconds() if definition.timeout else None,
            definition=definition,
            context=True,
        )
        decorate(update_wrapper(partial(_run_at_once, app), _run_at_once))


def build_app() -> JobsHuey:
    """Return the instance for this environment's settings and definitions; raises JobsError."""
    settings = load(ConsumerSettings)
    return WorkerFactory(settings, load_catalog(settings.modules)).build()


def _run_at_once(app: JobsHuey, payload: Any, task: Any) -> Any:
    # A defined job's handler is found through its binding; only Huey's immediate mode comes here.
    from consumer.immediate import run

    return run(app, payload, task)


def _create_consumer(app: JobsHuey, options: dict[str, Any], *, settings: ConsumerSettings) -> Any:
    from consumer.start_up import create_consumer

    return create_consumer(app, settings, options)
