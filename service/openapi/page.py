"""The page at /docs: one answer with everything in it, which reads the document and asks nobody else for anything."""

import base64
import hashlib
from functools import cache
from importlib.resources import files
from typing import Final

from aiohttp import hdrs

from service.answer import Settled

_FILES: Final = files("service.openapi") / "assets"
_ROOM: Final = {"style": "/* page.css */", "script": "/* page.js */"}


@cache
def page() -> Settled:
    """Return the page, under a policy by which a browser runs and loads nothing that is not in it."""
    style, script = _read("page.css"), _read("page.js")
    html = _read("page.html").replace(_ROOM["style"], style).replace(_ROOM["script"], script)
    policy = {
        "default-src": "'none'",
        "style-src": _hash(style),
        "script-src": _hash(script),
        "connect-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
        "require-trusted-types-for": "'script'",
        "trusted-types": "'none'",
    }
    headers = {
        hdrs.CONTENT_TYPE: "text/html; charset=utf-8",
        "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
    }
    return Settled(html.encode(), headers)


def _read(name: str) -> str:
    return (_FILES / name).read_text("utf-8")


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
