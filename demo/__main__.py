"""`python -m demo`: a shop that takes coins, with everything around it.

With `--check` (or the variable `CHECK=1`) it buys, pays, plays every story and ends by
itself; with `--check quick` it leaves the stories out.
`SALEOR=3.22` chooses the Saleor, `SALEOR=none` the stand-in; `DATABASE_URL` names a
PostgreSQL to use.
"""

import argparse
import os
import shutil
import signal
import sys
import tempfile
import time
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from types import FrameType
from typing import Final, NoReturn

import httpx
import psycopg

from .check import buy_everything
from .ground import Ground, RunningShop, port_near
from .real_saleor import find_saleor, start_real_saleor
from .sandbox import start_sandbox
from .services.postgres import start_postgres
from .services.processes import ServiceError
from .services.redis import start_broker
from .stand_in.programs import start_stand_in
from .storefront.server import serve
from .stories.clockwork import Clockwork
from .stories.stage import Stage

SANDBOX_PORT: Final = 8900
STOREFRONT_PORT: Final = 8080
# Fast enough to watch: a dozen confirmations take a minute.
BLOCK_SECONDS: Final = 5.0
# What can be checked.
ALL: Final = "all"
QUICK: Final = "quick"


def main() -> int:
    """Run the demo until Ctrl-C, or check it; returns the exit code."""
    # Whoever starts it in the background may have Ctrl-C ignored, as shells do.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    check = _read_check()
    folder = Path(tempfile.mkdtemp(prefix="cryptopay-demo-"))
    # PostgreSQL runs as an account of its own when the demo runs as root.
    folder.chmod(0o711)
    try:
        _run(folder, check)
    except KeyboardInterrupt:
        print("\nStopped.")
        failed = bool(check)
    except (ServiceError, httpx.HTTPError, psycopg.Error) as error:
        print(f"The demo does not run: {error}\nLogs: {folder}", file=sys.stderr)
        return 1
    else:
        failed = False
    shutil.rmtree(folder)
    return int(failed)


def _read_check() -> str:
    """Return what is to be checked: `all`, `quick`, or "" for nothing."""
    parser = argparse.ArgumentParser(prog="python -m demo", description=__doc__)
    asked = {"": "", "0": "", "quick": QUICK}.get(os.environ.get("CHECK", ""), ALL)
    parser.add_argument(
        "--check",
        nargs="?",
        choices=(ALL, QUICK),
        const=ALL,
        default=asked,
        help="buy, pay, play the stories, and end",
    )
    return str(parser.parse_args().check)


def _run(folder: Path, check: str) -> None:
    with ExitStack() as stack:
        ground = _lay_ground(folder, stack, is_check=bool(check))
        running = stack.enter_context(_start_shop(ground))
        port = int(ground.storefront_url.rpartition(":")[2])
        stage = Stage(
            running.shop,
            ground.sandbox,
            Clockwork(running.database_url),
            running.staff,
        )
        stack.enter_context(serve(port, running.shop, stage))
        _introduce(ground, running)
        if check:
            buy_everything(ground.storefront_url, ground.sandbox)
            if check == ALL:
                print("The stories:")
                stage.play_all()
            print("The demo works: everything was bought, paid and confirmed.")
        else:
            _wait_for_ever()


def _wait_for_ever() -> NoReturn:
    """Wait for Ctrl-C. In short sleeps: `signal.pause` loses one that just came."""
    while True:
        time.sleep(1)


def _lay_ground(folder: Path, stack: ExitStack, *, is_check: bool) -> Ground:
    print("Starting PostgreSQL …", flush=True)
    postgres = stack.enter_context(start_postgres(folder / "postgres"))
    print("Starting the broker …", flush=True)
    broker = stack.enter_context(start_broker(folder / "broker"))
    print("Starting the gateway's sandbox …", flush=True)
    # A check mines its own blocks, so that it sees every state.
    seconds = 0 if is_check else BLOCK_SECONDS
    sandbox = start_sandbox(folder, port_near(SANDBOX_PORT), seconds)
    return Ground(
        postgres=postgres,
        broker=broker,
        sandbox=stack.enter_context(sandbox),
        storefront_url=f"http://127.0.0.1:{port_near(STOREFRONT_PORT)}",
        folder=folder,
    )


def _start_shop(ground: Ground) -> AbstractContextManager[RunningShop]:
    install = find_saleor(ground.postgres)
    if install is not None:
        print(f"Starting the shop: Saleor {install.version} …", flush=True)
        return start_real_saleor(ground, install)
    print("Starting the shop: a stand-in on the plugin's own port …", flush=True)
    return start_stand_in(ground)


def _introduce(ground: Ground, running: RunningShop) -> None:
    """Print what to open."""
    rows = {
        "Storefront": f"{ground.storefront_url}/",
        "Payment page": "opens when you buy in the storefront",
        "Sandbox console": f"{ground.sandbox.url}/  (play the customer's wallet here)",
        **running.addresses,
        "Logs": str(ground.folder),
    }
    print(f"\nThe shop is up: {running.shop.name}")
    if running.shop.remark:
        print(running.shop.remark)
    for name, value in rows.items():
        print(f"  {name:<16} {value}")
    print("Ctrl-C stops everything.\n", flush=True)


def _interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
