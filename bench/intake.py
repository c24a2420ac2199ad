"""Webhook intake against a bare Django view that inserts one row."""

from collections.abc import Iterator

from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.stand_ins import Stage
from tests.web.site import PREFIX, Site

from .measuring import by_turns, cpu, ratio, wall
from .requests import BODY, request, sign

TIMES = 200
DOOR = f"{PREFIX}/webhooks/crypton/"


def measure() -> Iterator[tuple[str, str, str]]:
    """Yield figures: what, how much, and the goal."""
    Site.stage = Stage()
    works = {
        "ours": request("POST", DOOR, BODY, signature=sign(BODY)),
        "insert": request("POST", "/bare/insert/", BODY),
        "forged": request("POST", DOOR, BODY, signature="sha256=00", expect=400),
        "nothing": request("POST", "/bare/nothing/", BODY),
    }
    costs = by_turns(works, TIMES)
    ours, bare = costs["ours"], costs["insert"]
    yield (
        "webhook intake without a server, CPU against a bare one-row insert",
        f"{ratio(ours, bare):.2f} x ({cpu(ours):.2f} ms against {cpu(bare):.2f} ms)",
        "",
    )
    yield (
        "webhook intake, requests a second in one thread",
        f"{1000 / wall(ours):.0f} (bare insert: {1000 / wall(bare):.0f})",
        "",
    )
    forged, nothing = costs["forged"], costs["nothing"]
    yield (
        "forged webhook, CPU against a view that does nothing",
        f"{ratio(forged, nothing):.2f} x ({cpu(forged):.2f} ms)",
        "",
    )
    for name, goal in (("ours", "1"), ("forged", "0")):
        with CaptureQueriesContext(connection) as queries:
            works[name]()
        what = {"ours": "valid", "forged": "forged"}[name]
        yield f"SQL statements for a {what} webhook", str(len(queries)), goal
