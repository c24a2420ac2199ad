"""A real browser in a thread of its own.

Playwright allows one event loop a thread, and Django takes a thread with one for async
code. Other tests of the same run have theirs in the main thread.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Page, Playwright, sync_playwright


class DistantPage:
    """A page whose methods are called in the browser's thread."""

    def __init__(self, page: Page, thread: ThreadPoolExecutor) -> None:
        self._page = page
        self._thread = thread

    def __getattr__(self, name: str) -> Callable[..., Any]:
        """Return the page's method of this name."""
        method = getattr(self._page, name)
        return lambda *given, **named: self._thread.submit(
            method, *given, **named
        ).result()


@contextmanager
def browsing(chromium: str) -> Iterator[DistantPage]:
    """Open a page of a phone's width."""
    with ThreadPoolExecutor(max_workers=1) as thread:
        manager = sync_playwright()
        playwright = thread.submit(manager.start).result()
        page = thread.submit(_opened, playwright, chromium).result()
        yield DistantPage(page, thread)
        thread.submit(playwright.stop).result()


def _opened(playwright: Playwright, chromium: str) -> Page:
    # Root has no sandbox for its browser.
    browser = playwright.chromium.launch(
        executable_path=chromium, args=["--no-sandbox"]
    )
    page = browser.new_page(viewport={"width": 360, "height": 800})
    page.set_default_timeout(30_000)
    return page
