"""`aiohttp-huey up`: everything on one machine."""

import sys
from argparse import Namespace
from collections.abc import Sequence
from typing import Final

from jobdefs.runtime.exits import Exit
from jobdefs.runtime.settings import load
from jobdefs.storage import address as store_address
from jobdefs.storage.drivers import Store
from jobdefs.storage.private_server import DEFAULT_URL, PrivateServer, resolve_url, state_directory
from jobdefs.storage.suitability import check
from service.cli import programs
from service.cli.address import Address, claim
from service.cli.log import Log
from service.cli.supervisor import Ended, Interrupted, Supervisor
from service.cli.wording import PROGRAM, invocation
from service.settings import ServiceSettings

_EXAMPLE: Final = """{"payload": {"message": "hello"}}"""


def up(options: Namespace) -> int:
    """Run the service, a consumer and, without REDIS_URL, a private server, until a signal or one of them ends."""
    settings = load(ServiceSettings)
    address = claim(settings.host, settings.port if options.port is None else options.port)
    supervisor = Supervisor(Log())
    try:
        with supervisor:
            url = start(supervisor, settings, address, options)
            say(_welcome(address, url, settings))
            supervisor.run()
    except Interrupted:
        say("stopped")
    except Ended as ended:
        return report(ended)
    return Exit.OK


def start(supervisor: Supervisor, settings: ServiceSettings, address: Address, options: Namespace) -> str:
    """Start everything and return the store's address; raises SettingsError, StoreError, Ended or Interrupted."""
    url = _store(supervisor, settings, share=options.share)
    environment = {"REDIS_URL": url, "JOBS_HOST": address.host, "JOBS_PORT": str(address.port)}
    # The service stops first: then nothing new comes in while the consumer drains.
    supervisor.start(
        {"consumer": programs.consumer(_consumer_options(options)), "service": programs.service()}, environment
    )
    return url


def report(ended: Ended) -> int:
    """Say what ended by itself; returns the exit code that tells it too."""
    print(f"{PROGRAM}: {ended}; everything else was stopped", file=sys.stderr)
    return ended.exit


def say(text: str) -> None:
    """Tell the person at the terminal, at once."""
    print(text, flush=True)


def _store(supervisor: Supervisor, settings: ServiceSettings, *, share: bool) -> str:
    state_dir = state_directory(settings.state_dir)
    url = resolve_url(settings.redis_url, state_dir) if share else settings.redis_url
    if url in ("", DEFAULT_URL) and not settings.redis_url:
        say(f"starting a private server; its data is kept in {state_dir}")
        return supervisor.serve(PrivateServer(state_dir))
    store = Store(url)
    try:
        check(store)
    finally:
        store.close()
    return url


def _consumer_options(options: Namespace) -> Sequence[str]:
    given = {"-w": options.workers, "-k": options.worker_type}
    return [word for name, value in given.items() if value is not None for word in (name, str(value))]


def _welcome(address: Address, url: str, settings: ServiceSettings) -> str:
    token = ' -H "Authorization: Bearer $JOBS_TOKEN"' if settings.token else ""
    return f"""
Up and ready; Ctrl-C stops everything in order.
  service  {address.url}
  store    {store_address.shown(url)}

To try it, in a second terminal:
  curl -s {address.url}/v1/enqueue/TEST_JOB{token} -H 'Content-Type: application/json' -d '{_EXAMPLE}'
  {invocation()} list
"""
