"""The storefront as a web server: the standard library's, a thread for a request."""

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from demo.services.graphql import GraphQLError

from . import pages
from .purchases import Purchase, Purchases, payment_state
from .shops import Kind, Shop, ShopRefusalError, Theatre

LONGEST_FORM: Final = 4096
PURCHASE: Final = re.compile(r"/purchases/([A-Za-z0-9_-]+)/(pay)?")
POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none';"
    " frame-ancestors 'none'"
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back: a page, or the way to one."""

    page: str = ""
    status: HTTPStatus = HTTPStatus.OK
    headers: dict[str, str] = field(default_factory=dict)


def to(location: str) -> Answer:
    """Send the browser elsewhere."""
    return Answer(status=HTTPStatus.SEE_OTHER, headers={"Location": location})


class Storefront:
    """Answers requests, whatever carries them."""

    def __init__(self, shop: Shop, theatre: Theatre | None = None) -> None:
        """Sell what `shop` sells; with a theatre, show what can happen to a payment."""
        self._shop = shop
        self._theatre = theatre
        self._purchases = Purchases(shop)

    def get(self, path: str, query: dict[str, str]) -> Answer:
        """Answer a GET."""
        if path == "/":
            stories = self._theatre.buttons if self._theatre else ()
            product = self._shop.product()
            return Answer(pages.product_page(self._shop, product, stories))
        if path == "/returned/":
            found = self._purchases.find_returned(query.get("transaction", ""))
            return to(f"/purchases/{found.key}/") if found else self._missing()
        purchase = self._purchase(path)
        return self._show(purchase) if purchase else self._missing()

    def post(self, path: str, form: dict[str, str]) -> Answer:
        """Answer a POST."""
        if path == "/buy":
            is_order = form.get("kind") == Kind.ORDER
            kind = Kind.ORDER if is_order else Kind.CHECKOUT
            return to(f"/purchases/{self._purchases.start(kind).key}/")
        if path == "/stories":
            return self._begin_story(form.get("story", ""))
        purchase = self._purchase(path)
        if purchase is None:
            return self._missing()
        try:
            payment = self._purchases.pay(purchase, form.get("asset", ""))
        except ShopRefusalError as refusal:
            return self._choose(purchase, str(refusal))
        return to(payment.page_url)

    def _begin_story(self, key: str) -> Answer:
        asset = self._theatre.asset_of(key) if self._theatre else ""
        if self._theatre is None or not asset:
            return self._missing()
        purchase = self._purchases.start(Kind.CHECKOUT)
        payment = self._purchases.pay(purchase, asset)
        self._theatre.begin(key, purchase.id, payment)
        return to(payment.page_url)

    def refuse(self, error: Exception) -> Answer:
        """Say that the shop does not do its part."""
        page = pages.message_page(self._shop, f"The shop says: {error}")
        return Answer(page, HTTPStatus.BAD_GATEWAY)

    def _purchase(self, path: str) -> Purchase | None:
        match = PURCHASE.fullmatch(path)
        return self._purchases.find(match[1]) if match else None

    def _show(self, purchase: Purchase) -> Answer:
        if purchase.payment is None:
            return self._choose(purchase)
        standing = self._shop.standing(purchase.id)
        state = payment_state(purchase.payment)
        return Answer(
            pages.standing_page(self._shop, standing, purchase.payment, state)
        )

    def _choose(self, purchase: Purchase, refusal: str = "") -> Answer:
        page = pages.coins_page(
            self._shop,
            purchase.key,
            self._shop.standing(purchase.id),
            self._shop.offers(purchase.id),
            refusal,
        )
        status = HTTPStatus.UNPROCESSABLE_ENTITY if refusal else HTTPStatus.OK
        return Answer(page, status)

    def _missing(self) -> Answer:
        page = pages.message_page(self._shop, "There is nothing here")
        return Answer(page, HTTPStatus.NOT_FOUND)


class StorefrontServer(ThreadingHTTPServer):
    """Listens on the loopback."""

    daemon_threads = True

    def __init__(self, port: int, shop: Shop, theatre: Theatre | None) -> None:
        """Listen on `port` at once; requests wait until it serves."""
        super().__init__(("127.0.0.1", port), _Handler)
        self.storefront = Storefront(shop, theatre)


class _Handler(BaseHTTPRequestHandler):
    server: StorefrontServer

    def do_GET(self) -> None:
        """Answer a page."""
        parts = urlsplit(self.path)
        query = dict(parse_qsl(parts.query))
        self._answer(lambda: self.server.storefront.get(parts.path, query))

    def do_POST(self) -> None:
        """Take a form."""
        length = min(int(self.headers.get("Content-Length") or 0), LONGEST_FORM)
        form = dict(parse_qsl(self.rfile.read(length).decode(errors="replace")))
        self._answer(lambda: self.server.storefront.post(self.path, form))

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's
        """Say nothing: the terminal shows what matters."""

    def _answer(self, ask: Callable[[], Answer]) -> None:
        try:
            answer = ask()
        except (ShopRefusalError, GraphQLError) as error:
            answer = self.server.storefront.refuse(error)
        body = answer.page.encode()
        self.send_response(answer.status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", POLICY)
        self.send_header("Cache-Control", "no-store")
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def serve(port: int, shop: Shop, theatre: Theatre | None = None) -> Iterator[str]:
    """Serve the storefront beside whatever runs here; gives its address."""
    with StorefrontServer(port, shop, theatre) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            server.shutdown()
