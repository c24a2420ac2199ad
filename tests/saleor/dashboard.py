"""Saleor's own Dashboard: found as a build, served, and used as staff use it."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from playwright.sync_api import Locator, Page
from playwright.sync_api import TimeoutError as PatienceError

from demo.services.cache import CACHE
from demo.services.saleor import EMAIL, PASSWORD
from demo.services.staff import PLUGIN_ID

# Where a build expects to be served, and what it has in place of a Saleor's address.
MOUNT = "/dashboard"
API_URL = re.compile(r'(API_URL: ")[^"]*')

# What it says then differs from one Dashboard to the other.
SAVED = re.compile("Plugin settings updated|Saved changes")

# Of cells, the text of those that nothing is cut off from.
SEEN_WHOLE = """cells => cells.filter(cell => {
  const parts = [cell, ...cell.querySelectorAll("*")];
  return !parts.some(part => getComputedStyle(part).overflow !== "visible"
    && (part.scrollHeight > part.clientHeight + 1
      || part.scrollWidth > part.clientWidth + 1));
}).map(cell => cell.innerText)"""

# It is large, and computers of tests are slow.
PATIENCE_MILLISECONDS = 60_000
STAYS_MILLISECONDS = 1_000
OPENS_MILLISECONDS = 10_000
TRIES = 5


def dashboard_home() -> Path:
    """Return the folder of the builds: `DASHBOARD_HOME`, or one in the user's cache."""
    chosen = os.environ.get("DASHBOARD_HOME")
    return Path(chosen).expanduser() if chosen else CACHE / "dashboard"


def find_dashboard(version: str) -> Path | None:
    """Return the build for a version of Saleor, if there is one."""
    build = dashboard_home() / version
    return build if (build / "index.html").exists() else None


def has_part(build: Path, name: str) -> bool:
    """Return whether a build has a part that its own tests call so."""
    return any(name in script.read_text() for script in build.glob("*.js"))


class Files(SimpleHTTPRequestHandler):
    """Serves a build: its files, and the one page for every other path."""

    def __init__(self, *arguments: Any, page: bytes, **named: Any) -> None:
        """Answer a request; `page` is what stands for every path of the Dashboard."""
        self.page = page
        super().__init__(*arguments, **named)

    def do_GET(self) -> None:
        """Send a file, or the page."""
        self.path = self.path.partition("?")[0].removeprefix(MOUNT)
        if self.path.strip("/") and Path(self.translate_path(self.path)).is_file():
            super().do_GET()
            return
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(self.page)))
        self.end_headers()
        self.wfile.write(self.page)

    def log_message(self, *_: object) -> None:
        """Leave the terminal to the tests."""


@contextmanager
def serve_dashboard(build: Path, api_url: str) -> Iterator[str]:
    """Serve a build for a Saleor on the loopback; give the Dashboard's address."""
    text = API_URL.sub(rf"\g<1>{api_url}", (build / "index.html").read_text())
    handler = partial(Files, page=text.encode(), directory=str(build))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}{MOUNT}"
        server.shutdown()
        thread.join()


