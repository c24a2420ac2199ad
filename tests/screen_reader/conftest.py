"""A browser's window beside a screen reader, and the site of the web tests."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.conftest import CHROMIUM
from tests.web.conftest import site_url, stage

from .desktop import Desktop, missing_packages, start_desktop
from .transcript import Transcript

__all__ = ["site_url", "stage"]

# Nothing but the page is to speak: no offers, no translations, no news from elsewhere.
SWITCHES = (
    "--no-sandbox",
    "--force-renderer-accessibility",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
    "--window-size=1000,1300",
    # A window without an address bar, which would take the keyboard.
    "--app=data:text/html,<title>Nothing yet</title>",
)
PREFERENCES = {"translate": {"enabled": False}}


@pytest.fixture(scope="session")
def desktop(service_folder: Path) -> Iterator[Desktop]:
    """Give a desktop with a screen reader on it."""
    if not os.environ.get("LISTEN"):
        pytest.skip("takes a desktop with a screen reader for minutes: make listen")
    if missing := missing_packages():
        pytest.skip(
            "no screen reader to listen to; packages that are not installed: "
            + ", ".join(missing)
        )
    with start_desktop(service_folder / "desktop") as desktop:
        yield desktop


@pytest.fixture(scope="session")
def window(desktop: Desktop, browser: Browser, service_folder: Path) -> Iterator[Page]:
    """Give the page in a Chromium's window, which has the keyboard."""
    profile = service_folder / "profile"
    (profile / "Default").mkdir(parents=True)
    (profile / "Default" / "Preferences").write_text(json.dumps(PREFERENCES))
    context = browser.browser_type.launch_persistent_context(
        profile,
        executable_path=CHROMIUM,
        headless=False,
        env={**desktop.environment},
        no_viewport=True,
        ignore_default_args=["about:blank"],
        args=SWITCHES,
    )
    context.set_default_timeout(30_000)
    desktop.hear("Nothing yet")
    yield context.pages[0]
    context.close()


@pytest.fixture(scope="session")
def transcript(request: pytest.FixtureRequest) -> Iterator[Transcript]:
    """Give what keeps what was heard; with WRITE_FIGURES=1 it goes to the docs.

    What was heard in a run that failed does not.
    """
    transcript = Transcript()
    yield transcript
    if os.environ.get("WRITE_FIGURES") and not request.session.testsfailed:
        transcript.write()
