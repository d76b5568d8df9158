"""Where the files of a new job stand."""

import keyword
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import attrs

from jobdefs.errors import InvalidOption

_NO_PACKAGES: Final = {"bench", "build", "dist", "docs", "examples", "scripts", "src", "test", "tests", "tools"}
_TAKEN: Final = sys.stdlib_module_names | {"attrs", "consumer", "jobdefs", "pytest", "service"}
_OPTION: Final = "--package"


@attrs.frozen
class Target:
    """A package by its dotted name, and the folder from which it is imported."""

    package: str
    root: Path

    @property
    def folder(self) -> Path:
        """The folder of the package."""
        return self.root.joinpath(*self.package.split("."))

    def module(self, name: str, job: str) -> tuple[str, Path]:
        """Return the name and the file of a module; where a package of this name is, those of a module in it."""
        if (self.folder / name).is_dir():
            return f"{self.package}.{name}.{job}", self.folder / name / f"{job}.py"
        return f"{self.package}.{name}", self.folder / f"{name}.py"


def find_target(package: str | None, here: Path) -> Target:
    """Return the package that was named, else the only one there is, else one named as the folder.

    Raises InvalidOption for a name that cannot be imported or hides another module, and where there are several.
    """
    found = {each.name: each.parent for root in (here, here / "src") for each in _packages(root)}
    if package is None:
        if len(found) > 1:
            raise InvalidOption(_OPTION, f"there are several packages here, so name one of {', '.join(sorted(found))}")
        package = next(iter(found), _named_after(here))
    _check(package)
    return Target(package, found.get(package.partition(".")[0], here))


def _packages(root: Path) -> Iterator[Path]:
    for folder in sorted(root.iterdir()) if root.is_dir() else ():
        if folder.name.isidentifier() and folder.name not in _NO_PACKAGES and any(folder.glob("*.py")):
            yield folder


def _named_after(here: Path) -> str:
    name = re.sub(r"\W+", "_", here.absolute().name.lower(), flags=re.ASCII).strip("_")
    return name if _is_importable(name) and name not in _TAKEN else "myapp"


def _check(package: str) -> None:
    if not all(map(_is_importable, package.split("."))):
        raise InvalidOption(_OPTION, f"{package!r} is no name of a package, such as myapp or myapp.mail")
    if (first := package.partition(".")[0]) in _TAKEN:
        raise InvalidOption(_OPTION, f"{first} is another module already, which this package would hide; choose a name")


def _is_importable(name: str) -> bool:
    return name.isidentifier() and not keyword.iskeyword(name)