class Dashboard:
    """A member of staff before the Dashboard.

    Attributes:
        page: what the browser shows.
    """

    def __init__(self, page: Page, url: str) -> None:
        """Use the Dashboard at `url`."""
        self.page = page
        self._url = url

    def sign_in(self) -> None:
        """Sign in, and close what the Dashboard advertises."""
        self.page.goto(f"{self._url}/")
        self.page.locator("input[name=email]").fill(EMAIL)
        self.page.locator("input[name=password]").fill(PASSWORD)
        self.page.locator("[type=submit]").click()
        self.part("userMenu").wait_for()
        self.page.add_style_tag(content=QUIET)

    def part(self, name: str) -> Locator:
        """Return the part of the page that the Dashboard's own tests call so."""
        return self.page.locator(f"[data-test-id={name}]")

    def open_settings(self) -> None:
        """Go to the plugin's settings."""
        self._open(f"/extensions/plugin/{PLUGIN_ID}")
        self.field("api_url").wait_for()
        self.page.wait_for_load_state("networkidle")

    def field(self, name: str) -> Locator:
        """Return a field of the settings."""
        return self.page.locator(f"input[name={name}], textarea[name={name}]").first

    def fill(self, name: str, text: str) -> None:
        """Fill in a field of the settings, until it stays so."""
        field = self.field(name)
        # It asks once more, some time: the answer is written over what stands there.
        for _ in range(TRIES):
            field.fill(text)
            self.page.wait_for_timeout(STAYS_MILLISECONDS)
            if field.input_value() == text:
                return
        raise AssertionError(f"{name} does not stay {text!r}")

    def save(self) -> None:
        """Press what saves a page or a form."""
        self.part("button-bar-confirm").click()

    def replace_secret(self, label: str, value: str) -> None:
        """Write a secret anew."""
        row = self.page.locator("div", has=self.page.get_by_text(label, exact=True))
        row.last.locator("..").get_by_role("button", name="Edit").click()
        dialog = self.page.get_by_role("dialog")
        dialog.locator("[name=value]").first.fill(value)
        dialog.get_by_role("button", name="Confirm").click()

    def notice(self, words: str | re.Pattern[str]) -> Locator:
        """Wait for a notice that holds these words, and return it."""
        found = self.page.locator("[data-test-type]", has_text=words).first
        found.wait_for()
        return found

    def wait_until_saved(self) -> None:
        """Wait for the notice that the settings are saved."""
        self.notice(SAVED)

    def open_order(self, order_id: str) -> Locator:
        """Go to an order; return the part with its first transaction."""
        self._open(f"/orders/{order_id}")
        transaction = self.part("orderTransactionsList").first
        transaction.wait_for()
        return transaction

    def open_metadata(self) -> Locator:
        """Open the metadata of the order that is shown; return the part with it."""
        button = self.part("show-order-metadata")
        holder = self.part("metadata-editor").first
        if button.count():
            button.click()
            holder = self.page.get_by_role("dialog")
        fields = holder.locator("input, textarea")
        for _ in range(TRIES):
            # A click while the dialog is still coming up is lost.
            holder.get_by_text("Metadata", exact=True).click()
            with suppress(PatienceError):
                fields.first.wait_for(timeout=OPENS_MILLISECONDS)
                return holder
        raise AssertionError("The metadata do not open.")

    def readable_words(self, transaction: Locator) -> list[str]:
        """Return what can be read whole: in a transaction's lines, or behind signs."""
        lines = transaction.locator("td").evaluate_all(SEEN_WHOLE)
        signs = self.signs(transaction).all()
        return [*lines, *(self.words_behind(sign) for sign in signs)]

    def signs(self, transaction: Locator) -> Locator:
        """Return the signs *i* in a transaction's lines."""
        return transaction.locator("td [data-state]:has(> svg)")

    def words_behind(self, sign: Locator) -> str:
        """Point at a sign and return the words that appear."""
        sign.hover()
        tip = self.page.get_by_role("tooltip").first
        tip.wait_for()
        words = tip.inner_text()
        self.page.keyboard.press("Escape")
        tip.wait_for(state="detached")
        return words

    def ask_refund(self, amount: str) -> None:
        """Ask for a part of an order's only transaction, from the order's page."""
        self.part("add-new-refund-button").click()
        self.part("manual-refund").click()
        self.part("proceed-button").click()
        self.page.get_by_role("radio").first.click()
        self.page.locator("input[name=amount]").fill(amount)
        self.save()
        self.part("orderTransactionsList").first.wait_for()

    def _open(self, path: str) -> None:
        self.page.goto(f"{self._url}{path}")
        self.page.add_style_tag(content=QUIET)


# Films of other products and signs of what is new lie over the page.
QUIET = "[data-test-id^=ripple-video], [data-test-id$=-ripple] { display: none }"
