"""The text of a Python module, to which imports and blocks are added; whatever is there stays."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from jobdefs.errors import InvalidOption

_LINE: Final = 88
_IMPORTS: Final = (ast.Import, ast.ImportFrom)


class Source:
    """A module as it is, or one that begins with ``docstring`` where there is no file; raises InvalidOption."""

    def __init__(self, path: Path, docstring: str) -> None:
        self.path = path
        try:
            self.text = path.read_text()
            self._tree()
        except (FileNotFoundError, NotADirectoryError):
            self.text = f'"""{docstring}"""\n'
        except (OSError, UnicodeDecodeError, SyntaxError) as error:
            raise InvalidOption("NAME", f"{path} cannot be added to: {error}; mend that first") from error

    def refuse(self, name: str) -> None:
        """Raise InvalidOption where something in the module has this name."""
        if name in self._bound():
            raise InvalidOption("NAME", f"{self.path} has a {name} already; choose another name or --package")

    def mentions(self, text: str) -> bool:
        """Tell whether the text stands anywhere in the module as a string."""
        return any(isinstance(node, ast.Constant) and node.value == text for node in ast.walk(self._tree()))

    def add_import(self, module: str, name: str = "") -> None:
        """Import the module, or a name from it; raises InvalidOption where the name stands for something else."""
        bound = self._bound().get(name or module)
        if bound == (module, name):
            return
        if bound is not None:
            wanted = f"from {module} import {name}" if name else f"import {module}"
            raise InvalidOption("NAME", f"{self.path} has another {name or module} than `{wanted}`; choose --package")
        if not (name and self._extend(module, name)):
            self._insert(module, f"from {module} import {name}" if name else f"import {module}")

    def append(self, block: str, empty_lines: int = 2) -> None:
        """Put a block at the end, below what is there and so many empty lines."""
        self.text = "\n".join([self.text.rstrip(), *[""] * empty_lines, block])

    def _tree(self) -> ast.Module:
        return ast.parse(self.text, str(self.path))

    def _bound(self) -> dict[str, tuple[str, str]]:
        """Return every name at the top of the module, and from where it is imported; ("", "") if it is not."""
        return {name: origin for node in self._tree().body for name, origin in _names(node)}

    def _extend(self, module: str, name: str) -> bool:
        for node in self._tree().body:
            if isinstance(node, ast.ImportFrom) and node.module == module and not node.level:
                first, last = node.lineno - 1, node.end_lineno or node.lineno
                lines = self.text.splitlines()
                if any("#" in line for line in lines[first:last]):
                    return False
                lines[first:last] = _import_lines(module, [*map(ast.unparse, node.names), name])
                self.text = "\n".join([*lines, ""])
                return True
        return False

    def _insert(self, module: str, statement: str) -> None:
        lines = self.text.splitlines()
        after, neighbour = next((place for place, line in enumerate(lines) if not line.startswith("#")), 0), ""
        for place, node in enumerate(self._tree().body):
            if not (isinstance(node, _IMPORTS) or (place == 0 and _is_docstring(node))):
                break
            after, neighbour = node.end_lineno or node.lineno, _module_of(node)
        # One's own modules stand below those of others, and a docstring above all.
        above = [""] if after and neighbour.partition(".")[0] not in _beside(module) else []
        lines[after:after] = [*above, statement, *_gap(lines[after : after + 1])]
        self.text = "\n".join([*lines, ""])


def _gap(below: list[str]) -> list[str]:
    """Return the empty lines between imports and what stands right below them."""
    if not any(below) or below[0].startswith(("import ", "from ")):
        return []
    return ["", ""] if below[0].startswith(("class ", "def ", "async ", "@")) else [""]


def _beside(module: str) -> set[str]:
    others = {"attrs", "consumer", "jobdefs", "pytest"}
    first = module.partition(".")[0]
    return others if first in others else {first}


def _names(node: ast.stmt) -> Iterator[tuple[str, tuple[str, str]]]:
    match node:
        case ast.Import():
            yield from ((each.asname or each.name.partition(".")[0], (each.name, "")) for each in node.names)
        case ast.ImportFrom():
            yield from ((each.asname or each.name, (node.module or "", each.name)) for each in node.names)
        case ast.ClassDef() | ast.FunctionDef() | ast.AsyncFunctionDef():
            yield node.name, ("", "")
        case _:
            stored = (each for each in ast.walk(node) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store))
            yield from ((each.id, ("", "")) for each in stored)


def _module_of(node: ast.stmt) -> str:
    if isinstance(node, ast.ImportFrom):
        return node.module or ""
    return node.names[0].name if isinstance(node, ast.Import) else ""


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _import_lines(module: str, names: list[str]) -> list[str]:
    names = sorted(names, key=_rank)
    line = f"from {module} import {', '.join(names)}"
    if len(line) <= _LINE:
        return [line]
    return [f"from {module} import (", *(f"    {name}," for name in names), ")"]


def _rank(name: str) -> tuple[int, str]:
    return (0 if name.isupper() else 1 if name[0].isupper() else 2), name
