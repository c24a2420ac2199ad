"""`python -m demo` on the stand-in: database, worker, beat, sandbox and HTTP."""

import re
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from demo.services.postgres import Postgres
from demo.services.processes import Program, bare_environment, run
from demo.stories.plots import STORIES

PROJECT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "demo"]
START_SECONDS = 150


def environment(postgres: Postgres, **variables: str) -> dict[str, str]:
    """Return what the demo needs to run on the tests' server, as a stand-in."""
    return bare_environment(
        DATABASE_URL=postgres.url,
        SALEOR="none",
        PYTHONUNBUFFERED="1",
        **variables,
    )


def test_it_buys_pays_and_confirms_by_itself(postgres: Postgres) -> None:
    output = run(
        [*COMMAND, "--check"], environment=environment(postgres), folder=PROJECT
    )

    assert "This is a stand-in shop, not a Saleor." in output
    assert output.count("the payment page says: confirmed") == 2
    assert output.count("the shop has a paid order: Order") == 2
    _, _, stories = output.partition("The stories:\n")
    assert re.findall(r"  ✓ (.+?): ", stories) == [story.title for story in STORIES]


def test_it_needs_no_broker_to_be_installed(postgres: Postgres, tmp_path: Path) -> None:
    # No program is found on this path, and so no redis-server.
    variables = environment(postgres, CHECK="quick") | {"PATH": str(tmp_path)}

    output = run(COMMAND, environment=variables, folder=PROJECT)

    assert output.count("the payment page says: confirmed") == 2
    assert "The demo works" in output
    assert "The stories" not in output


def test_a_saleor_that_is_not_there_is_named(
    postgres: Postgres, tmp_path: Path
) -> None:
    # Logs of a demo that failed are kept: with those of the test.
    variables = environment(postgres, TMPDIR=str(tmp_path)) | {"SALEOR": "0.1"}

    done = subprocess.run(
        COMMAND, cwd=PROJECT, env=variables, capture_output=True, text=True, check=False
    )

    assert done.returncode == 1
    assert "no Saleor 0.1" in done.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_stops_everything(
    postgres: Postgres, tmp_path: Path, number: signal.Signals
) -> None:
    log = tmp_path / "demo.log"
    variables = environment(postgres, TMPDIR=str(tmp_path))
    # What a shell starts in the background inherits Ctrl-C ignored.
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        demo = Program("demo", COMMAND, log=log, environment=variables, folder=PROJECT)
    finally:
        signal.signal(signal.SIGINT, before)
    with demo:
        demo.wait_for_line("Ctrl-C stops everything", START_SECONDS)
        urls = re.findall(r"http://127\.0\.0\.1:\d+/(?=\s)", log.read_text())
        assert [httpx.get(url, timeout=30).status_code for url in urls] == [200, 200]

        demo.ask_to_stop(number)

        assert demo.wait(30)
        demo.require_success()
    for url in urls:
        with pytest.raises(httpx.ConnectError):
            httpx.get(url)
    assert not list(tmp_path.glob("cryptopay-demo-*"))
