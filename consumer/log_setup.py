"""How a consumer and its quarantine's process log: alike."""

import logging
from pathlib import Path
from typing import Self, cast

import attrs

from consumer.settings import ConsumerSettings
from jobdefs.runtime import logs


@attrs.frozen
class LogSetup:
    """The least level, ``text`` or ``json``, and a file's path, empty for standard error."""

    level: str
    form: str
    file: str = ""

    @classmethod
    def of_options(cls, settings: ConsumerSettings) -> Self:
        """Return what huey_consumer's options ask for, and the settings where they ask for nothing."""
        huey = logging.getLogger("huey")
        level = {logging.DEBUG: "DEBUG", logging.WARNING: "WARNING"}.get(huey.level, settings.log_level)
        files = [handler.baseFilename for handler in huey.handlers if isinstance(handler, logging.FileHandler)]
        return cls(level, settings.log_format, files[0] if files else "")

    def apply(self) -> None:
        """Lead this process's lines there, Huey's among them."""
        logs.configure(self.level, cast("logs.Format", self.form), Path(self.file) if self.file else None)
        logs.intercept("huey", level=self.level)
        if self.level != "DEBUG":
            # Huey tells of every job at INFO, which costs more than running a short one; -v shows it.
            logging.getLogger("huey").setLevel(logging.WARNING)
            logging.getLogger("huey.consumer").setLevel(self.level)
