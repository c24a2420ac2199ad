"""The console page: its parts are put into one page, so that it asks for no other."""

from functools import cache
from importlib.resources import files
from typing import Final

from .routing import Answer

# Says what the page is: it loads nothing, and talks to the sandbox alone.
_POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline';"
    " connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'"
)


@cache
def console_page() -> Answer:
    """Return the page with its style and its script inside."""
    page = _part("console.html")
    for name in ("console.css", "console.js"):
        page = page.replace("{{ " + name + " }}", _part(name))
    headers = {"Content-Security-Policy": _POLICY, "Cache-Control": "no-store"}
    return Answer(200, page.encode(), "text/html; charset=utf-8", headers)


def _part(name: str) -> str:
    return (files(__package__) / name).read_text(encoding="utf-8")
