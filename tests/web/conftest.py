"""A stage, a site that plays on it, and a real browser to look at it."""

import os
from collections.abc import Iterator
from pathlib import Path
from socketserver import ThreadingMixIn
from threading import Thread
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from django.core.wsgi import get_wsgi_application
from playwright.sync_api import Browser, sync_playwright
from pytest_django import Settings

from tests.stand_ins import Stage

from .site import PREFIX, Site

CHROMIUM = Path("/usr/bin/chromium")


@pytest.fixture
def stage(settings: Settings) -> Stage:
    """Give a stage, and have the site play on it."""
    settings.ROOT_URLCONF = "tests.web.site"
    Site.stage = Stage()
    return Site.stage


class ThreadingServer(ThreadingMixIn, WSGIServer):
    """One thread for each connection: browsers keep theirs open."""

    daemon_threads = True


class SilentHandler(WSGIRequestHandler):
    """Leaves the terminal to the tests."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="session")
def site_url() -> Iterator[str]:
    """Serve the site on the loopback interface; give the plugin's address there."""
    with make_server(
        "127.0.0.1", 0, get_wsgi_application(), ThreadingServer, SilentHandler
    ) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}{PREFIX}/"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Give a real Chromium."""
    if not CHROMIUM.exists():
        pytest.skip("no Chromium found at /usr/bin/chromium (Debian: chromium)")
    # Playwright keeps an event loop in this thread, which Django takes for async code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        # Root has no sandbox for its browser.
        yield playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox"]
        )
