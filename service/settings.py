"""The service's settings."""

import attrs

from jobdefs.durability import Durability
from jobdefs.runtime.readings import switch, text, whole
from jobdefs.runtime.settings import StoreSettings, secret, setting


def level(value: object) -> str:
    """Read a level of durability, or nothing."""
    written = text(value).lower()
    return str(Durability.read(written)) if written else ""


@attrs.frozen(kw_only=True)
class ServiceSettings(StoreSettings):
    """Where the service listens, and who may ask."""

    host: str = setting("127.0.0.1", text, "The address to listen on; any other than loopback wants JOBS_TOKEN")
    port: int = setting(8080, whole(0, 65535), "The port to listen on; 0: any free one")
    token: str = secret("", text, "What clients send as Authorization: Bearer; empty: nothing is asked for")
    durability: str = setting(
        "",
        level,
        "How safe a job must be before its enqueue is answered, unless that asks for something else: memory, disk, or "
        "replica:1 to replica:9; empty: as the server is",
    )
    access_log: bool = setting(default=False, read=switch, explanation="Whether each request is logged: yes or no")

    @property
    def level(self) -> Durability | None:
        """The durability of an enqueue that asks for none, None for whatever the server gives."""
        return Durability.read(self.durability) if self.durability else None
