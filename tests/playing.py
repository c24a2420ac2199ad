"""Playing the customer and the chain: the sandbox as a process, driven over HTTP."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from demo.services.ports import free_port
from demo.services.processes import Program, bare_environment

KEY = "sk_test_sandbox"
SECRET = "sandbox-webhook-secret-0000000000"
ROOT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Sandbox:
    """A running sandbox."""

    url: str
    client: httpx.Client

    @property
    def api_url(self) -> str:
        """The base that the plugin is given."""
        return f"{self.url}/api/v1"

    def control(self, path: str, **body: object) -> Any:
        """Post to the control API and return its answer."""
        reply = self.client.post(f"{self.url}/sandbox/{path}", json=body)
        reply.raise_for_status()
        return reply.json()

    def reset(self) -> None:
        """Forget everything, and lift the limit on requests: suites ask a lot."""
        self.control("reset")
        self.control("limits", per_minute=0, per_hour=0, per_day=0)

    def pay(self, address: str, amount: str, **details: object) -> dict[str, Any]:
        """Send coins to an address; the transaction is pending afterwards."""
        found: dict[str, Any] = self.control(
            "pay", address=address, amount=amount, **details
        )
        return found

    def mine(self, count: int = 30) -> None:
        """Let blocks tick: by default enough to make anything final."""
        self.control("blocks", count=count)

    def state(self) -> dict[str, Any]:
        """Return everything the sandbox knows."""
        found: dict[str, Any] = self.client.get(f"{self.url}/sandbox/state").json()
        return found


@contextmanager
def running_sandbox(folder: Path, *options: str) -> Iterator[Sandbox]:
    """Run a sandbox whose blocks tick by hand."""
    url = f"http://127.0.0.1:{(port := free_port())}"
    command = [sys.executable, "-m", "saleor_cryptopay.sandbox", "--port", str(port)]
    program = Program(
        "the sandbox",
        [*command, "--block-seconds", "0", *options],
        environment=bare_environment(),
        folder=ROOT,
        log=folder / f"sandbox-{port}.log",
    )
    try:
        program.wait_for_http(f"{url}/sandbox/state", seconds=20)
        with httpx.Client(timeout=30) as client:
            yield Sandbox(url, client)
    finally:
        program.stop()
