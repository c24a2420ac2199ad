"""A shop's app, as far as Saleor's webhooks go: what it was sent."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from demo.services.saleor import RunningSaleor

CREATE_APP = """
mutation($permissions: [PermissionEnum!]) {
  appCreate(input: {name: "Tests", permissions: $permissions}) {
    app { id } errors { field message code }
  }
}
"""
CREATE_WEBHOOK = """
mutation($input: WebhookCreateInput!) {
  webhookCreate(input: $input) { webhook { id } errors { field message code } }
}
"""
DELETE_APP = """
mutation($app: ID!) { appDelete(id: $app) { errors { field message code } } }
"""


@dataclass(frozen=True)
class Wish:
    """What an app asks Saleor for.

    Attributes:
        permissions: by the names of GraphQL.
        events: it wants to be told of.
        query: what of them; None for what Saleor sends of itself.
    """

    permissions: tuple[str, ...]
    events: tuple[str, ...]
    query: str | None = None


MAILER = Wish(("MANAGE_USERS",), ("NOTIFY_USER",))


@dataclass
class AppServer:
    """An app that is told of what Saleor would have a user notified of, or of more."""

    url: str = ""
    told: list[dict[str, Any]] = field(default_factory=list)

    def events(self) -> list[str]:
        """Return the names of our own events that came."""
        names = [str(row["notify_event"]) for row in self.told]
        return [name for name in names if name.startswith("saleor_cryptopay.")]

    def payload(self, event: str) -> dict[str, Any]:
        """Return what came with an event."""
        (found,) = [row["payload"] for row in self.told if row["notify_event"] == event]
        return dict(found)


@contextmanager
def running_app(saleor: RunningSaleor, wish: Wish = MAILER) -> Iterator[AppServer]:
    """Run an app, installed in a Saleor for as long as the context lasts."""
    app = AppServer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            app.told.append(json.loads(body))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Leave the terminal to the tests."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        app.url = f"http://127.0.0.1:{server.server_address[1]}/"
        key = _install(saleor, app.url, wish)
        try:
            yield app
        finally:
            saleor.api.mutate(DELETE_APP, {"app": key}, saleor.staff_token())
            server.shutdown()
            thread.join()


def _install(saleor: RunningSaleor, url: str, wish: Wish) -> str:
    token = saleor.staff_token()
    permissions = {"permissions": list(wish.permissions)}
    key = str(saleor.api.mutate(CREATE_APP, permissions, token)["app"]["id"])
    webhook = {
        "name": "Tests",
        "app": key,
        "targetUrl": url,
        "isActive": True,
        "asyncEvents": list(wish.events),
        "query": wish.query,
    }
    saleor.api.mutate(CREATE_WEBHOOK, {"input": webhook}, token)
    return key
