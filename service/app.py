"""All wiring: the queue inside any aiohttp application, and the stand-alone service."""

from collections.abc import AsyncIterator, Callable

from aiohttp import web
from aiohttp.typedefs import Middleware

from jobdefs.catalog import Catalog, load_catalog
from jobdefs.runtime.settings import load
from jobdefs.storage.drivers import AsyncStore
from jobdefs.storage.private_server import resolve_url, state_directory
from jobdefs.wire.codec import prepare
from service.access import bearer
from service.key import QUEUE
from service.openapi.description import DESCRIPTION, Description
from service.queue import QueueService
from service.routes import OPEN, PREFIX, ROUTES, below
from service.settings import ServiceSettings
from service.shield import shield


def setup(
    app: web.Application,
    *,
    catalog: Catalog | None = None,
    settings: ServiceSettings | None = None,
    routes: bool = False,
) -> QueueService:
    """Put a QueueService into an application, as ``app[service.QUEUE]``, and return it.

    The application starts while the store is away, too. ``routes`` mounts the REST API under ``/v1``, with its
    description at ``/v1/openapi.json`` and ``/v1/docs``. Definitions and settings come from the environment unless
    given; raises DefinitionError or SettingsError.
    """
    settings = load(ServiceSettings) if settings is None else settings
    catalog = load_catalog(settings.modules) if catalog is None else catalog
    prepare(catalog)
    store = AsyncStore(resolve_url(settings.redis_url, state_directory(settings.state_dir)))
    queue = app[QUEUE] = QueueService(catalog, store, settings.namespace, settings.level)
    app.cleanup_ctx.append(_closing(store))
    if routes:
        app.add_subapp(PREFIX, _api(queue, settings.token))
    return queue


def create_app(*, catalog: Catalog | None = None, settings: ServiceSettings | None = None) -> web.Application:
    """Return the stand-alone service, with every route; raises DefinitionError or SettingsError."""
    settings = load(ServiceSettings) if settings is None else settings
    app = web.Application(middlewares=_middlewares(settings.token))
    queue = setup(app, catalog=catalog, settings=settings)
    app.add_routes(route.definition() for route in ROUTES)
    app[DESCRIPTION] = Description(ROUTES, queue.definitions(), guarded=bool(settings.token))
    return app


def _api(queue: QueueService, token: str) -> web.Application:
    # An application of its own, so that the one it is mounted in keeps its own way of telling errors.
    api = web.Application(middlewares=_middlewares(token))
    api[QUEUE] = queue
    routes = below(PREFIX)
    api.add_routes(route.definition(PREFIX) for route in routes)
    api[DESCRIPTION] = Description(routes, queue.definitions(), guarded=bool(token))
    return api


def _middlewares(token: str) -> list[Middleware]:
    return [shield, bearer(token, OPEN)] if token else [shield]


def _closing(store: AsyncStore) -> Callable[[web.Application], AsyncIterator[None]]:
    async def closing(_app: web.Application) -> AsyncIterator[None]:
        async with store:
            yield

    return closing
