"""`python -m saleor_cryptopay.sandbox`: the sandbox as a program."""

import argparse
import signal
import threading
from collections.abc import Sequence
from types import FrameType

from .contract import PREFIX
from .dialect import Shape
from .server import SandboxServer
from .settings import Settings


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve until SIGTERM or SIGINT."""
    server = SandboxServer(_settings(arguments))

    def stop(_signal: int, _frame: FrameType | None) -> None:
        # shutdown() waits for the loop that this very thread runs.
        threading.Thread(target=server.shutdown, daemon=True).start()

    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, stop)
    with server:
        _introduce(server)
        server.serve_forever(poll_interval=0.1)


def _introduce(server: SandboxServer) -> None:
    settings = server.world.settings
    print(f"Console  {server.url}/")
    print(f"API      {server.url}{PREFIX}")
    print(f"Key      {settings.key}")
    print(f"Secret   {settings.secret}", flush=True)


def _settings(arguments: Sequence[str] | None) -> Settings:
    default = Settings()
    parser = argparse.ArgumentParser(
        prog="python -m saleor_cryptopay.sandbox",
        description="The gateway's contract with play money, and a console.",
    )
    parser.add_argument("--host", default=default.host)
    parser.add_argument("--port", type=int, default=default.port, help="0 finds one")
    parser.add_argument(
        "--block-seconds",
        type=float,
        default=default.block_seconds,
        help="time between blocks; 0 waits for the console",
    )
    parser.add_argument("--key", default=default.key, help="sk_test_… or sk_live_…")
    parser.add_argument("--secret", default=default.secret, help="signs the webhooks")
    parser.add_argument("--shape", type=Shape, choices=Shape, default=default.shape)
    return Settings(**vars(parser.parse_args(arguments)))


if __name__ == "__main__":
    main()
